// The tree of agencies as at a day, and search over it.

import { keepPreviousData } from "@tanstack/react-query";
import { api, present } from "../../api/client.ts";
import type { Agency } from "../../api/types.ts";
import { AgencyTree } from "../../kit/AgencyTree.tsx";
import { address, useAddress, useGo } from "../../kit/address.tsx";
import { DayFilter, FilterBar, TextFilter } from "../../kit/filters.tsx";
import kit from "../../kit/kit.module.css";
import { type Column, List } from "../../kit/ListPage.tsx";
import { Page, Panel } from "../../kit/Page.tsx";
import { useKitTexts } from "../../kit/texts.ts";
import { useT } from "./texts.ts";

export default function AgenciesPage() {
  const { t } = useT();
  const go = useGo();
  const { get } = useAddress();
  const at = get("at");
  const href = (code: string) => address.agency(code) + (at ? `?at=${at}` : "");
  return (
    <Page title={t("title")} intro={t("intro")}>
      <FilterBar>
        <TextFilter name="q" label={t("search")} placeholder={t("searchHint")} />
        <DayFilter name="at" label={t("at")} />
      </FilterBar>
      {get("q") ? (
        <Hits q={get("q") ?? ""} at={at} href={href} />
      ) : (
        <Panel flush label={t("title")}>
          <AgencyTree
            key={at ?? "today"}
            label={t("title")}
            at={at}
            isChosen={() => false}
            onChoose={(agency) => go(href(agency.code))}
          />
        </Panel>
      )}
    </Page>
  );
}

function Hits({
  q,
  at,
  href,
}: {
  q: string;
  at: string | undefined;
  href: (code: string) => string;
}) {
  const { t } = useT();
  const { word } = useKitTexts();
  const { get } = useAddress();
  const query = api.useQuery(
    "get",
    "/agencies",
    { params: { query: present({ q, at, cursor: get("cursor") }) } },
    { placeholderData: keepPreviousData },
  );
  const columns: Column<Agency>[] = [
    {
      id: "name",
      header: t("column.name"),
      kind: "grow",
      text: (row) => row.name,
      cell: (row) => row.name,
    },
    {
      id: "level",
      header: t("column.level"),
      text: (row) => word("level", row.level) ?? row.level,
      cell: (row) => word("level", row.level) ?? row.level,
    },
    {
      id: "code",
      header: t("column.code"),
      text: (row) => row.code,
      cell: (row) => <span className={kit.code}>{row.code}</span>,
    },
  ];
  return (
    <Panel flush label={t("title")}>
      <List
        title={t("title")}
        query={query}
        columns={columns}
        rowId={(row) => row.code}
        rowHref={(row) => href(row.code)}
        filterNames={["q"]}
        empty={{ title: t("title"), text: t("searchHint") }}
        exportName="co-quan"
      />
    </Panel>
  );
}
