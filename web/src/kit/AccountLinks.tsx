// With which outside providers an account can be entered, and its citizen number, which finds it.
//
// Owns: the panel: links and ending them, noting and forgetting the number.
// Invariant: of a citizen number only its last digits are ever shown.

import { Button, Group, TextInput } from "@mantine/core";
import { useState } from "react";
import { api, client, refreshAll } from "../api/client.ts";
import type { ExternalIdentity } from "../api/types.ts";
import { ActionDialog } from "./ActionDialog.tsx";
import { EndLinkDialog } from "./EndLinkDialog.tsx";
import kit from "./kit.module.css";
import { Panel } from "./Page.tsx";
import { useCan } from "./session.ts";
import { Loaded } from "./states.tsx";
import { DateText } from "./text.tsx";
import { useKitTexts } from "./texts.ts";
import { notify } from "./toast.tsx";

const NUMBER = /^\d{12}$/;

export function AccountLinks({ account }: { account: string }) {
  const { t } = useKitTexts();
  const can = useCan();
  const path = { id: account };
  const mayChange = can("identity.external_identity.write");
  const query = api.useQuery("get", "/accounts/{id}/external-identities", { params: { path } });
  const [ending, setEnding] = useState<ExternalIdentity | null>(null);
  return (
    <Panel title={t("links.title")}>
      <div className={kit.stack}>
        <Loaded query={query} rows={2}>
          {(page) => (
            <>
              {page.items.length === 0 ? <p className={kit.soft}>{t("links.none")}</p> : null}
              {page.items.map((link) => (
                <div key={link.id} className={kit.listItem}>
                  <div>
                    <strong>{link.provider_title}</strong>
                    <div>{link.display_name}</div>
                    <div className={`${kit.soft} ${kit.small}`}>
                      {t("links.made", { by: link.linked_by })} <DateText value={link.linked_at} />
                      {" · "}
                      {t("links.used")} <DateText value={link.last_used_at} />
                    </div>
                  </div>
                  {mayChange ? (
                    <Button
                      size="compact-sm"
                      variant="default"
                      onClick={() => setEnding(link)}
                      aria-label={`${t("links.end")}: ${link.provider_title}`}
                    >
                      {t("links.end")}
                    </Button>
                  ) : null}
                </div>
              ))}
            </>
          )}
        </Loaded>
        <CitizenNumber account={account} mayChange={mayChange} />
      </div>
      <EndLinkDialog
        ending={ending && { account, link: ending.id }}
        action={t("links.end")}
        text={t("links.endText", { provider: ending?.provider_title ?? "" })}
        onClose={() => setEnding(null)}
      />
    </Panel>
  );
}

function CitizenNumber({ account, mayChange }: { account: string; mayChange: boolean }) {
  const { t } = useKitTexts();
  const path = { id: account };
  const query = api.useQuery("get", "/accounts/{id}/citizen-number", { params: { path } });
  const [open, setOpen] = useState<"set" | "forget" | null>(null);
  async function forget() {
    await client.DELETE("/accounts/{id}/citizen-number", { params: { path } });
    notify(t("links.numberForgotten"));
    await refreshAll();
  }
  return (
    <Loaded query={query} rows={1}>
      {(number) => (
        <div className={kit.listItem}>
          <div>
            <strong>{t("links.number")}</strong>
            {number.masked ? (
              <div className={kit.code}>{number.masked}</div>
            ) : (
              <div>{t("links.noNumber")}</div>
            )}
            <div className={`${kit.soft} ${kit.small}`}>{t("links.numberHelp")}</div>
          </div>
          {mayChange ? (
            <Group gap={6}>
              <Button size="compact-sm" variant="default" onClick={() => setOpen("set")}>
                {t("links.setNumber")}
              </Button>
              {number.masked ? (
                <Button size="compact-sm" variant="default" onClick={() => setOpen("forget")}>
                  {t("links.forgetNumber")}
                </Button>
              ) : null}
            </Group>
          ) : null}
          {open === "set" ? <NumberDialog account={account} onClose={() => setOpen(null)} /> : null}
          <ActionDialog
            opened={open === "forget"}
            onClose={() => setOpen(null)}
            title={t("links.forgetNumber")}
            action={t("links.forgetNumber")}
            danger
            run={forget}
          >
            <p>{t("links.forgetText")}</p>
          </ActionDialog>
        </div>
      )}
    </Loaded>
  );
}

function NumberDialog({ account, onClose }: { account: string; onClose: () => void }) {
  const { t } = useKitTexts();
  const [number, setNumber] = useState("");
  const typed = number.replaceAll(/\s/g, "");
  async function run() {
    await client.PUT("/accounts/{id}/citizen-number", {
      params: { path: { id: account } },
      body: { citizen_number: typed },
    });
    notify(t("links.numberSet"));
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t("links.setNumber")}
      action={t("links.save")}
      isComplete={NUMBER.test(typed)}
      run={run}
    >
      <p>{t("links.setText")}</p>
      <TextInput
        label={t("links.number")}
        description={t("links.digits")}
        required
        inputMode="numeric"
        autoComplete="off"
        value={number}
        onChange={(event) => setNumber(event.currentTarget.value)}
        data-autofocus
      />
    </ActionDialog>
  );
}
