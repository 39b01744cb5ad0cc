// Reviews of accounts: which units, how far, how late.

import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { api, client, present, refreshAll } from "../../api/client.ts";
import type { Review } from "../../api/types.ts";
import { endOfDay, formatDate, formatNumber } from "../../i18n/format.ts";
import { useLanguage } from "../../i18n/texts.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { AgencySelect, useAgencyName } from "../../kit/AgencySelect.tsx";
import { useAddress, useGo } from "../../kit/address.tsx";
import { DayInput } from "../../kit/filters.tsx";
import { type Column, ListPage } from "../../kit/ListPage.tsx";
import { useCan, useSession } from "../../kit/session.ts";
import { DateText } from "../../kit/text.tsx";
import { notify } from "../../kit/toast.tsx";
import { percentDone } from "./progress.ts";
import { StageBadge } from "./Stage.tsx";
import { useT } from "./texts.ts";

function Unit({ code }: { code: string }) {
  return useAgencyName(code);
}

export default function ReviewsPage() {
  const { t } = useT();
  const language = useLanguage();
  const { get } = useAddress();
  const can = useCan();
  const [isOpening, setOpening] = useState(false);
  const query = api.useQuery(
    "get",
    "/reviews",
    { params: { query: present({ cursor: get("cursor") }) } },
    { placeholderData: keepPreviousData },
  );
  const done = (row: Review) =>
    t("done", {
      done: formatNumber(row.lines - row.open_lines, language),
      lines: formatNumber(row.lines, language),
      percent: percentDone(row),
    });
  const columns: Column<Review>[] = [
    {
      id: "agency",
      header: t("column.agency"),
      kind: "grow",
      text: (row) => row.agency,
      cell: (row) => <Unit code={row.agency} />,
    },
    {
      id: "stage",
      header: t("column.stage"),
      cell: (row) => <StageBadge review={row} />,
    },
    { id: "done", header: t("column.done"), text: done, cell: done },
    {
      id: "due",
      header: t("column.due"),
      kind: "fixed",
      text: (row) => formatDate(row.due_at),
      cell: (row) => <DateText value={row.due_at} as="day" />,
    },
    {
      id: "opened",
      header: t("column.opened"),
      kind: "fixed",
      text: (row) => formatDate(row.opened_at),
      cell: (row) => <DateText value={row.opened_at} as="day" />,
    },
    {
      id: "by",
      header: t("column.by"),
      text: (row) => row.opened_by,
      cell: (row) => row.opened_by,
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
        rowHref={(row) => `/reviews/${row.id}`}
        exportName="ra-soat-tai-khoan"
        empty={{ title: t("empty.title"), text: t("empty.text") }}
        actions={
          can("identity.review.write") ? (
            <Button
              leftSection={<IconPlus size={17} aria-hidden />}
              onClick={() => setOpening(true)}
            >
              {t("open.action")}
            </Button>
          ) : null
        }
      />
      {isOpening ? <OpenDialog onClose={() => setOpening(false)} /> : null}
    </>
  );
}

function OpenDialog({ onClose }: { onClose: () => void }) {
  const { t } = useT();
  const { me } = useSession();
  const go = useGo();
  const [agency, setAgency] = useState<string | null>(me.agency?.code ?? null);
  const [day, setDay] = useState("");
  async function run() {
    const { data } = await client.POST("/reviews", {
      body: { agency: agency ?? "", ...(day ? { due_at: endOfDay(day) } : {}) },
    });
    notify(t("open.done"));
    await refreshAll();
    if (data) go(`/reviews/${data.id}`);
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t("open.title")}
      action={t("open.action")}
      isComplete={agency !== null}
      run={run}
    >
      <p>{t("open.text")}</p>
      <AgencySelect
        label={t("column.agency")}
        description={t("open.agencyHelp")}
        required
        value={agency}
        onChange={setAgency}
      />
      <DayInput
        label={t("open.due")}
        description={t("open.dueHelp")}
        value={day}
        onChange={setDay}
      />
    </ActionDialog>
  );
}
