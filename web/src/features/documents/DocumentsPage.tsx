// All documents that the person may see, with search and filters.

import { Button } from "@mantine/core";
import { IconPaperclip, IconPencilPlus } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { api, present } from "../../api/client.ts";
import type { DocumentRow } from "../../api/types.ts";
import { formatDate, formatDateTime } from "../../i18n/format.ts";
import { AppLink, address, useAddress } from "../../kit/address.tsx";
import {
  AgencyFilter,
  DayFilter,
  FilterBar,
  SelectFilter,
  TextFilter,
} from "../../kit/filters.tsx";
import kit from "../../kit/kit.module.css";
import { type Column, ListPage } from "../../kit/ListPage.tsx";
import { Badge, PriorityBadge, StatusBadge, useStateWord } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import { DateText } from "../../kit/text.tsx";
import { useT } from "./texts.ts";
import { BUSINESS_TYPES, useAlarmWord } from "./words.ts";

const REFRESH_MS = 5_000;
const FILTERS = [
  "q",
  "direction",
  "agency",
  "state",
  "business_type",
  "priority",
  "late",
  "from",
  "to",
] as const;
const MORE = ["direction", "business_type", "priority", "from", "to"] as const;
const STATES = [
  "sent",
  "01",
  "02",
  "03",
  "04",
  "05",
  "06",
  "13",
  "withdrawal_asked",
  "withdrawn",
  "replaced",
];
const PRIORITIES = ["0", "1", "2", "3", "4"] as const;

function useDocuments() {
  const { get } = useAddress();
  const filters = Object.fromEntries(FILTERS.map((name) => [name, get(name)]));
  return api.useQuery(
    "get",
    "/documents",
    { params: { query: present({ ...filters, cursor: get("cursor") }) } },
    { placeholderData: keepPreviousData, refetchInterval: REFRESH_MS },
  );
}

function useColumns(): Column<DocumentRow>[] {
  const { t } = useT();
  const stateWord = useStateWord();
  const alarmWord = useAlarmWord();
  return [
    {
      id: "subject",
      header: t("column.subject"),
      kind: "grow",
      text: (row) => row.subject,
      cell: (row) => row.subject,
    },
    {
      id: "number",
      header: t("column.number"),
      text: (row) => row.number ?? "",
      cell: (row) => (
        <span className={kit.fixed}>
          {row.number ?? t("noNumber")}{" "}
          {row.has_attachments ? (
            <IconPaperclip
              size={14}
              className={kit.soft}
              aria-label={t("hasAttachments")}
              role="img"
            />
          ) : null}
        </span>
      ),
    },
    {
      id: "from",
      header: t("column.from"),
      kind: "party",
      text: (row) => row.from.name,
      cell: (row) => row.from.name,
    },
    {
      id: "to",
      header: t("column.to"),
      kind: "party",
      text: (row) => row.to.map((receiver) => receiver.name).join("; "),
      cell: (row) => {
        const others = row.to_count - 1;
        return (
          <>
            {row.to[0]?.name ?? ""}
            {others > 0 ? <div className={kit.soft}>{t("others", { count: others })}</div> : null}
          </>
        );
      },
    },
    {
      id: "state",
      header: t("column.state"),
      text: (row) => stateWord(row.state_summary),
      cell: (row) => (
        <div className={kit.badges}>
          <StatusBadge state={row.state_summary} />
          {row.business_type > 0 ? (
            <Badge tone="soon">{t(`type.${BUSINESS_TYPES[row.business_type] ?? "new"}`)}</Badge>
          ) : null}
          <PriorityBadge priority={row.priority} />
          {row.alarms.map((alarm) => (
            <Badge key={alarm} tone="late">
              {alarmWord(alarm)}
            </Badge>
          ))}
        </div>
      ),
    },
    {
      id: "created",
      header: t("column.created"),
      kind: "fixed",
      text: (row) => formatDateTime(row.created_at),
      cell: (row) => <DateText value={row.created_at} />,
    },
    {
      id: "document_id",
      header: t("column.documentId"),
      extra: true,
      text: (row) => row.document_id,
      cell: (row) => <span className={kit.code}>{row.document_id}</span>,
    },
    {
      id: "promulgated",
      header: t("column.promulgated"),
      extra: true,
      kind: "fixed",
      text: (row) => formatDate(row.promulgation_date),
      cell: (row) => <DateText value={row.promulgation_date} as="day" />,
    },
  ];
}

export default function DocumentsPage() {
  const { t } = useT();
  const stateWord = useStateWord();
  const query = useDocuments();
  const columns = useColumns();
  const can = useCan();
  const compose = can("exchange.document.send") ? (
    <Button
      renderRoot={({ ref: _, ...props }) => <AppLink href={address.compose()} {...props} />}
      leftSection={<IconPencilPlus size={17} aria-hidden />}
    >
      {t("compose")}
    </Button>
  ) : null;
  return (
    <ListPage
      title={t("title")}
      intro={t("intro")}
      actions={compose}
      query={query}
      columns={columns}
      rowId={(row) => row.id}
      rowHref={(row) => address.document(row.id)}
      filterNames={FILTERS}
      exportName="van-ban"
      empty={{ title: t("empty.title"), text: t("empty.text"), action: compose }}
      filters={
        <FilterBar
          moreNames={MORE}
          more={
            <>
              <SelectFilter
                name="direction"
                label={t("filter.direction")}
                options={(["in", "out", "internal"] as const).map((value) => ({
                  value,
                  label: t(`direction.${value}`),
                }))}
              />
              <SelectFilter
                name="business_type"
                label={t("filter.type")}
                options={BUSINESS_TYPES.map((name, index) => ({
                  value: String(index),
                  label: t(`type.${name}`),
                }))}
              />
              <SelectFilter
                name="priority"
                label={t("filter.priority")}
                options={PRIORITIES.map((value) => ({ value, label: t(`priority.${value}`) }))}
              />
              <DayFilter name="from" label={t("filter.from")} />
              <DayFilter name="to" label={t("filter.to")} />
            </>
          }
        >
          <TextFilter name="q" label={t("filter.q")} placeholder={t("filter.qHint")} />
          <AgencyFilter name="agency" label={t("filter.agency")} />
          <SelectFilter
            name="state"
            label={t("filter.state")}
            options={STATES.map((value) => ({ value, label: stateWord(value) }))}
          />
          <SelectFilter
            name="late"
            label={t("filter.late")}
            options={[{ value: "true", label: t("filter.lateOnly") }]}
          />
        </FilterBar>
      }
    />
  );
}
