// Groups of accounts: who belongs together, and gets rights together.

import { Button, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { api, client, present, refreshAll } from "../../api/client.ts";
import type { Group } from "../../api/types.ts";
import { formatDateTime } from "../../i18n/format.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { AgencySelect } from "../../kit/AgencySelect.tsx";
import { useAddress, useGo } from "../../kit/address.tsx";
import { AgencyFilter, FilterBar, TextFilter } from "../../kit/filters.tsx";
import kit from "../../kit/kit.module.css";
import { type Column, ListPage } from "../../kit/ListPage.tsx";
import { useCan, useSession } from "../../kit/session.ts";
import { DateText } from "../../kit/text.tsx";
import { notify } from "../../kit/toast.tsx";
import { useT } from "./texts.ts";

export default function GroupsPage() {
  const { t } = useT();
  const { get } = useAddress();
  const can = useCan();
  const [isCreating, setCreating] = useState(false);
  const query = api.useQuery(
    "get",
    "/groups",
    { params: { query: present({ q: get("q"), agency: get("agency"), cursor: get("cursor") }) } },
    { placeholderData: keepPreviousData },
  );
  const columns: Column<Group>[] = [
    {
      id: "title",
      header: t("column.title"),
      kind: "grow",
      text: (row) => row.display_name,
      cell: (row) => row.display_name,
    },
    {
      id: "name",
      header: t("column.name"),
      text: (row) => row.name,
      cell: (row) => <span className={kit.code}>{row.name}</span>,
    },
    {
      id: "agency",
      header: t("column.agency"),
      text: (row) => row.agency?.name ?? "",
      cell: (row) => row.agency?.name ?? t("province"),
    },
    {
      id: "source",
      header: t("column.source"),
      text: (row) => row.source ?? "",
      cell: (row) => row.source ?? (row.rule ? t("byRule") : t("byHand")),
    },
    {
      id: "changed",
      header: t("column.changed"),
      kind: "fixed",
      text: (row) => formatDateTime(row.changed_at),
      cell: (row) => <DateText value={row.changed_at} as="relative" />,
    },
  ];
  return (
    <>
      <ListPage
        title={t("title")}
        intro={t("intro")}
        query={query}
        columns={columns}
        rowId={(row) => row.id}
        rowHref={(row) => `/groups/${row.id}`}
        filterNames={["q", "agency"]}
        exportName="nhom"
        empty={{ title: t("empty.title"), text: t("empty.text") }}
        actions={
          can("identity.group.write") ? (
            <Button
              leftSection={<IconPlus size={17} aria-hidden />}
              onClick={() => setCreating(true)}
            >
              {t("create")}
            </Button>
          ) : null
        }
        filters={
          <FilterBar>
            <TextFilter name="q" label={t("search")} placeholder={t("searchHint")} />
            <AgencyFilter name="agency" label={t("column.agency")} />
          </FilterBar>
        }
      />
      {isCreating ? <CreateDialog onClose={() => setCreating(false)} /> : null}
    </>
  );
}

function CreateDialog({ onClose }: { onClose: () => void }) {
  const { t } = useT();
  const go = useGo();
  const { me } = useSession();
  const [name, setName] = useState("");
  const [agency, setAgency] = useState<string | null>(me.agency?.code ?? null);
  async function run() {
    const { data } = await client.POST("/groups", {
      body: { name: name.trim().normalize("NFC"), ...(agency ? { agency } : {}) },
    });
    notify(t("created"));
    await refreshAll();
    if (data) go(`/groups/${data.id}`);
  }
  return (
    <ActionDialog opened onClose={onClose} title={t("create")} action={t("create")} run={run}>
      <TextInput
        label={t("groupName")}
        required
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <AgencySelect
        label={t("column.agency")}
        description={t("agencyHelp")}
        value={agency}
        onChange={setAgency}
      />
    </ActionDialog>
  );
}
