// Secrets of an application: made and shown once, two may work at the same time.

import { Button } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { refreshAll } from "../../api/client.ts";
import type { Resource } from "../../api/types.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import kit from "../../kit/kit.module.css";
import { OnceDialog } from "../../kit/OnceDialog.tsx";
import { Panel } from "../../kit/Page.tsx";
import { useCan } from "../../kit/session.ts";
import { Loaded } from "../../kit/states.tsx";
import { CodeText, DateText } from "../../kit/text.tsx";
import { notify } from "../../kit/toast.tsx";
import { secretsOf } from "./secrets.ts";
import { useT } from "./texts.ts";

export function AppSecrets({ resource }: { resource: Resource }) {
  const { t } = useT();
  const can = useCan();
  const secrets = secretsOf(resource);
  const [isCreating, setCreating] = useState(false);
  const [fresh, setFresh] = useState<string | null>(null);
  const [revoking, setRevoking] = useState<string | null>(null);
  const query = useQuery({
    queryKey: ["secrets", resource.kind, resource.name],
    queryFn: async () => (await secrets?.list()) ?? [],
  });
  if (!secrets) return null;
  const mayChange = can(secrets.permission);
  async function create() {
    setFresh((await secrets?.create()) ?? null);
    await refreshAll();
  }
  async function revoke() {
    if (revoking) await secrets?.revoke(revoking);
    notify(t("secrets.revoked"));
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
        {(items) =>
          items.length === 0 ? (
            <p className={kit.soft}>{t("secrets.none")}</p>
          ) : (
            <div className={kit.scroll}>
              <table className={kit.table}>
                <thead>
                  <tr>
                    <th scope="col">{t("secrets.id")}</th>
                    <th scope="col">{t("secrets.created")}</th>
                    <th scope="col">{t("secrets.ends")}</th>
                    <th scope="col">{t("secrets.action")}</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((secret) => (
                    <tr key={secret.id}>
                      <td>
                        <CodeText short>{secret.id}</CodeText>
                      </td>
                      <td>
                        <DateText value={secret.created_at} />
                      </td>
                      <td>
                        <DateText value={secret.ends_at} />
                      </td>
                      <td>
                        {mayChange ? (
                          <Button
                            size="compact-sm"
                            variant="default"
                            onClick={() => setRevoking(secret.id)}
                            aria-label={`${t("secrets.revoke")}: ${secret.id}`}
                          >
                            {t("secrets.revoke")}
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
      </ActionDialog>
      <ActionDialog
        opened={revoking !== null}
        onClose={() => setRevoking(null)}
        title={t("secrets.revoke")}
        action={t("secrets.revoke")}
        danger
        run={revoke}
      >
        <p>{t("secrets.revokeText")}</p>
      </ActionDialog>
      <OnceDialog title={t("secrets.fresh")} secret={fresh} onClose={() => setFresh(null)} />
    </Panel>
  );
}
