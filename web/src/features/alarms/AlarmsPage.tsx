// Alarms from the time rules and from operation.

import { Button } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { api, client, present, refreshAll } from "../../api/client.ts";
import type { Alarm } from "../../api/types.ts";
import { formatDateTime } from "../../i18n/format.ts";
import { useText } from "../../i18n/texts.ts";
import { AppLink, address, useAddress } from "../../kit/address.tsx";
import { FilterBar, SelectFilter } from "../../kit/filters.tsx";
import kit from "../../kit/kit.module.css";
import { type Column, ListPage } from "../../kit/ListPage.tsx";
import { StatusBadge, useStateWord } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import { DateText } from "../../kit/text.tsx";
import { notify, notifyProblem } from "../../kit/toast.tsx";
import { useT } from "./texts.ts";

const REFRESH_MS = 10_000;
const STATES = ["open", "acknowledged", "closed"] as const;

export default function AlarmsPage() {
  const { t, word } = useT();
  const text = useText();
  const stateWord = useStateWord();
  const { get } = useAddress();
  const can = useCan();
  const query = api.useQuery(
    "get",
    "/alarms",
    { params: { query: present({ state: get("state") ?? "open", cursor: get("cursor") }) } },
    { placeholderData: keepPreviousData, refetchInterval: REFRESH_MS },
  );
  async function acknowledge(alarm: Alarm) {
    try {
      await client.POST("/alarms/{id}/acknowledge", { params: { path: { id: alarm.id } } });
      notify(t("done"));
      await refreshAll();
    } catch (error) {
      notifyProblem(error);
    }
  }
  const columns: Column<Alarm>[] = [
    {
      id: "message",
      header: t("column.message"),
      kind: "grow",
      text: (row) => text(row.message),
      cell: (row) =>
        row.document_id ? (
          <AppLink
            href={address.document(row.document_id)}
            className={kit.rowLink}
            data-row-link=""
          >
            {text(row.message)}
          </AppLink>
        ) : (
          text(row.message)
        ),
    },
    {
      id: "code",
      header: t("column.code"),
      text: (row) => row.code,
      cell: (row) => word("code", row.code) ?? row.code,
    },
    {
      id: "severity",
      header: t("column.severity"),
      text: (row) => stateWord(row.severity),
      cell: (row) => <StatusBadge state={row.severity} />,
    },
    {
      id: "agency",
      header: t("column.agency"),
      text: (row) => row.agency_name ?? "",
      cell: (row) => row.agency_name ?? "—",
    },
    {
      id: "raised",
      header: t("column.raised"),
      kind: "fixed",
      text: (row) => formatDateTime(row.raised_at),
      cell: (row) => <DateText value={row.raised_at} as="relative" />,
    },
    {
      id: "due",
      header: t("column.due"),
      kind: "fixed",
      text: (row) => formatDateTime(row.due_at),
      cell: (row) => <DateText value={row.due_at} />,
    },
    {
      id: "action",
      header: t("column.action"),
      cell: (row) =>
        row.state === "open" && can("exchange.alarm.acknowledge") ? (
          <Button
            size="compact-sm"
            variant="light"
            className={kit.above ?? ""}
            aria-label={`${t("acknowledge")}: ${text(row.message)}`}
            onClick={() => acknowledge(row)}
          >
            {t("acknowledge")}
          </Button>
        ) : (
          <StatusBadge state={row.state} />
        ),
    },
  ];
  return (
    <ListPage
      title={t("title")}
      intro={t("intro")}
      query={query}
      columns={columns}
      rowId={(row) => row.id}
      filterNames={["state"]}
      exportName="canh-bao"
      empty={{ title: t("empty.title"), text: t("empty.text") }}
      filters={
        <FilterBar>
          <SelectFilter
            name="state"
            label={t("column.state")}
            all={stateWord("open")}
            options={STATES.slice(1).map((value) => ({ value, label: stateWord(value) }))}
          />
        </FilterBar>
      }
    />
  );
}
