// Where an account is signed in now, and ending that.

import { Button } from "@mantine/core";
import { useState } from "react";
import { api, client, refreshAll } from "../../api/client.ts";
import type { Account, SessionInfo } from "../../api/types.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { browserName } from "../../kit/browser.ts";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { Badge } from "../../kit/StatusBadge.tsx";
import { Loaded } from "../../kit/states.tsx";
import { DateText } from "../../kit/text.tsx";
import { notify } from "../../kit/toast.tsx";
import { useT } from "./texts.ts";

export function Sessions({ account, mayEnd }: { account: Account; mayEnd: boolean }) {
  const { t } = useT();
  const [ending, setEnding] = useState<SessionInfo | "all" | null>(null);
  const query = api.useQuery("get", "/accounts/{id}/sessions", {
    params: { path: { id: account.id } },
  });
  const count = query.data?.items.length ?? 0;
  async function run() {
    if (ending === "all") {
      await client.DELETE("/accounts/{id}/sessions", { params: { path: { id: account.id } } });
    } else if (ending) {
      await client.DELETE("/accounts/{id}/sessions/{session}", {
        params: { path: { id: account.id, session: ending.id } },
      });
    }
    notify(t(ending === "all" ? "sessions.allEnded" : "sessions.ended"));
    await refreshAll();
  }
  return (
    <Panel
      title={t("sessions.title")}
      actions={
        mayEnd && count > 0 ? (
          <Button size="compact-md" variant="default" onClick={() => setEnding("all")}>
            {t("sessions.endAll")}
          </Button>
        ) : null
      }
    >
      <Loaded query={query} rows={2}>
        {(page) => (
          <div className={kit.stack}>
            {page.items.length === 0 ? <p className={kit.soft}>{t("sessions.none")}</p> : null}
            {page.items.map((session) => (
              <div key={session.id} className={kit.listItem}>
                <div>
                  <strong>{browserName(session.user_agent) ?? t("sessions.unknown")}</strong>
                  {session.impersonation ? (
                    <>
                      {" "}
                      <Badge tone="late">{t("sessions.impersonation")}</Badge>
                    </>
                  ) : null}
                  <div className={`${kit.soft} ${kit.small}`}>
                    {session.address ? `${session.address} · ` : ""}
                    {t("sessions.since")} <DateText value={session.created_at} /> ·{" "}
                    {t("sessions.seen")} <DateText value={session.last_seen_at} as="relative" />
                  </div>
                </div>
                {mayEnd ? (
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => setEnding(session)}
                    aria-label={`${t("sessions.end")}: ${browserName(session.user_agent) ?? t("sessions.unknown")}`}
                  >
                    {t("sessions.end")}
                  </Button>
                ) : null}
              </div>
            ))}
          </div>
        )}
      </Loaded>
      <ActionDialog
        opened={ending !== null}
        onClose={() => setEnding(null)}
        title={t(ending === "all" ? "sessions.endAll" : "sessions.end")}
        action={t(ending === "all" ? "sessions.endAll" : "sessions.end")}
        danger
        run={run}
      >
        <p>{t("sessions.text", { name: account.display_name })}</p>
      </ActionDialog>
    </Panel>
  );
}
