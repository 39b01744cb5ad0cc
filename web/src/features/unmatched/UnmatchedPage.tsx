// Statuses whose document is not here: try once more, or dismiss.

import { Button, Group } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { api, client, present, refreshAll } from "../../api/client.ts";
import type { UnmatchedStatus } from "../../api/types.ts";
import { formatDateTime } from "../../i18n/format.ts";
import { useText } from "../../i18n/texts.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { useAddress } from "../../kit/address.tsx";
import { FilterBar, SelectFilter } from "../../kit/filters.tsx";
import kit from "../../kit/kit.module.css";
import { type Column, ListPage } from "../../kit/ListPage.tsx";
import { StatusBadge, useStateWord } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import { DateText } from "../../kit/text.tsx";
import { notify, notifyProblem } from "../../kit/toast.tsx";
import { useT } from "./texts.ts";

const REFRESH_MS = 10_000;
const STATES = ["parked", "listed"] as const;

export default function UnmatchedPage() {
  const { t } = useT();
  const text = useText();
  const stateWord = useStateWord();
  const { get } = useAddress();
  const mayAct = useCan()("exchange.document.process");
  const [dismissed, setDismissed] = useState<UnmatchedStatus | null>(null);
  const query = api.useQuery(
    "get",
    "/unmatched-statuses",
    { params: { query: present({ state: get("state"), cursor: get("cursor") }) } },
    { placeholderData: keepPreviousData, refetchInterval: REFRESH_MS },
  );
  async function retry(row: UnmatchedStatus) {
    try {
      const { data } = await client.POST("/unmatched-statuses/{id}/retry", {
        params: { path: { id: row.id } },
      });
      notify(data?.is_matched ? t("retry.matched") : t("retry.open"));
      await refreshAll();
    } catch (error) {
      notifyProblem(error);
    }
  }
  async function dismiss(reason: string) {
    if (!dismissed) return;
    await client.POST("/unmatched-statuses/{id}/dismiss", {
      params: { path: { id: dismissed.id } },
      body: { reason },
    });
    notify(t("dismiss.done"));
    await refreshAll();
  }
  const columns: Column<UnmatchedStatus>[] = [
    {
      id: "about",
      header: t("column.about"),
      kind: "grow",
      text: (row) => row.about,
      cell: (row) => (
        <>
          {row.about || "—"}
          {row.reason ? <div className={`${kit.soft} ${kit.small}`}>{text(row.reason)}</div> : null}
        </>
      ),
    },
    {
      id: "code",
      header: t("column.code"),
      text: (row) => row.code,
      cell: (row) => <StatusBadge state={row.code} />,
    },
    {
      id: "from",
      header: t("column.from"),
      text: (row) => row.from.name,
      cell: (row) => row.from.name,
    },
    {
      id: "sender",
      header: t("column.sender"),
      text: (row) => row.about_agency?.name ?? "",
      cell: (row) => row.about_agency?.name ?? "—",
    },
    {
      id: "state",
      header: t("column.state"),
      text: (row) => stateWord(row.state),
      cell: (row) => <StatusBadge state={row.state} />,
    },
    {
      id: "created",
      header: t("column.created"),
      kind: "fixed",
      text: (row) => formatDateTime(row.created_at),
      cell: (row) => <DateText value={row.created_at} as="relative" />,
    },
    {
      id: "next",
      header: t("column.next"),
      kind: "fixed",
      text: (row) => formatDateTime(row.next_at),
      cell: (row) => <DateText value={row.next_at} as="relative" />,
    },
    {
      id: "action",
      header: t("column.action"),
      cell: (row) =>
        mayAct ? (
          <Group gap="xs" wrap="nowrap">
            <Button
              size="compact-sm"
              variant="light"
              aria-label={`${t("retry.action")}: ${row.about}`}
              onClick={() => retry(row)}
            >
              {t("retry.action")}
            </Button>
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              aria-label={`${t("dismiss.action")}: ${row.about}`}
              onClick={() => setDismissed(row)}
            >
              {t("dismiss.action")}
            </Button>
          </Group>
        ) : null,
    },
  ];
  return (
    <>
      <ListPage
        title={t("title")}
        intro={t("intro")}
        query={query}
        columns={columns}
        rowId={(row) => row.id}
        filterNames={["state"]}
        exportName="trang-thai-chua-ghep"
        empty={{ title: t("empty.title"), text: t("empty.text") }}
        filters={
          <FilterBar>
            <SelectFilter
              name="state"
              label={t("column.state")}
              options={STATES.map((value) => ({ value, label: stateWord(value) }))}
            />
          </FilterBar>
        }
      />
      <ActionDialog
        opened={dismissed !== null}
        onClose={() => setDismissed(null)}
        title={t("dismiss.title")}
        action={t("dismiss.action")}
        reason={t("dismiss.reason")}
        danger
        run={dismiss}
      >
        <p>{t("dismiss.text")}</p>
      </ActionDialog>
    </>
  );
}
