// Deliveries and dead letters: what waits, why it failed, send again.

import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { api, client, present, refreshAll } from "../../api/client.ts";
import type { Delivery } from "../../api/types.ts";
import { formatDateTime } from "../../i18n/format.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { address, useAddress } from "../../kit/address.tsx";
import { FilterBar, SelectFilter, TextFilter } from "../../kit/filters.tsx";
import kit from "../../kit/kit.module.css";
import { type Column, ListPage } from "../../kit/ListPage.tsx";
import { StatusBadge, useQueueWord, useStateWord } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import { QUEUES } from "../../kit/status.ts";
import { DateText } from "../../kit/text.tsx";
import { notify } from "../../kit/toast.tsx";
import { useT } from "./texts.ts";
import { agencyOf, isDue, nextAttempt, useWhat } from "./words.ts";

const REFRESH_MS = 5_000;
const STATES = [
  "queued",
  "waiting",
  "leased",
  "failed",
  "dead",
  "delivered",
  "acknowledged",
  "cancelled",
] as const;
const FILTERS = ["q", "state", "queue", "address"] as const;

function useColumns(): Column<Delivery>[] {
  const { t } = useT();
  const whatOf = useWhat();
  const queueWord = useQueueWord();
  const stateWord = useStateWord();
  return [
    {
      id: "subject",
      header: t("column.subject"),
      kind: "grow",
      text: whatOf,
      cell: whatOf,
    },
    {
      id: "address",
      header: t("column.address"),
      text: (row) => row.address,
      kind: "fixed",
      cell: (row) => <span className={kit.code}>{agencyOf(row.address)}</span>,
    },
    {
      id: "state",
      header: t("column.state"),
      text: (row) => stateWord(row.state),
      cell: (row) => (
        <>
          <StatusBadge state={row.state} />
          {row.last_error ? (
            <div className={`${kit.soft} ${kit.small}`}>{row.last_error}</div>
          ) : null}
        </>
      ),
    },
    {
      id: "attempts",
      header: t("column.attempts"),
      kind: "numeric",
      text: (row) => String(row.attempts),
      cell: (row) => row.attempts,
    },
    {
      id: "next",
      header: t("column.next"),
      kind: "fixed",
      text: (row) => formatDateTime(nextAttempt(row)),
      cell: (row) => {
        const next = nextAttempt(row);
        if (next && isDue(next, Date.now())) return t("due");
        return <DateText value={next} as="relative" />;
      },
    },
    {
      id: "created",
      header: t("column.created"),
      kind: "fixed",
      text: (row) => formatDateTime(row.created_at),
      cell: (row) => <DateText value={row.created_at} />,
    },
    {
      id: "queue",
      header: t("column.queue"),
      text: (row) => queueWord(row.queue),
      cell: (row) => queueWord(row.queue),
    },
    {
      id: "lane",
      header: t("column.lane"),
      extra: true,
      text: (row) => row.lane ?? "",
      cell: (row) => row.lane ?? "—",
    },
  ];
}

type Redrive = { ids: readonly string[]; after: () => void } | "queue" | null;

export default function DeliveriesPage() {
  const { t } = useT();
  const stateWord = useStateWord();
  const queueWord = useQueueWord();
  const { get } = useAddress();
  const [redrive, setRedrive] = useState<Redrive>(null);
  const filters = Object.fromEntries(FILTERS.map((name) => [name, get(name)]));
  const query = api.useQuery(
    "get",
    "/deliveries",
    { params: { query: present({ ...filters, cursor: get("cursor") }) } },
    { placeholderData: keepPreviousData, refetchInterval: REFRESH_MS },
  );
  const columns = useColumns();
  const can = useCan();
  const mayRedrive = can("ledger.delivery.redrive");
  async function run() {
    if (!redrive) return;
    // The server takes one queue at a time.
    const chosen = get("queue");
    const bodies =
      redrive === "queue"
        ? (chosen ? [chosen] : QUEUES).map((queue) => ({ queue }))
        : [{ ids: [...redrive.ids] }];
    let count = 0;
    for (const body of bodies) {
      const { data } = await client.POST("/deliveries/redrive", { body });
      count += data?.redriven ?? 0;
    }
    notify(t("redrive.done", { count }));
    if (redrive !== "queue") redrive.after();
    await refreshAll();
  }
  const bulk = (ids: readonly string[], clear: () => void) => (
    <>
      <strong>{t("chosen", { count: ids.length })}</strong>
      <Button
        size="compact-sm"
        leftSection={<IconRefresh size={15} aria-hidden />}
        onClick={() => setRedrive({ ids, after: clear })}
      >
        {t("redrive.action")}
      </Button>
      <Button size="compact-sm" variant="subtle" color="gray" onClick={clear}>
        {t("clear")}
      </Button>
    </>
  );
  return (
    <>
      <ListPage
        title={t("title")}
        intro={t("intro")}
        query={query}
        columns={columns}
        rowId={(row) => row.id}
        rowHref={(row) => address.delivery(row.id)}
        filterNames={FILTERS}
        exportName="luot-gui"
        empty={{ title: t("empty.title"), text: t("empty.text") }}
        actions={
          mayRedrive && get("state") === "dead" ? (
            <Button
              variant="default"
              leftSection={<IconRefresh size={17} aria-hidden />}
              onClick={() => setRedrive("queue")}
            >
              {t("redrive.all")}
            </Button>
          ) : null
        }
        {...(mayRedrive ? { bulk } : {})}
        filters={
          <FilterBar>
            <TextFilter name="q" label={t("filter.q")} placeholder={t("filter.qHint")} />
            <SelectFilter
              name="state"
              label={t("filter.state")}
              options={STATES.map((value) => ({ value, label: stateWord(value) }))}
            />
            <SelectFilter
              name="queue"
              label={t("filter.queue")}
              options={QUEUES.map((value) => ({ value, label: queueWord(value) }))}
            />
            <TextFilter name="address" label={t("filter.address")} grow={false} />
          </FilterBar>
        }
      />
      <ActionDialog
        opened={redrive !== null}
        onClose={() => setRedrive(null)}
        title={t("redrive.title")}
        action={t("redrive.action")}
        run={run}
      >
        <p>
          {redrive === "queue" || redrive === null
            ? t("redrive.allText", {
                queue: get("queue") ? queueWord(get("queue") ?? "") : t("redrive.everyQueue"),
              })
            : t("redrive.text", { count: redrive.ids.length })}
        </p>
      </ActionDialog>
    </>
  );
}
