// One account: who it is, its rights, how its person signs in, what happened, why it may do things.
//
// Owns: the page, its parts by tab, the facts. Not here: acts on the account (`Actions.tsx`).

import { Tabs } from "@mantine/core";
import { api } from "../../api/client.ts";
import type { Account } from "../../api/types.ts";
import { AppLink, address, useAddress, useParam } from "../../kit/address.tsx";
import { ExplainPanel } from "../../kit/decision/Explain.tsx";
import { GrantsPanel } from "../../kit/Grants.tsx";
import kit from "../../kit/kit.module.css";
import { Page, Panel } from "../../kit/Page.tsx";
import { StatusBadge } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import { Loaded } from "../../kit/states.tsx";
import { CodeText, DateText, Facts } from "../../kit/text.tsx";
import { Actions } from "./Actions.tsx";
import { Groups } from "./Groups.tsx";
import { History } from "./History.tsx";
import { PlannedMoveNote } from "./Move.tsx";
import { OwnedPanel, OwnerFact } from "./Owned.tsx";
import { SignIn } from "./SignIn.tsx";
import { isPerson, stateOf } from "./states.ts";
import { useT } from "./texts.ts";

export default function AccountPage() {
  const { t } = useT();
  const id = useParam("id");
  const query = api.useQuery("get", "/accounts/{id}", { params: { path: { id } } });
  const account = query.data;
  return (
    <Page
      title={account?.display_name ?? t("one")}
      crumbs={[{ label: t("title"), href: "/accounts" }]}
      aside={account ? <StatusBadge state={stateOf(account)} /> : null}
      actions={account ? <Actions account={account} /> : null}
    >
      <Loaded query={query}>
        {(loaded) => (
          <div className={kit.columns}>
            <div className={kit.stack}>
              <PlannedMoveNote account={loaded} />
              <Parts account={loaded} />
            </div>
            <div className={kit.stack}>
              <FactsPanel account={loaded} />
              <OwnedPanel account={loaded} />
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Parts({ account }: { account: Account }) {
  const { t } = useT();
  const { get, set } = useAddress();
  const can = useCan();
  const parts = [
    "access",
    "sign-in",
    ...(can("journal.event.read") ? (["history"] as const) : []),
    ...(can("identity.decision.explain") ? (["why"] as const) : []),
  ] as const;
  const part = parts.find((known) => known === get("tab")) ?? "access";
  return (
    <Tabs
      value={part}
      onChange={(value) => set({ tab: value === "access" ? null : value })}
      keepMounted={false}
    >
      <Tabs.List className={kit.tabs ?? ""}>
        {parts.map((value) => (
          <Tabs.Tab key={value} value={value}>
            {t(`tab.${value}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="access" pt="md">
        <div className={kit.stack}>
          <GrantsPanel holder={{ kind: "account", id: account.id }} />
          {can("identity.group.read") ? <Groups account={account} /> : null}
        </div>
      </Tabs.Panel>
      <Tabs.Panel value="sign-in" pt="md">
        <SignIn account={account} />
      </Tabs.Panel>
      <Tabs.Panel value="history" pt="md">
        <History account={account} />
      </Tabs.Panel>
      <Tabs.Panel value="why" pt="md">
        <ExplainPanel account={account.id} />
      </Tabs.Panel>
    </Tabs>
  );
}

function FactsPanel({ account }: { account: Account }) {
  const { t, word } = useT();
  const { person } = account;
  const when = [account.valid_from, account.valid_until];
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
          {
            label: t("owner.label"),
            value: <OwnerFact account={account} />,
            show: !isPerson(account.kind),
          },
          {
            label: t("column.position"),
            value: person.position ?? "",
            show: Boolean(person.position),
          },
          { label: t("column.email"), value: account.email ?? "", show: Boolean(account.email) },
          { label: t("column.phone"), value: person.phone ?? "", show: Boolean(person.phone) },
          {
            label: t("column.source"),
            value: account.source ?? "",
            show: Boolean(account.source),
          },
          {
            label: t("column.valid"),
            value: (
              <>
                <DateText value={account.valid_from} as="day" /> –{" "}
                <DateText value={account.valid_until} as="day" />
              </>
            ),
            show: when.some(Boolean),
          },
          {
            label: t("column.stateReason"),
            value: account.state_reason ?? "",
            show: Boolean(account.state_reason),
          },
          {
            label: t("column.lockedUntil"),
            value: <DateText value={account.locked_until} />,
            show: account.locked && Boolean(account.locked_until),
          },
          { label: t("column.seen"), value: <DateText value={account.last_sign_in_at} /> },
          {
            label: t("column.used"),
            value: <DateText value={account.last_used_at} as="relative" />,
          },
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
