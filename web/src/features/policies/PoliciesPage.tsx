// Access policies: rules that permit or forbid, beside the roles.

import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { api, present } from "../../api/client.ts";
import type { Resource } from "../../api/types.ts";
import { formatDateTime } from "../../i18n/format.ts";
import { AppLink, address, useAddress } from "../../kit/address.tsx";
import { FilterBar, TextFilter } from "../../kit/filters.tsx";
import kit from "../../kit/kit.module.css";
import { type Column, ListPage } from "../../kit/ListPage.tsx";
import { StatusBadge } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import { DateText } from "../../kit/text.tsx";
import { effectOf, KIND, policyOf } from "./spec.ts";
import { useT } from "./texts.ts";

export default function PoliciesPage() {
  const { t } = useT();
  const { get } = useAddress();
  const can = useCan();
  const query = api.useQuery(
    "get",
    "/resources/{kind}",
    {
      params: {
        path: { kind: KIND },
        query: present({ q: get("q"), cursor: get("cursor") }),
      },
    },
    { placeholderData: keepPreviousData },
  );
  const effect = (row: Resource) => t(`effect.${effectOf(policyOf(row.spec).cedar) ?? "none"}`);
  const columns: Column<Resource>[] = [
    {
      id: "name",
      header: t("column.name"),
      text: (row) => row.name,
      cell: (row) => <span className={kit.code}>{row.name}</span>,
    },
    {
      id: "description",
      header: t("column.description"),
      kind: "grow",
      text: (row) => policyOf(row.spec).description,
      cell: (row) => policyOf(row.spec).description || "—",
    },
    { id: "effect", header: t("column.effect"), text: effect, cell: effect },
    {
      id: "state",
      header: t("column.state"),
      cell: (row) => <StatusBadge state={policyOf(row.spec).enabled ? "enabled" : "disabled"} />,
    },
    {
      id: "changed",
      header: t("column.changed"),
      kind: "fixed",
      text: (row) => formatDateTime(row.updated_at),
      cell: (row) => <DateText value={row.updated_at} as="relative" />,
    },
    {
      id: "by",
      header: t("column.by"),
      text: (row) => row.updated_by ?? "",
      cell: (row) => row.updated_by ?? "—",
    },
  ];
  return (
    <ListPage
      title={t("title")}
      intro={t("intro")}
      query={query}
      columns={columns}
      rowId={(row) => row.name}
      rowHref={(row) => address.policy(row.name)}
      filterNames={["q"]}
      exportName="chinh-sach-truy-cap"
      empty={{ title: t("empty.title"), text: t("empty.text") }}
      actions={
        can("identity.policy.write") ? (
          <Button
            renderRoot={({ ref: _, ...props }) => <AppLink href="/policies/new" {...props} />}
            leftSection={<IconPlus size={17} aria-hidden />}
          >
            {t("create")}
          </Button>
        ) : null
      }
      filters={
        <FilterBar>
          <TextFilter name="q" label={t("search")} />
        </FilterBar>
      }
    />
  );
}
