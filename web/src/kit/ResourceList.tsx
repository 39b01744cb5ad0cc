// The list of resources whose kind has pages of its own: found by words, opened, added.
//
// Owns: the columns that all kinds share. Not here: those of a kind (each feature).

import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Resource } from "../api/types.ts";
import { formatDateTime, matches } from "../i18n/format.ts";
import { AppLink, useAddress } from "./address.tsx";
import { FilterBar, TextFilter } from "./filters.tsx";
import classes from "./kit.module.css";
import { type Column, ListPage, type ListQuery } from "./ListPage.tsx";
import { isEnabled, titleOf } from "./resource.ts";
import { StatusBadge, useStateWord } from "./StatusBadge.tsx";
import { useCan } from "./session.ts";
import { DateText } from "./text.tsx";
import { useKitTexts } from "./texts.ts";

interface ResourceListProps {
  title: string;
  intro: string;
  /** Head of the first column: what one of them is called. */
  one: string;
  query: ListQuery<Resource>;
  /** The columns of the kind, between name and state. */
  columns: readonly Column<Resource>[];
  hrefOf: (resource: Resource) => string;
  create: { label: string; href: string };
  search: { label: string; hint: string };
  /** What is searched beside title and short name. */
  searched?: (resource: Resource) => string;
  /** More filters, with their names in the address. */
  filters?: ReactNode;
  filterNames?: readonly string[];
  actions?: ReactNode;
  exportName: string;
  empty: { title: string; text: string };
}

export function ResourceList(props: ResourceListProps) {
  const { t } = useKitTexts();
  const { get } = useAddress();
  const can = useCan();
  const stateWord = useStateWord();
  const words = get("q") ?? "";
  const stateOf = (row: Resource) => (isEnabled(row) ? "enabled" : "disabled");
  const searched = (row: Resource) => `${titleOf(row)} ${row.name} ${props.searched?.(row) ?? ""}`;
  const data = props.query.data && {
    items: props.query.data.items.filter((row) => matches(searched(row), words)),
  };
  const columns: Column<Resource>[] = [
    { id: "title", header: props.one, kind: "grow", text: titleOf, cell: titleOf },
    {
      id: "name",
      header: t("resource.name"),
      text: (row) => row.name,
      cell: (row) => <span className={classes.code}>{row.name}</span>,
    },
    ...props.columns,
    {
      id: "state",
      header: t("resource.state"),
      text: (row) => stateWord(stateOf(row)),
      cell: (row) => <StatusBadge state={stateOf(row)} />,
    },
    {
      id: "changed",
      header: t("resource.changed"),
      kind: "fixed",
      text: (row) => formatDateTime(row.updated_at),
      cell: (row) => <DateText value={row.updated_at} as="relative" />,
    },
  ];
  const { create } = props;
  return (
    <ListPage
      title={props.title}
      intro={props.intro}
      query={{ ...props.query, data }}
      columns={columns}
      rowId={(row) => `${row.kind}/${row.name}`}
      rowHref={props.hrefOf}
      filterNames={["q", ...(props.filterNames ?? [])]}
      exportName={props.exportName}
      empty={props.empty}
      actions={
        <>
          {props.actions}
          {can("registry.resource.write") ? (
            <Button
              leftSection={<IconPlus size={17} aria-hidden />}
              renderRoot={({ ref: _, ...rest }) => <AppLink href={create.href} {...rest} />}
            >
              {create.label}
            </Button>
          ) : null}
        </>
      }
      filters={
        <FilterBar>
          <TextFilter name="q" label={props.search.label} placeholder={props.search.hint} />
          {props.filters}
        </FilterBar>
      }
    />
  );
}
