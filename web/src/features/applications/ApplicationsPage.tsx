// All applications that people sign on to, whatever the protocol.

import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import type { Resource } from "../../api/types.ts";
import { formatDateTime, matches } from "../../i18n/format.ts";
import { AppLink, useAddress } from "../../kit/address.tsx";
import { FilterBar, SelectFilter, TextFilter } from "../../kit/filters.tsx";
import kit from "../../kit/kit.module.css";
import { type Column, ListPage } from "../../kit/ListPage.tsx";
import { isEnabled, titleOf } from "../../kit/resource.ts";
import { StatusBadge } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import { DateText } from "../../kit/text.tsx";
import { appHref, KINDS, useApplications } from "./kinds.ts";
import { useT } from "./texts.ts";

export default function ApplicationsPage() {
  const { t } = useT();
  const { get } = useAddress();
  const can = useCan();
  const query = useAll(get("protocol"));
  const words = get("q") ?? "";
  const columns: Column<Resource>[] = [
    {
      id: "title",
      header: t("column.title"),
      kind: "grow",
      text: titleOf,
      cell: titleOf,
    },
    {
      id: "name",
      header: t("column.name"),
      text: (row) => row.name,
      cell: (row) => <span className={kit.code}>{row.name}</span>,
    },
    {
      id: "protocol",
      header: t("column.protocol"),
      text: (row) => row.kind,
      cell: (row) => <Protocol kind={row.kind} />,
    },
    {
      id: "agency",
      header: t("column.agency"),
      text: (row) => row.agency ?? "",
      cell: (row) => row.agency ?? "—",
    },
    {
      id: "state",
      header: t("column.state"),
      cell: (row) => <StatusBadge state={isEnabled(row) ? "enabled" : "disabled"} />,
    },
    {
      id: "changed",
      header: t("column.changed"),
      kind: "fixed",
      text: (row) => formatDateTime(row.updated_at),
      cell: (row) => <DateText value={row.updated_at} as="relative" />,
    },
  ];
  const data = query.data && {
    items: query.data.items.filter((row) => matches(`${titleOf(row)} ${row.name}`, words)),
  };
  return (
    <ListPage
      title={t("title")}
      intro={t("intro")}
      query={{ ...query, data }}
      columns={columns}
      rowId={(row) => `${row.kind}/${row.name}`}
      rowHref={(row) => appHref(row.kind, row.name)}
      filterNames={["q", "protocol"]}
      exportName="ung-dung"
      empty={{ title: t("empty.title"), text: t("empty.text") }}
      actions={
        can("registry.resource.write") ? (
          <Button
            renderRoot={({ ref: _, ...props }) => <AppLink href="/applications/new" {...props} />}
            leftSection={<IconPlus size={17} aria-hidden />}
          >
            {t("create")}
          </Button>
        ) : null
      }
      filters={
        <FilterBar>
          <TextFilter name="q" label={t("search")} placeholder={t("searchHint")} />
          <SelectFilter
            name="protocol"
            label={t("column.protocol")}
            options={KINDS.map((kind) => ({ value: kind, label: t(`protocol.${kind}`) }))}
          />
        </FilterBar>
      }
    />
  );
}

function Protocol({ kind }: { kind: string }) {
  const { word } = useT();
  return <>{word("protocol", kind) ?? kind}</>;
}

/** The lists of all kinds as one; a province has tens of applications. */
function useAll(protocol: string | undefined) {
  const queries = [
    useApplications("oidc-client", !protocol || protocol === "oidc-client"),
    useApplications("saml-sp", !protocol || protocol === "saml-sp"),
    useApplications("cas-service", !protocol || protocol === "cas-service"),
    useApplications("ldap-app", !protocol || protocol === "ldap-app"),
    useApplications("scim-client", !protocol || protocol === "scim-client"),
  ];
  const used = queries.filter((_, index) => !protocol || protocol === KINDS[index]);
  const failed = used.find((query) => query.isError);
  const isWhole = used.every((query) => query.data);
  const items = used
    .flatMap((query) => query.data?.items ?? [])
    .sort((one, two) => titleOf(one).localeCompare(titleOf(two), "vi"));
  return {
    data: isWhole ? { items } : undefined,
    error: failed?.error,
    isError: Boolean(failed),
    isPlaceholderData: false,
    dataUpdatedAt: Math.min(...used.map((query) => query.dataUpdatedAt)),
    refetch: () => Promise.all(used.map((query) => query.refetch())),
  };
}
