// Who did what, when, on what ground: search in the journal.

import { Button } from "@mantine/core";
import { IconDownload, IconShieldCheck } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { api, present } from "../../api/client.ts";
import type { JournalEvent } from "../../api/types.ts";
import { formatDateTime, startOfDay } from "../../i18n/format.ts";
import { AppLink, stringifySearch, useAddress } from "../../kit/address.tsx";
import { useEventWord, useSubjectWord } from "../../kit/events/events.tsx";
import { DayFilter, FilterBar, SelectFilter, TextFilter } from "../../kit/filters.tsx";
import kit from "../../kit/kit.module.css";
import { type Column, ListPage } from "../../kit/ListPage.tsx";
import { ResultBadge } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import { CodeText, DateText } from "../../kit/text.tsx";
import { EventDialog } from "./EventDialog.tsx";
import { EventFilter } from "./EventFilter.tsx";
import { useT } from "./texts.ts";

const FILTERS = ["class", "actor", "action", "subject", "trace_id", "from", "to"] as const;

export default function AuditPage() {
  const { t, word } = useT();
  const { get } = useAddress();
  const eventWord = useEventWord();
  const subjectWord = useSubjectWord();
  const can = useCan();
  const [shown, setShown] = useState<JournalEvent | null>(null);
  const filters = {
    ...Object.fromEntries(FILTERS.map((name) => [name, get(name)])),
    from: startOfDay(get("from"), 0),
    to: startOfDay(get("to"), 1),
  };
  const query = api.useQuery(
    "get",
    "/journal",
    { params: { query: present({ ...filters, cursor: get("cursor") }) } },
    { placeholderData: keepPreviousData },
  );
  const columns: Column<JournalEvent>[] = [
    {
      id: "action",
      header: t("column.action"),
      kind: "grow",
      text: (row) => eventWord(row.action),
      cell: (row) => (
        <button
          type="button"
          className={kit.rowButton}
          data-row-link=""
          onClick={() => setShown(row)}
        >
          {eventWord(row.action)}
        </button>
      ),
    },
    {
      id: "at",
      header: t("column.at"),
      kind: "fixed",
      text: (row) => formatDateTime(row.at),
      cell: (row) => <DateText value={row.at} as="trace" />,
    },
    {
      id: "actor",
      header: t("column.actor"),
      text: (row) => row.actor ?? "",
      cell: (row) => (
        <>
          {row.actor ?? "—"}
          {row.on_behalf_of ? (
            <div className={kit.soft}>{t("behalf", { name: row.on_behalf_of })}</div>
          ) : null}
        </>
      ),
    },
    {
      id: "subject",
      header: t("column.subject"),
      text: (row) => `${subjectWord(row.subject_kind ?? "")} ${row.subject ?? ""}`.trim(),
      cell: (row) => (
        <>
          {row.subject_kind ? (
            <div className={kit.soft}>{subjectWord(row.subject_kind)}</div>
          ) : null}
          {row.subject ? <CodeText short>{row.subject}</CodeText> : "—"}
        </>
      ),
    },
    {
      id: "agency",
      header: t("column.agency"),
      text: (row) => row.agency ?? "",
      cell: (row) => row.agency ?? "—",
    },
    {
      id: "result",
      header: t("column.result"),
      text: (row) => row.result ?? "",
      cell: (row) => (row.result ? <ResultBadge result={row.result} /> : "—"),
    },
    {
      id: "address",
      header: t("column.address"),
      extra: true,
      text: (row) => row.address ?? "",
      cell: (row) => row.address ?? "—",
    },
    {
      id: "class",
      header: t("column.class"),
      extra: true,
      text: (row) => word("class", row.class) ?? row.class,
      cell: (row) => word("class", row.class) ?? row.class,
    },
  ];
  return (
    <>
      <ListPage
        title={t("title")}
        intro={t("intro")}
        query={query}
        columns={columns}
        rowId={(row) => String(row.id)}
        filterNames={FILTERS}
        empty={{ title: t("empty.title"), text: t("empty.text") }}
        actions={
          <>
            {can("journal.event.export") ? (
              <Button
                variant="default"
                component="a"
                href={`/api/v1/journal/export${stringifySearch(filters)}`}
                download
                leftSection={<IconDownload size={17} aria-hidden />}
              >
                {t("export")}
              </Button>
            ) : null}
            <Button
              renderRoot={({ ref: _, ...props }) => <AppLink href="/audit/proof" {...props} />}
              leftSection={<IconShieldCheck size={17} aria-hidden />}
            >
              {t("proof.open")}
            </Button>
          </>
        }
        filters={
          <FilterBar>
            <SelectFilter
              name="class"
              label={t("column.class")}
              options={(["audit", "exchange"] as const).map((value) => ({
                value,
                label: t(`class.${value}`),
              }))}
            />
            <TextFilter name="actor" label={t("column.actor")} grow={false} />
            <EventFilter name="action" label={t("column.action")} />
            <TextFilter name="subject" label={t("column.subject")} grow={false} />
            <TextFilter name="trace_id" label={t("column.trace")} grow={false} />
            <DayFilter name="from" label={t("from")} />
            <DayFilter name="to" label={t("to")} />
          </FilterBar>
        }
      />
      <EventDialog event={shown} onClose={() => setShown(null)} />
    </>
  );
}
