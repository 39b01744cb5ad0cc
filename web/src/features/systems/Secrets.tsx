// Secrets of a system: made and shown once, retired when the system uses the new one.

import { Button, NativeSelect } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useState } from "react";
import { api, client, refreshAll } from "../../api/client.ts";
import type { SystemSecret } from "../../api/types.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import kit from "../../kit/kit.module.css";
import { OnceDialog } from "../../kit/OnceDialog.tsx";
import { Panel } from "../../kit/Page.tsx";
import { useCan } from "../../kit/session.ts";
import { Loaded } from "../../kit/states.tsx";
import { CodeText, DateText } from "../../kit/text.tsx";
import { notify } from "../../kit/toast.tsx";
import { useT } from "./texts.ts";

/** Hours for which the secrets before go on working. */
const OVERLAPS = ["0", "24", "168", "720"] as const;

export function Secrets({ system }: { system: string }) {
  const { t } = useT();
  const can = useCan();
  const mayChange = can("exchange.system.secret");
  const [isCreating, setCreating] = useState(false);
  const [overlap, setOverlap] = useState<string>(OVERLAPS[1]);
  const [fresh, setFresh] = useState<string | null>(null);
  const [retiring, setRetiring] = useState<SystemSecret | null>(null);
  const path = { name: system };
  const query = api.useQuery("get", "/systems/{name}/secrets", { params: { path } });
  async function create() {
    const { data } = await client.POST("/systems/{name}/secrets", {
      params: { path, query: { overlap_hours: Number(overlap) } },
    });
    if (data) setFresh(data.secret);
    await refreshAll();
  }
  async function retire() {
    if (!retiring) return;
    await client.DELETE("/systems/{name}/secrets/{id}", {
      params: { path: { name: system, id: retiring.id } },
    });
    notify(t("secrets.retired"));
    await refreshAll();
  }
  return (
    <Panel
      title={t("secrets.title")}
      actions={
        mayChange ? (
          <Button
            size="compact-md"
            leftSection={<IconKey size={16} aria-hidden />}
            onClick={() => setCreating(true)}
          >
            {t("secrets.create")}
          </Button>
        ) : null
      }
    >
      <p className={kit.soft} style={{ margin: "0 0 12px" }}>
        {t("secrets.text")}
      </p>
      <Loaded query={query} rows={2}>
        {(page) =>
          page.items.length === 0 ? (
            <p className={kit.soft}>{t("secrets.none")}</p>
          ) : (
            <div className={kit.scroll}>
              <table className={kit.table}>
                <thead>
                  <tr>
                    <th scope="col">{t("secrets.id")}</th>
                    <th scope="col">{t("secrets.created")}</th>
                    <th scope="col">{t("secrets.used")}</th>
                    <th scope="col">{t("secrets.retires")}</th>
                    <th scope="col">{t("secrets.action")}</th>
                  </tr>
                </thead>
                <tbody>
                  {page.items.map((secret) => (
                    <tr key={secret.id}>
                      <td>
                        <CodeText short>{secret.id}</CodeText>
                      </td>
                      <td>
                        <DateText value={secret.created_at} />
                      </td>
                      <td>
                        <DateText value={secret.last_used_at} as="relative" />
                      </td>
                      <td>
                        <DateText value={secret.retires_at} />
                      </td>
                      <td>
                        {mayChange ? (
                          <Button
                            size="compact-sm"
                            variant="default"
                            onClick={() => setRetiring(secret)}
                            aria-label={`${t("secrets.retire")}: ${secret.id}`}
                          >
                            {t("secrets.retire")}
                          </Button>
                        ) : null}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Loaded>
      <ActionDialog
        opened={isCreating}
        onClose={() => setCreating(false)}
        title={t("secrets.create")}
        action={t("secrets.create")}
        run={create}
      >
        <p>{t("secrets.createText")}</p>
        <NativeSelect
          label={t("secrets.overlap")}
          data={OVERLAPS.map((hours) => ({ value: hours, label: t(`secrets.overlaps.${hours}`) }))}
          value={overlap}
          onChange={(event) => setOverlap(event.currentTarget.value)}
        />
      </ActionDialog>
      <ActionDialog
        opened={retiring !== null}
        onClose={() => setRetiring(null)}
        title={t("secrets.retireTitle")}
        action={t("secrets.retire")}
        typed={system}
        danger
        run={retire}
      >
        <p>{t("secrets.retireText")}</p>
      </ActionDialog>
      <OnceDialog title={t("secrets.fresh")} secret={fresh} onClose={() => setFresh(null)} />
    </Panel>
  );
}
