// Requests for privileged rights: one person asks, another one decides.

import { Button, Group } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { api, client, present, refreshAll } from "../../api/client.ts";
import type { GrantRequest } from "../../api/types.ts";
import { formatDateTime } from "../../i18n/format.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { AgencyName, useAgencyName } from "../../kit/AgencySelect.tsx";
import { useAddress } from "../../kit/address.tsx";
import { FilterBar, SelectFilter } from "../../kit/filters.tsx";
import kit from "../../kit/kit.module.css";
import { type Column, ListPage } from "../../kit/ListPage.tsx";
import { useRoleWord } from "../../kit/roles.ts";
import { Badge } from "../../kit/StatusBadge.tsx";
import { useCan, useSession } from "../../kit/session.ts";
import type { Tone } from "../../kit/status.ts";
import { DateText } from "../../kit/text.tsx";
import { notify } from "../../kit/toast.tsx";
import { useT } from "./texts.ts";

const TONES: Record<GrantRequest["state"], Tone> = {
  requested: "waiting",
  approved: "ok",
  rejected: "stopped",
};
const STATES = ["requested", "approved", "rejected"] as const;

type Choice = { request: GrantRequest; isApproved: boolean };

export default function RequestsPage() {
  const { t } = useT();
  const roleWord = useRoleWord();
  const can = useCan();
  const { me } = useSession();
  const { get } = useAddress();
  const [choice, setChoice] = useState<Choice | null>(null);
  const state = STATES.find((known) => known === get("state")) ?? "requested";
  const query = api.useQuery(
    "get",
    "/grant-requests",
    { params: { query: present({ state, cursor: get("cursor") }) } },
    { placeholderData: keepPreviousData },
  );
  const columns: Column<GrantRequest>[] = [
    {
      id: "subject",
      header: t("column.subject"),
      kind: "grow",
      text: (row) => row.subject_name,
      cell: (row) => (
        <>
          {row.subject_name}
          <div className={`${kit.soft} ${kit.small}`}>{t(`subject.${row.subject_kind}`)}</div>
        </>
      ),
    },
    {
      id: "role",
      header: t("column.role"),
      text: (row) => roleWord(row.role),
      cell: (row) => (
        <>
          {roleWord(row.role)}
          <div className={`${kit.soft} ${kit.small}`}>
            {row.agency ? <AgencyName code={row.agency} /> : t("everywhere")}
          </div>
        </>
      ),
    },
    {
      id: "reason",
      header: t("column.reason"),
      text: (row) => row.reason,
      cell: (row) => row.reason,
    },
    {
      id: "by",
      header: t("column.by"),
      text: (row) => row.requested_by,
      cell: (row) => (
        <>
          {row.requested_by}
          <div className={`${kit.soft} ${kit.small}`}>
            <DateText value={row.requested_at} as="relative" />
          </div>
        </>
      ),
    },
    {
      id: "until",
      header: t("column.until"),
      kind: "fixed",
      text: (row) => formatDateTime(row.valid_until),
      cell: (row) => <DateText value={row.valid_until} as="day" />,
    },
    {
      id: "state",
      header: t("column.state"),
      text: (row) => t(`state.${row.state}`),
      cell: (row) => <Badge tone={TONES[row.state]}>{t(`state.${row.state}`)}</Badge>,
    },
    {
      id: "action",
      header: t("column.action"),
      cell: (row) => {
        const isOpen = row.state === "requested" && can("identity.role.grant");
        if (!isOpen) return row.decided_by ?? null;
        // Nobody decides about the own request; the server refuses it too.
        if (row.requested_by_id === me.account_id) return t("own");
        return (
          <Group gap={6} wrap="nowrap">
            <Button
              size="compact-sm"
              onClick={() => setChoice({ request: row, isApproved: true })}
              aria-label={`${t("approve.action")}: ${row.subject_name}`}
            >
              {t("approve.action")}
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => setChoice({ request: row, isApproved: false })}
              aria-label={`${t("reject.action")}: ${row.subject_name}`}
            >
              {t("reject.action")}
            </Button>
          </Group>
        );
      },
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
        exportName="yeu-cau-quyen"
        empty={{ title: t("empty.title"), text: t("empty.text") }}
        filters={
          <FilterBar>
            <SelectFilter
              name="state"
              label={t("column.state")}
              all={t("state.requested")}
              options={STATES.slice(1).map((value) => ({ value, label: t(`state.${value}`) }))}
            />
          </FilterBar>
        }
      />
      {choice ? <DecideDialog choice={choice} onClose={() => setChoice(null)} /> : null}
    </>
  );
}

function DecideDialog({ choice, onClose }: { choice: Choice; onClose: () => void }) {
  const { t } = useT();
  const roleWord = useRoleWord();
  const { request, isApproved } = choice;
  const agency = useAgencyName(request.agency);
  async function run(note: string) {
    await client.POST("/grant-requests/{id}/decision", {
      params: { path: { id: request.id } },
      body: { approve: isApproved, ...(note ? { note } : {}) },
    });
    notify(isApproved ? t("approve.done") : t("reject.done"));
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={isApproved ? t("approve.title") : t("reject.title")}
      action={isApproved ? t("approve.action") : t("reject.action")}
      reason={t("note")}
      reasonOptional={isApproved}
      danger={!isApproved}
      run={run}
    >
      <p>
        {t("about", {
          name: request.subject_name,
          role: roleWord(request.role),
          agency: agency || t("everywhere"),
        })}
      </p>
    </ActionDialog>
  );
}
