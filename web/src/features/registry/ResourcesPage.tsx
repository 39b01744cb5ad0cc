// The resources of one kind.

import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { api, present } from "../../api/client.ts";
import type { Resource } from "../../api/types.ts";
import { formatDateTime } from "../../i18n/format.ts";
import { useText } from "../../i18n/texts.ts";
import { AgencyName } from "../../kit/AgencySelect.tsx";
import { AppLink, useAddress, useParam } from "../../kit/address.tsx";
import { FilterBar, TextFilter } from "../../kit/filters.tsx";
import kit from "../../kit/kit.module.css";
import { type Column, ListPage } from "../../kit/ListPage.tsx";
import { titleOf } from "../../kit/resource.ts";
import { useCan } from "../../kit/session.ts";
import { DateText } from "../../kit/text.tsx";
import { kindHref, resourceHref, useKind } from "./kinds.ts";
import { useT } from "./texts.ts";

export default function ResourcesPage() {
  const { t } = useT();
  const text = useText();
  const { get } = useAddress();
  const can = useCan();
  const kind = useParam("kind");
  const descriptor = useKind(kind);
  const query = api.useQuery(
    "get",
    "/resources/{kind}",
    { params: { path: { kind }, query: present({ q: get("q"), cursor: get("cursor") }) } },
    { placeholderData: keepPreviousData },
  );
  const columns: Column<Resource>[] = [
    {
      id: "name",
      header: t("column.name"),
      kind: "grow",
      text: (row) => row.name,
      cell: (row) => titleOf(row),
    },
    {
      id: "code",
      header: t("column.code"),
      text: (row) => row.name,
      cell: (row) => <span className={kit.code}>{row.name}</span>,
    },
    {
      id: "agency",
      header: t("column.agency"),
      text: (row) => row.agency ?? "",
      cell: (row) => (row.agency ? <AgencyName code={row.agency} /> : "—"),
    },
    {
      id: "revision",
      header: t("column.revision"),
      kind: "numeric",
      text: (row) => String(row.revision),
      cell: (row) => row.revision,
    },
    {
      id: "updated",
      header: t("column.updated"),
      kind: "fixed",
      text: (row) => formatDateTime(row.updated_at),
      cell: (row) => <DateText value={row.updated_at} />,
    },
    {
      id: "by",
      header: t("column.by"),
      text: (row) => row.updated_by ?? "",
      cell: (row) => row.updated_by ?? "—",
    },
  ];
  const create = (
    <Button
      renderRoot={({ ref: _, ...props }) => <AppLink href={`${kindHref(kind)}/new`} {...props} />}
      leftSection={<IconPlus size={17} aria-hidden />}
    >
      {t("create")}
    </Button>
  );
  return (
    <ListPage
      title={descriptor ? text(descriptor.labels) : kind}
      intro={descriptor ? text(descriptor.description) : undefined}
      crumbs={[{ label: t("title"), href: "/registry" }]}
      actions={can("registry.resource.write") ? create : null}
      query={query}
      columns={columns}
      rowId={(row) => row.name}
      rowHref={(row) => resourceHref(kind, row.name)}
      filterNames={["q"]}
      exportName={kind}
      empty={{
        title: t("empty.title"),
        text: t("empty.text"),
        action: can("registry.resource.write") ? create : null,
      }}
      filters={
        <FilterBar>
          <TextFilter name="q" label={t("search")} />
        </FilterBar>
      }
    />
  );
}
