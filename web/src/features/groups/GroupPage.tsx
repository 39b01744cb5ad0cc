// One group: its members, the groups in it and above it, and the roles that its people get.

import { Button } from "@mantine/core";
import { IconUserPlus } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { api, client, refreshAll } from "../../api/client.ts";
import type { Group, GroupMember } from "../../api/types.ts";
import { formatDateTime } from "../../i18n/format.ts";
import { AccountSelect } from "../../kit/AccountSelect.tsx";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { useAddress, useGo, useParam } from "../../kit/address.tsx";
import { GrantsPanel } from "../../kit/Grants.tsx";
import kit from "../../kit/kit.module.css";
import { type Column, List } from "../../kit/ListPage.tsx";
import { Page, Panel } from "../../kit/Page.tsx";
import { useCan } from "../../kit/session.ts";
import { Loaded } from "../../kit/states.tsx";
import { DateText } from "../../kit/text.tsx";
import { notify } from "../../kit/toast.tsx";
import { GroupsAbove, GroupsInside } from "./Nesting.tsx";
import { useT } from "./texts.ts";

export default function GroupPage() {
  const { t } = useT();
  const can = useCan();
  const id = useParam("id");
  const query = api.useQuery("get", "/groups/{id}", { params: { path: { id } } });
  const group = query.data;
  return (
    <Page
      title={group?.display_name ?? t("one")}
      crumbs={[{ label: t("title"), href: "/groups" }]}
      intro={group?.agency?.name ?? (group ? t("province") : null)}
      actions={group && can("identity.group.write") ? <Remove group={group} /> : null}
    >
      <Loaded query={query}>
        {(loaded) => (
          <div className={kit.columns}>
            <div className={kit.stack}>
              <Members group={loaded} />
              <GroupsInside group={loaded} />
            </div>
            <div className={kit.stack}>
              <GrantsPanel holder={{ kind: "group", id: loaded.id }} />
              <GroupsAbove group={loaded} />
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Members({ group }: { group: Group }) {
  const { t } = useT();
  const can = useCan();
  const { get } = useAddress();
  const [isAdding, setAdding] = useState(false);
  const cursor = get("cursor");
  const query = api.useQuery(
    "get",
    "/groups/{id}/members",
    { params: { path: { id: group.id }, query: cursor ? { cursor } : {} } },
    { placeholderData: keepPreviousData },
  );
  const mayChange = can("identity.group.write") && !group.rule;
  const [leaving, setLeaving] = useState<GroupMember | null>(null);
  async function remove() {
    if (!leaving) return;
    await client.POST("/groups/{id}/members", {
      params: { path: { id: group.id } },
      body: { add: [], remove: [leaving.id] },
    });
    notify(t("members.removed"));
    await refreshAll();
  }
  const columns: Column<GroupMember>[] = [
    {
      id: "name",
      header: t("members.name"),
      kind: "grow",
      text: (row) => row.display_name,
      cell: (row) => row.display_name,
    },
    {
      id: "username",
      header: t("members.username"),
      text: (row) => row.username,
      cell: (row) => <span className={kit.code}>{row.username}</span>,
    },
    {
      id: "agency",
      header: t("column.agency"),
      text: (row) => row.agency?.name ?? "",
      cell: (row) => row.agency?.name ?? "—",
    },
    {
      id: "until",
      header: t("members.until"),
      kind: "fixed",
      text: (row) => formatDateTime(row.until),
      cell: (row) => <DateText value={row.until} as="day" />,
    },
    {
      id: "action",
      header: t("members.action"),
      cell: (row) =>
        mayChange ? (
          <Button
            size="compact-sm"
            variant="default"
            className={kit.above ?? ""}
            onClick={() => setLeaving(row)}
            aria-label={`${t("members.remove")}: ${row.display_name}`}
          >
            {t("members.remove")}
          </Button>
        ) : null,
    },
  ];
  return (
    <Panel
      flush
      title={t("members.title")}
      actions={
        mayChange ? (
          <Button
            size="compact-md"
            leftSection={<IconUserPlus size={16} aria-hidden />}
            onClick={() => setAdding(true)}
          >
            {t("members.add")}
          </Button>
        ) : null
      }
    >
      <List
        title={t("members.title")}
        query={query}
        columns={columns}
        rowId={(row) => row.id}
        rowHref={(row) => `/accounts/${row.id}`}
        empty={{ title: t("members.emptyTitle"), text: t("members.emptyText") }}
      />
      {isAdding ? <AddDialog group={group} onClose={() => setAdding(false)} /> : null}
      <ActionDialog
        opened={leaving !== null}
        onClose={() => setLeaving(null)}
        title={t("members.removeTitle")}
        action={t("members.remove")}
        danger
        run={remove}
      >
        <p>{t("members.removeText", { name: leaving?.display_name ?? "" })}</p>
      </ActionDialog>
    </Panel>
  );
}

function AddDialog({ group, onClose }: { group: Group; onClose: () => void }) {
  const { t } = useT();
  const [account, setAccount] = useState<string | null>(null);
  async function run() {
    if (!account) return;
    await client.POST("/groups/{id}/members", {
      params: { path: { id: group.id } },
      body: { add: [account], remove: [] },
    });
    notify(t("members.added"));
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t("members.add")}
      action={t("members.add")}
      isComplete={account !== null}
      run={run}
    >
      <AccountSelect label={t("members.who")} value={account} onChange={setAccount} />
    </ActionDialog>
  );
}

function Remove({ group }: { group: Group }) {
  const { t } = useT();
  const go = useGo();
  const [isOpen, setOpen] = useState(false);
  async function run() {
    await client.DELETE("/groups/{id}", { params: { path: { id: group.id } } });
    notify(t("delete.done"));
    await refreshAll();
    go("/groups");
  }
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        {t("delete.action")}
      </Button>
      <ActionDialog
        opened={isOpen}
        onClose={() => setOpen(false)}
        title={t("delete.title")}
        action={t("delete.action")}
        typed={group.name}
        danger
        run={run}
      >
        <p>{t("delete.text")}</p>
      </ActionDialog>
    </>
  );
}
