// Moves of units that wait for their day; each can be given up until then.

import { Button } from "@mantine/core";
import { useState } from "react";
import { api, client, refreshAll } from "../../api/client.ts";
import type { PlannedUnitMove } from "../../api/types.ts";
import { formatDate } from "../../i18n/format.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { AppLink, address } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { useCan } from "../../kit/session.ts";
import { Loaded } from "../../kit/states.tsx";
import { DateText } from "../../kit/text.tsx";
import { notify } from "../../kit/toast.tsx";
import { useT } from "./texts.ts";

export function PlannedMoves() {
  const { t } = useT();
  const can = useCan();
  const [chosen, setChosen] = useState<PlannedUnitMove | null>(null);
  const query = api.useQuery("get", "/unit-moves");
  const mayCancel = can("identity.role.grant");
  async function cancel() {
    if (!chosen) return;
    await client.DELETE("/unit-moves/{from}", { params: { path: { from: chosen.from } } });
    notify(t("waiting.cancelled"));
    await refreshAll();
  }
  // Most of the time nothing is planned, and then there is nothing to say.
  if (query.data?.items.length === 0) return null;
  return (
    <Panel title={t("waiting.title")}>
      <Loaded query={query} rows={1}>
        {(page) => (
          <div className={kit.stack}>
            {page.items.map((plan) => (
              <div key={plan.from} className={kit.listItem}>
                <div>
                  <strong>
                    <DateText value={plan.on} as="day" />
                  </strong>
                  {": "}
                  <AppLink href={address.agency(plan.from)}>{plan.from_name}</AppLink>
                  {" → "}
                  <AppLink href={address.agency(plan.to)}>{plan.to_name}</AppLink>
                  <div className={`${kit.soft} ${kit.small}`}>
                    {[t("waiting.by", { name: plan.made_by }), plan.basis]
                      .filter(Boolean)
                      .join(" · ")}
                  </div>
                </div>
                {mayCancel ? (
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => setChosen(plan)}
                    aria-label={`${t("waiting.cancel")}: ${plan.from_name}`}
                  >
                    {t("waiting.cancel")}
                  </Button>
                ) : null}
              </div>
            ))}
          </div>
        )}
      </Loaded>
      <ActionDialog
        opened={chosen !== null}
        onClose={() => setChosen(null)}
        title={t("waiting.cancel")}
        action={t("waiting.cancel")}
        danger
        run={cancel}
      >
        <p>
          {t("waiting.cancelText", {
            from: chosen?.from_name ?? "",
            to: chosen?.to_name ?? "",
            day: formatDate(chosen?.on ?? ""),
          })}
        </p>
      </ActionDialog>
    </Panel>
  );
}
