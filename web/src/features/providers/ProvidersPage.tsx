// All outside providers with which people may sign in here.

import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { api } from "../../api/client.ts";
import type { Resource } from "../../api/types.ts";
import { formatDateTime, matches } from "../../i18n/format.ts";
import { AppLink, useAddress } from "../../kit/address.tsx";
import { FilterBar, TextFilter } from "../../kit/filters.tsx";
import kit from "../../kit/kit.module.css";
import { type Column, ListPage } from "../../kit/ListPage.tsx";
import { isEnabled, textOf, titleOf } from "../../kit/resource.ts";
import { StatusBadge } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import { DateText } from "../../kit/text.tsx";
import { KIND, profileOf, providerHref } from "./kinds.ts";
import { useT } from "./texts.ts";

export default function ProvidersPage() {
  const { t } = useT();
  const { get } = useAddress();
  const can = useCan();
  const query = api.useQuery("get", "/resources/{kind}", { params: { path: { kind: KIND } } });
  const words = get("q") ?? "";
  const data = query.data && {
    items: query.data.items.filter((row) =>
      matches(`${titleOf(row)} ${row.name} ${textOf(row, "issuer")}`, words),
    ),
  };
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
      id: "profile",
      header: t("column.profile"),
      text: (row) => t(`profile.${profileOf(row)}.title`),
      cell: (row) => t(`profile.${profileOf(row)}.title`),
    },
    {
      id: "issuer",
      header: t("column.issuer"),
      text: (row) => textOf(row, "issuer"),
      cell: (row) => <span className={kit.code}>{textOf(row, "issuer")}</span>,
    },
    {
      id: "state",
      header: t("column.state"),
      text: (row) => t(isEnabled(row) ? "isOn" : "isOff"),
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
  const create = can("registry.resource.write") ? (
    <Button
      renderRoot={({ ref: _, ...props }) => <AppLink href="/identity-providers/new" {...props} />}
      leftSection={<IconPlus size={17} aria-hidden />}
    >
      {t("create")}
    </Button>
  ) : null;
  return (
    <ListPage
      title={t("title")}
      intro={t("intro")}
      query={{ ...query, data }}
      columns={columns}
      rowId={(row) => row.name}
      rowHref={(row) => providerHref(row.name)}
      filterNames={["q"]}
      exportName="nha-cung-cap-dinh-danh"
      empty={{ title: t("empty.title"), text: t("empty.text") }}
      actions={create}
      filters={
        <FilterBar>
          <TextFilter name="q" label={t("search")} placeholder={t("searchHint")} />
        </FilterBar>
      }
    />
  );
}
