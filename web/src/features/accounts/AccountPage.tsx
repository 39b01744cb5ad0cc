// One account: who it is, its roles by agency, lock and password.

import { Button } from "@mantine/core";
import { IconLockOpen } from "@tabler/icons-react";
import { useState } from "react";
import { api, client, refreshAll } from "../../api/client.ts";
import type { Account } from "../../api/types.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { AppLink, address, useParam } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import { Page, Panel } from "../../kit/Page.tsx";
import { PasswordField } from "../../kit/PasswordField.tsx";
import { StatusBadge } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import { Loaded } from "../../kit/states.tsx";
import { CodeText, DateText, Facts } from "../../kit/text.tsx";
import { notify } from "../../kit/toast.tsx";
import { stateOf } from "./AccountsPage.tsx";
import { Roles } from "./Roles.tsx";
import { useT } from "./texts.ts";

export default function AccountPage() {
  const { t } = useT();
  const can = useCan();
  const id = useParam("id");
  const query = api.useQuery("get", "/accounts/{id}", { params: { path: { id } } });
  const account = query.data;
  return (
    <Page
      title={account?.display_name ?? t("one")}
      crumbs={[{ label: t("title"), href: "/accounts" }]}
      aside={account ? <StatusBadge state={stateOf(account)} /> : null}
      actions={account && can("identity.account.write") ? <Actions account={account} /> : null}
    >
      <Loaded query={query}>
        {(loaded) => (
          <div className={kit.columns}>
            <Roles key={loaded.id} account={loaded} />
            <FactsPanel account={loaded} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function FactsPanel({ account }: { account: Account }) {
  const { t, word } = useT();
  return (
    <Panel title={t("facts")}>
      <Facts
        facts={[
          { label: t("column.username"), value: <CodeText copy>{account.username}</CodeText> },
          { label: t("column.kind"), value: word("kind", account.kind) ?? account.kind },
          {
            label: t("column.agency"),
            value: account.agency ? (
              <AppLink href={address.agency(account.agency.code)}>{account.agency.name}</AppLink>
            ) : (
              "—"
            ),
          },
          { label: t("column.email"), value: account.email ?? "", show: Boolean(account.email) },
          { label: t("column.seen"), value: <DateText value={account.last_sign_in_at} /> },
          { label: t("column.created"), value: <DateText value={account.created_at} /> },
          {
            label: t("journal"),
            value: (
              <AppLink href={address.journal({ actor: account.username })}>
                {t("seeJournal")}
              </AppLink>
            ),
          },
        ]}
      />
    </Panel>
  );
}

function Actions({ account }: { account: Account }) {
  const { t } = useT();
  const [open, setOpen] = useState<"password" | "switch" | null>(null);
  const [password, setPassword] = useState("");
  const params = { path: { id: account.id } };
  const close = () => {
    setOpen(null);
    setPassword("");
  };
  async function done(text: string) {
    notify(text);
    await refreshAll();
  }
  async function unlock() {
    await client.POST("/accounts/{id}/unlock", { params });
    await done(t("unlock.done"));
  }
  async function reset() {
    await client.POST("/accounts/{id}/password", { params, body: { password } });
    await done(t("password.done"));
  }
  async function toggle() {
    await client.PATCH("/accounts/{id}", { params, body: { enabled: !account.enabled } });
    await done(account.enabled ? t("switch.offDone") : t("switch.onDone"));
  }
  return (
    <>
      {account.locked ? (
        <Button leftSection={<IconLockOpen size={17} aria-hidden />} onClick={unlock}>
          {t("unlock.action")}
        </Button>
      ) : null}
      <Button variant="default" onClick={() => setOpen("password")}>
        {t("password.action")}
      </Button>
      <Button variant="default" onClick={() => setOpen("switch")}>
        {account.enabled ? t("switch.off") : t("switch.on")}
      </Button>
      <ActionDialog
        opened={open === "password"}
        onClose={close}
        title={t("password.title")}
        action={t("password.action")}
        run={reset}
      >
        <p>{t("password.text")}</p>
        <PasswordField
          label={t("column.password")}
          description={t("passwordHelp")}
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
      </ActionDialog>
      <ActionDialog
        opened={open === "switch"}
        onClose={close}
        title={account.enabled ? t("switch.off") : t("switch.on")}
        action={account.enabled ? t("switch.off") : t("switch.on")}
        danger={account.enabled}
        run={toggle}
      >
        <p>{account.enabled ? t("switch.offText") : t("switch.onText")}</p>
      </ActionDialog>
    </>
  );
}
