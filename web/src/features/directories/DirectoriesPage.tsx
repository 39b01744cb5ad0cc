// All directories of others from which people and passwords come.

import { Button } from "@mantine/core";
import { IconGitCompare, IconPlus } from "@tabler/icons-react";
import { api } from "../../api/client.ts";
import type { Resource } from "../../api/types.ts";
import { formatDateTime, matches } from "../../i18n/format.ts";
import { AppLink, useAddress } from "../../kit/address.tsx";
import { FilterBar, TextFilter } from "../../kit/filters.tsx";
import kit from "../../kit/kit.module.css";
import { type Column, ListPage } from "../../kit/ListPage.tsx";
import { isEnabled, textsOf, titleOf } from "../../kit/resource.ts";
import { StatusBadge } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import { DateText } from "../../kit/text.tsx";
import { directoryHref, KIND, modeOf, productOf } from "./kinds.ts";
import { useT } from "./texts.ts";

export default function DirectoriesPage() {
  const { t } = useT();
  const { get } = useAddress();
  const can = useCan();
  const query = api.useQuery("get", "/resources/{kind}", { params: { path: { kind: KIND } } });
  const words = get("q") ?? "";
  const data = query.data && {
    items: query.data.items.filter((row) =>
      matches(`${titleOf(row)} ${row.name} ${textsOf(row, "urls").join(" ")}`, words),
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
      id: "product",
      header: t("column.product"),
      text: (row) => t(`product.${productOf(row)}.title`),
      cell: (row) => t(`product.${productOf(row)}.title`),
    },
    {
      id: "mode",
      header: t("column.mode"),
      text: (row) => t(`mode.${modeOf(row)}`),
      cell: (row) => t(`mode.${modeOf(row)}`),
    },
    {
      id: "urls",
      header: t("column.urls"),
      text: (row) => textsOf(row, "urls").join(" "),
      cell: (row) => <span className={kit.code}>{textsOf(row, "urls").join(", ")}</span>,
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
  return (
    <ListPage
      title={t("title")}
      intro={t("intro")}
      query={{ ...query, data }}
      columns={columns}
      rowId={(row) => row.name}
      rowHref={(row) => directoryHref(row.name)}
      filterNames={["q"]}
      exportName="ket-noi-thu-muc"
      empty={{ title: t("empty.title"), text: t("empty.text") }}
      actions={
        <>
          <Button
            variant="default"
            leftSection={<IconGitCompare size={17} aria-hidden />}
            renderRoot={({ ref: _, ...props }) => (
              <AppLink href="/directory-conflicts" {...props} />
            )}
          >
            {t("conflicts.title")}
          </Button>
          {can("registry.resource.write") ? (
            <Button
              leftSection={<IconPlus size={17} aria-hidden />}
              renderRoot={({ ref: _, ...props }) => (
                <AppLink href="/directory-connections/new" {...props} />
              )}
            >
              {t("create")}
            </Button>
          ) : null}
        </>
      }
      filters={
        <FilterBar>
          <TextFilter name="q" label={t("search")} placeholder={t("searchHint")} />
        </FilterBar>
      }
    />
  );
}
