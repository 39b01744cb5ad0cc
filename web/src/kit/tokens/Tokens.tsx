// Access tokens for scripts: named, dated, shown once. One's own, or those of a service account.
//
// Owns: the panel. Not here: who may (the server; the pages hide it as a courtesy).

import { Button, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { api, client, refreshAll } from "../../api/client.ts";
import type { Token } from "../../api/types.ts";
import { endOfDay } from "../../i18n/format.ts";
import { ActionDialog } from "../ActionDialog.tsx";
import { DayInput } from "../filters.tsx";
import kit from "../kit.module.css";
import { OnceDialog } from "../OnceDialog.tsx";
import { Panel } from "../Page.tsx";
import { Loaded } from "../states.tsx";
import { DateText } from "../text.tsx";
import { notify } from "../toast.tsx";
import { useTokenTexts } from "./texts.ts";

/** `account`: the service account whose tokens they are; without it they are one's own. */
function useTokens(account: string | undefined) {
  const own = api.useQuery("get", "/tokens", {}, { enabled: !account });
  const other = api.useQuery(
    "get",
    "/accounts/{id}/tokens",
    { params: { path: { id: account ?? "" } } },
    { enabled: Boolean(account) },
  );
  return account ? other : own;
}

export function Tokens({ account }: { account?: string }) {
  const { t } = useTokenTexts();
  const [isCreating, setCreating] = useState(false);
  const [name, setName] = useState("");
  const [until, setUntil] = useState("");
  const [fresh, setFresh] = useState<string | null>(null);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const query = useTokens(account);
  async function create() {
    const body = {
      name: name.trim().normalize("NFC"),
      ...(until ? { expires_at: endOfDay(until) } : {}),
    };
    const { data } = account
      ? await client.POST("/accounts/{id}/tokens", { params: { path: { id: account } }, body })
      : await client.POST("/tokens", { body });
    if (data) setFresh(data.token);
    setName("");
    setUntil("");
    await refreshAll();
  }
  async function revoke() {
    if (!revoking) return;
    if (account) {
      await client.DELETE("/accounts/{id}/tokens/{token}", {
        params: { path: { id: account, token: revoking.id } },
      });
    } else {
      await client.DELETE("/tokens/{id}", { params: { path: { id: revoking.id } } });
    }
    notify(t("revoked"));
    await refreshAll();
  }
  return (
    <Panel
      title={t("title")}
      actions={
        <Button
          size="compact-md"
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => setCreating(true)}
        >
          {t("create")}
        </Button>
      }
    >
      <p className={kit.lead}>{t(account ? "ofAccount" : "text")}</p>
      <Loaded query={query} rows={2}>
        {(page) =>
          page.items.length === 0 ? (
            <p className={kit.soft}>{t("none")}</p>
          ) : (
            <div className={kit.scroll}>
              <table className={kit.table}>
                <thead>
                  <tr>
                    <th scope="col">{t("name")}</th>
                    <th scope="col">{t("created")}</th>
                    <th scope="col">{t("used")}</th>
                    <th scope="col">{t("expires")}</th>
                    <th scope="col">{t("action")}</th>
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
                          aria-label={`${t("revoke")}: ${token.name}`}
                        >
                          {t("revoke")}
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
        title={t("create")}
        action={t("create")}
        run={create}
      >
        <TextInput
          label={t("name")}
          description={t("nameHelp")}
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <DayInput
          label={t("expires")}
          value={until}
          onChange={setUntil}
          description={t("expiresHelp")}
        />
      </ActionDialog>
      <ActionDialog
        opened={revoking !== null}
        onClose={() => setRevoking(null)}
        title={t("revoke")}
        action={t("revoke")}
        danger
        run={revoke}
      >
        <p>{t("revokeText", { name: revoking?.name ?? "" })}</p>
      </ActionDialog>
      <OnceDialog title={t("fresh")} secret={fresh} onClose={() => setFresh(null)} />
    </Panel>
  );
}
