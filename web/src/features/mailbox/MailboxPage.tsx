// The mailbox of an agency: what has arrived, what waits, what is late; one action a row.

import { Button, SegmentedControl } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconPencilPlus } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { api, client, present, refreshAll } from "../../api/client.ts";
import type { MailboxItem } from "../../api/types.ts";
import { formatDate, formatDateTime } from "../../i18n/format.ts";
import { AppLink, address, useAddress } from "../../kit/address.tsx";
import { AgencyFilter, FilterBar, TextFilter } from "../../kit/filters.tsx";
import kit from "../../kit/kit.module.css";
import { type Column, ListPage } from "../../kit/ListPage.tsx";
import { Badge, PriorityBadge, StatusBadge, useStateWord } from "../../kit/StatusBadge.tsx";
import { useCan, useSession } from "../../kit/session.ts";
import { DateText } from "../../kit/text.tsx";
import { notify, notifyProblem } from "../../kit/toast.tsx";
import classes from "./mailbox.module.css";
import { useT } from "./texts.ts";

const REFRESH_MS = 5_000;
const BOXES = ["unread", "waiting", "late", "done", "all"] as const;
/** The one step that usually follows a state. */
const NEXT: Record<string, string> = {
  sent: "03",
  fetched: "03",
  acknowledged: "03",
  initial: "03",
  "01": "03",
  "03": "06",
  "04": "06",
  "05": "06",
};

/** j and k walk over the rows; Enter opens the focused one by itself. */
function useRowKeys() {
  const walk = (step: number) => {
    const links = [...document.querySelectorAll<HTMLElement>("main [data-row-link]")];
    const place = links.findIndex((link) => link.matches(":focus"));
    const next = place === -1 ? (step > 0 ? 0 : links.length - 1) : place + step;
    links[Math.max(0, Math.min(next, links.length - 1))]?.focus();
  };
  useHotkeys([
    ["j", () => walk(1)],
    ["k", () => walk(-1)],
  ]);
}

/** The usual next step of a copy; a second click waits for the answer to the first. */
function NextStep({ item, code }: { item: MailboxItem; code: string }) {
  const { t } = useT();
  const [isBusy, setBusy] = useState(false);
  const isReceipt = code === "03";
  const label = isReceipt ? t("accept") : t("finish");
  async function write() {
    setBusy(true);
    try {
      await client.POST("/documents/{id}/copies/{copy}/status", {
        params: { path: { id: item.document_id, copy: item.copy_id } },
        body: { code },
      });
      notify(isReceipt ? t("accepted") : t("finished"));
      await refreshAll();
    } catch (error) {
      notifyProblem(error);
    } finally {
      setBusy(false);
    }
  }
  return (
    <Button
      size="compact-sm"
      variant="light"
      className={kit.above ?? ""}
      aria-label={`${label}: ${item.subject}`}
      loading={isBusy}
      onClick={write}
    >
      {label}
    </Button>
  );
}

function useColumns(isOneAgency: boolean): Column<MailboxItem>[] {
  const { t } = useT();
  const stateWord = useStateWord();
  const can = useCan();
  const mayProcess = can("exchange.document.process");
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
      cell: (row) => <span className={kit.fixed}>{row.number ?? "—"}</span>,
    },
    {
      id: "from",
      header: isOneAgency ? t("column.from") : t("column.fromTo"),
      kind: "party",
      text: (row) => row.from.name,
      cell: (row) => (
        <>
          {row.from.name}
          {isOneAgency ? null : (
            <div className={kit.soft}>
              <span aria-hidden>→</span> {row.to.name}
            </div>
          )}
        </>
      ),
    },
    {
      id: "state",
      header: t("column.state"),
      text: (row) => stateWord(row.state),
      cell: (row) => (
        <div className={kit.badges}>
          <StatusBadge state={row.state} />
          <PriorityBadge priority={row.priority} />
          {row.is_late ? <Badge tone="late">{t("late")}</Badge> : null}
        </div>
      ),
    },
    {
      id: "received",
      header: t("column.received"),
      kind: "fixed",
      text: (row) => formatDateTime(row.received_at),
      cell: (row) => <DateText value={row.received_at} as="relative" />,
    },
    {
      id: "due",
      header: t("column.due"),
      kind: "fixed",
      text: (row) => formatDate(row.due_date) || formatDateTime(row.confirm_due_at),
      cell: (row) =>
        row.due_date ? (
          <DateText value={row.due_date} as="day" />
        ) : (
          <DateText value={row.confirm_due_at} />
        ),
    },
    {
      id: "action",
      header: t("column.action"),
      cell: (row) => {
        // A revocation or an update is answered on the document it is about.
        const code = row.business_type === 0 ? NEXT[row.state] : undefined;
        return code && mayProcess ? <NextStep item={row} code={code} /> : null;
      },
    },
  ];
}

export default function MailboxPage() {
  const { t } = useT();
  const { me } = useSession();
  const can = useCan();
  const { get, set } = useAddress();
  const box = BOXES.find((known) => known === get("box")) ?? "unread";
  const agency = get("agency") ?? me.agency?.code;
  const query = api.useQuery(
    "get",
    "/mailbox",
    { params: { query: present({ agency, box, q: get("q"), cursor: get("cursor") }) } },
    { placeholderData: keepPreviousData, refetchInterval: REFRESH_MS },
  );
  const columns = useColumns(agency !== undefined);
  useRowKeys();
  const more = query.data?.next_cursor ? "+" : "";
  const waiting = query.data?.items.length ?? 0;
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
      key={agency ?? "all"}
      title={t("title")}
      windowTitle={box !== "done" && waiting > 0 ? `(${waiting}${more}) ${t("title")}` : t("title")}
      intro={t("intro")}
      actions={compose}
      query={query}
      columns={columns}
      rowId={(row) => row.copy_id}
      rowHref={(row) => address.document(row.document_id)}
      filterNames={["q", "agency"]}
      exportName="hop-van-ban"
      empty={{ title: t(`empty.${box}`), text: t("empty.text") }}
      filters={
        <>
          <SegmentedControl
            className={classes.boxes ?? ""}
            aria-label={t("box.label")}
            value={box}
            onChange={(value) => set({ box: value === "unread" ? null : value, cursor: null })}
            data={BOXES.map((value) => ({ value, label: t(`box.${value}`) }))}
          />
          <FilterBar>
            <TextFilter name="q" label={t("search")} placeholder={t("searchHint")} />
            <AgencyFilter name="agency" label={t("agency")} />
          </FilterBar>
        </>
      }
    />
  );
}
