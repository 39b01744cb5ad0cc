// Personal access tokens for scripts: named, dated, shown once.

import { Button, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { api, client, refreshAll } from "../../api/client.ts";
import type { Token } from "../../api/types.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { DayInput } from "../../kit/filters.tsx";
import kit from "../../kit/kit.module.css";
import { OnceDialog } from "../../kit/OnceDialog.tsx";
import { Panel } from "../../kit/Page.tsx";
import { Loaded } from "../../kit/states.tsx";
import { DateText } from "../../kit/text.tsx";
import { notify } from "../../kit/toast.tsx";
import { useT } from "./texts.ts";

export function Tokens() {
  const { t } = useT();
  const [isCreating, setCreating] = useState(false);
  const [name, setName] = useState("");
  const [until, setUntil] = useState("");
  const [fresh, setFresh] = useState<string | null>(null);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const query = api.useQuery("get", "/tokens", {});
  async function create() {
    const { data } = await client.POST("/tokens", {
      body: {
        name: name.trim().normalize("NFC"),
        // The last moment of the day in Vietnam.
        ...(until ? { expires_at: new Date(`${until}T23:59:59+07:00`).toISOString() } : {}),
      },
    });
    if (data) setFresh(data.token);
    setName("");
    setUntil("");
    await refreshAll();
  }
  async function revoke() {
    if (!revoking) return;
    await client.DELETE("/tokens/{id}", { params: { path: { id: revoking.id } } });
    notify(t("tokens.revoked"));
    await refreshAll();
  }
  return (
    <Panel
      title={t("tokens.title")}
      actions={
        <Button
          size="compact-md"
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => setCreating(true)}
        >
          {t("tokens.create")}
        </Button>
      }
    >
      <p className={kit.soft} style={{ margin: "0 0 12px" }}>
        {t("tokens.text")}
      </p>
      <Loaded query={query} rows={2}>
        {(page) =>
          page.items.length === 0 ? (
            <p className={kit.soft}>{t("tokens.none")}</p>
          ) : (
            <div className={kit.scroll}>
              <table className={kit.table}>
                <thead>
                  <tr>
                    <th scope="col">{t("tokens.name")}</th>
                    <th scope="col">{t("tokens.created")}</th>
                    <th scope="col">{t("tokens.used")}</th>
                    <th scope="col">{t("tokens.expires")}</th>
                    <th scope="col">{t("tokens.action")}</th>
                  </tr>
                </thead>
                <tbody>
                  {page.items.map((token) => (
                    <tr key={token.id}>
                      <td>{token.name}</td>
                      <td>
                        <DateText value={token.created_at} />
                      </td>
                      <td>
                        <DateText value={token.last_used_at} as="relative" />
                      </td>
                      <td>
                        <DateText value={token.expires_at} as="day" />
                      </td>
                      <td>
                        <Button
                          size="compact-sm"
                          variant="default"
                          onClick={() => setRevoking(token)}
                          aria-label={`${t("tokens.revoke")}: ${token.name}`}
                        >
                          {t("tokens.revoke")}
                        </Button>
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
        title={t("tokens.create")}
        action={t("tokens.create")}
        run={create}
      >
        <TextInput
          label={t("tokens.name")}
          description={t("tokens.nameHelp")}
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <DayInput
          label={t("tokens.expires")}
          value={until}
          onChange={setUntil}
          description={t("tokens.expiresHelp")}
        />
      </ActionDialog>
      <ActionDialog
        opened={revoking !== null}
        onClose={() => setRevoking(null)}
        title={t("tokens.revoke")}
        action={t("tokens.revoke")}
        danger
        run={revoke}
      >
        <p>{t("tokens.revokeText", { name: revoking?.name ?? "" })}</p>
      </ActionDialog>
      <OnceDialog title={t("tokens.fresh")} secret={fresh} onClose={() => setFresh(null)} />
    </Panel>
  );
}
