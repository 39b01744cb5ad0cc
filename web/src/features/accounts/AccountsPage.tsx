// Accounts that may use the console or the interfaces.

import { Button } from "@mantine/core";
import { IconDownload, IconFileImport, IconUserPlus } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { api, present } from "../../api/client.ts";
import type { Account } from "../../api/types.ts";
import { formatDateTime } from "../../i18n/format.ts";
import { AppLink, useAddress } from "../../kit/address.tsx";
import { AgencyFilter, FilterBar, TextFilter } from "../../kit/filters.tsx";
import kit from "../../kit/kit.module.css";
import { type Column, ListPage } from "../../kit/ListPage.tsx";
import { useRoleWord } from "../../kit/roles.ts";
import { StatusBadge, useStateWord } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import { DateText } from "../../kit/text.tsx";
import { stateOf } from "./states.ts";
import { useT } from "./texts.ts";

export default function AccountsPage() {
  const { t, word } = useT();
  const stateWord = useStateWord();
  const roleWord = useRoleWord();
  const { get } = useAddress();
  const can = useCan();
  const query = api.useQuery(
    "get",
    "/accounts",
    { params: { query: present({ q: get("q"), agency: get("agency"), cursor: get("cursor") }) } },
    { placeholderData: keepPreviousData },
  );
  const columns: Column<Account>[] = [
    {
      id: "name",
      header: t("column.name"),
      kind: "grow",
      text: (row) => row.display_name,
      cell: (row) => row.display_name,
    },
    {
      id: "username",
      header: t("column.username"),
      kind: "party",
      text: (row) => row.username,
      cell: (row) => <span className={kit.code}>{row.username}</span>,
    },
    {
      id: "kind",
      header: t("column.kind"),
      kind: "fixed",
      text: (row) => word("kind", row.kind) ?? row.kind,
      cell: (row) => word("kind", row.kind) ?? row.kind,
    },
    {
      id: "agency",
      header: t("column.agency"),
      text: (row) => row.agency?.name ?? "",
      cell: (row) => row.agency?.name ?? "—",
    },
    {
      id: "roles",
      header: t("column.roles"),
      text: (row) => row.roles.map((grant) => roleWord(grant.role)).join("; "),
      cell: (row) => row.roles.map((grant) => roleWord(grant.role)).join(", ") || "—",
    },
    {
      id: "state",
      header: t("column.state"),
      text: (row) => stateWord(stateOf(row)),
      cell: (row) => <StatusBadge state={stateOf(row)} />,
    },
    {
      id: "seen",
      header: t("column.seen"),
      kind: "fixed",
      text: (row) => formatDateTime(row.last_sign_in_at),
      cell: (row) => <DateText value={row.last_sign_in_at} as="relative" />,
    },
  ];
  return (
    <ListPage
      title={t("title")}
      intro={t("intro")}
      query={query}
      columns={columns}
      rowId={(row) => row.id}
      rowHref={(row) => `/accounts/${row.id}`}
      filterNames={["q", "agency"]}
      exportName="tai-khoan"
      empty={{ title: t("empty.title"), text: t("empty.text") }}
      actions={
        <>
          {can("identity.data.export") ? (
            <Button
              component="a"
              href="/api/v1/accounts/export"
              download
              variant="default"
              leftSection={<IconDownload size={17} aria-hidden />}
            >
              {t("exportAction")}
            </Button>
          ) : null}
          {can("identity.account.write") ? <Making /> : null}
        </>
      }
      filters={
        <FilterBar>
          <TextFilter name="q" label={t("search")} placeholder={t("searchHint")} />
          <AgencyFilter name="agency" label={t("column.agency")} />
        </FilterBar>
      }
    />
  );
}

function Making() {
  const { t } = useT();
  return (
    <>
      <Button
        variant="default"
        renderRoot={({ ref: _, ...props }) => <AppLink href="/accounts/import" {...props} />}
        leftSection={<IconFileImport size={17} aria-hidden />}
      >
        {t("importAction")}
      </Button>
      <Button
        renderRoot={({ ref: _, ...props }) => <AppLink href="/accounts/new" {...props} />}
        leftSection={<IconUserPlus size={17} aria-hidden />}
      >
        {t("create")}
      </Button>
    </>
  );
}
