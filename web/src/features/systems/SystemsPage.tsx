// The information systems that exchange through the platform.

import { api } from "../../api/client.ts";
import type { System } from "../../api/types.ts";
import { formatDateTime, formatNumber, matches } from "../../i18n/format.ts";
import { useLanguage } from "../../i18n/texts.ts";
import { address, useAddress } from "../../kit/address.tsx";
import { FilterBar, TextFilter } from "../../kit/filters.tsx";
import kit from "../../kit/kit.module.css";
import { type Column, ListPage } from "../../kit/ListPage.tsx";
import { StatusBadge } from "../../kit/StatusBadge.tsx";
import { DateText } from "../../kit/text.tsx";
import { useT } from "./texts.ts";

const REFRESH_MS = 10_000;

export default function SystemsPage() {
  const { t, word } = useT();
  const language = useLanguage();
  const { get } = useAddress();
  const query = api.useQuery("get", "/systems", {}, { refetchInterval: REFRESH_MS });
  const wanted = get("q");
  // A province has tens of systems: the whole list is here, so it is searched here.
  const data = query.data && {
    ...query.data,
    items: query.data.items.filter((row) =>
      matches(
        `${row.title} ${row.name} ${row.systemid} ${row.agencies.map((agency) => agency.name).join(" ")}`,
        wanted ?? "",
      ),
    ),
  };
  const columns: Column<System>[] = [
    {
      id: "title",
      header: t("column.title"),
      kind: "grow",
      text: (row) => row.title,
      cell: (row) => row.title,
    },
    {
      id: "systemid",
      header: t("column.systemid"),
      text: (row) => row.systemid,
      cell: (row) => <span className={kit.code}>{row.systemid}</span>,
    },
    {
      id: "agencies",
      header: t("column.agencies"),
      text: (row) => row.agencies.map((agency) => agency.name).join("; "),
      cell: (row) => (
        <>
          {row.agencies[0]?.name ?? "—"}
          {row.agencies.length > 1 ? (
            <div className={kit.soft}>{t("others", { count: row.agencies.length - 1 })}</div>
          ) : null}
        </>
      ),
    },
    {
      id: "state",
      header: t("column.state"),
      text: (row) => (row.enabled ? t("on") : t("off")),
      cell: (row) => (
        <>
          <StatusBadge state={row.enabled ? "enabled" : "disabled"} />
          <div className={`${kit.soft} ${kit.small}`}>{word("mode", row.mode) ?? row.mode}</div>
        </>
      ),
    },
    {
      id: "waiting",
      header: t("column.waiting"),
      kind: "numeric",
      text: (row) => String(row.waiting),
      cell: (row) => formatNumber(row.waiting, language),
    },
    {
      id: "sent",
      header: t("column.sent"),
      kind: "numeric",
      text: (row) => String(row.sent_today),
      cell: (row) => formatNumber(row.sent_today, language),
    },
    {
      id: "received",
      header: t("column.received"),
      kind: "numeric",
      text: (row) => String(row.received_today),
      cell: (row) => formatNumber(row.received_today, language),
    },
    {
      id: "seen",
      header: t("column.seen"),
      kind: "fixed",
      text: (row) => formatDateTime(row.last_seen_at),
      cell: (row) => <DateText value={row.last_seen_at} as="relative" />,
    },
  ];
  return (
    <ListPage
      title={t("title")}
      intro={t("intro")}
      query={{ ...query, data }}
      columns={columns}
      rowId={(row) => row.name}
      rowHref={(row) => address.system(row.name)}
      filterNames={["q"]}
      exportName="he-thong"
      empty={{ title: t("empty.title"), text: t("empty.text") }}
      filters={
        <FilterBar>
          <TextFilter name="q" label={t("search")} placeholder={t("searchHint")} />
        </FilterBar>
      }
    />
  );
}
