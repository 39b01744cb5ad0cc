// People who came from an outside provider and have no account here: give them one, or refuse.

import { Button, Group } from "@mantine/core";
import { IconLink } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { api, client, present, refreshAll } from "../../api/client.ts";
import type { AccountRequest } from "../../api/types.ts";
import { formatDateTime } from "../../i18n/format.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { AppLink, useAddress } from "../../kit/address.tsx";
import { FilterBar, SelectFilter } from "../../kit/filters.tsx";
import kit from "../../kit/kit.module.css";
import { type Column, ListPage } from "../../kit/ListPage.tsx";
import { Badge } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import type { Tone } from "../../kit/status.ts";
import { DateText } from "../../kit/text.tsx";
import { notify } from "../../kit/toast.tsx";
import { ApproveDialog } from "./ApproveDialog.tsx";
import { useT } from "./texts.ts";

const TONES: Record<AccountRequest["state"], Tone> = {
  open: "waiting",
  approved: "ok",
  refused: "stopped",
};
const STATES = ["open", "approved", "refused"] as const;

type Choice = { request: AccountRequest; act: "approve" | "refuse" };

export default function RequestsPage() {
  const { t } = useT();
  const can = useCan();
  const { get } = useAddress();
  const [choice, setChoice] = useState<Choice | null>(null);
  const state = STATES.find((known) => known === get("state")) ?? "open";
  const query = api.useQuery(
    "get",
    "/account-requests",
    { params: { query: present({ state, cursor: get("cursor") }) } },
    { placeholderData: keepPreviousData },
  );
  const columns: Column<AccountRequest>[] = [
    {
      id: "person",
      header: t("column.person"),
      kind: "grow",
      text: (row) => row.display_name,
      cell: (row) => (
        <>
          {row.display_name || "—"}
          <div className={`${kit.soft} ${kit.small}`}>
            {[row.email, row.phone].filter(Boolean).join(" · ")}
          </div>
        </>
      ),
    },
    {
      id: "number",
      header: t("column.number"),
      text: (row) => row.citizen_number ?? "",
      cell: (row) => <span className={kit.code}>{row.citizen_number ?? "—"}</span>,
    },
    {
      id: "provider",
      header: t("column.provider"),
      text: (row) => row.provider,
      cell: (row) => <span className={kit.code}>{row.provider}</span>,
    },
    {
      id: "agency",
      header: t("column.agency"),
      text: (row) => row.agency ?? "",
      cell: (row) => <span className={kit.code}>{row.agency ?? "—"}</span>,
    },
    {
      id: "created",
      header: t("column.created"),
      kind: "fixed",
      text: (row) => formatDateTime(row.created_at),
      cell: (row) => <DateText value={row.created_at} as="relative" />,
    },
    {
      id: "state",
      header: t("column.state"),
      text: (row) => t(`state.${row.state}`),
      cell: (row) => (
        <>
          <Badge tone={TONES[row.state]}>{t(`state.${row.state}`)}</Badge>
          {row.reason ? <div className={`${kit.soft} ${kit.small}`}>{row.reason}</div> : null}
        </>
      ),
    },
    {
      id: "action",
      header: t("column.action"),
      cell: (row) =>
        row.state === "open" && can("identity.account_request.decide") ? (
          <Group gap={6} wrap="nowrap">
            <Button
              size="compact-sm"
              onClick={() => setChoice({ request: row, act: "approve" })}
              aria-label={`${t("approve.action")}: ${row.display_name}`}
            >
              {t("approve.action")}
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => setChoice({ request: row, act: "refuse" })}
              aria-label={`${t("refuse.action")}: ${row.display_name}`}
            >
              {t("refuse.action")}
            </Button>
          </Group>
        ) : (
          <Decided request={row} />
        ),
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
        exportName="yeu-cau-tai-khoan"
        empty={{ title: t("empty.title"), text: t("empty.text") }}
        actions={
          can("identity.external_identity.read") ? (
            <Button
              variant="default"
              leftSection={<IconLink size={17} aria-hidden />}
              renderRoot={({ ref: _, ...props }) => (
                <AppLink href="/account-requests/links" {...props} />
              )}
            >
              {t("links.title")}
            </Button>
          ) : null
        }
        filters={
          <FilterBar>
            <SelectFilter
              name="state"
              label={t("column.state")}
              all={t("state.open")}
              options={STATES.slice(1).map((value) => ({ value, label: t(`state.${value}`) }))}
            />
          </FilterBar>
        }
      />
      {choice?.act === "approve" ? (
        <ApproveDialog request={choice.request} onClose={() => setChoice(null)} />
      ) : null}
      {choice?.act === "refuse" ? (
        <RefuseDialog request={choice.request} onClose={() => setChoice(null)} />
      ) : null}
    </>
  );
}

/** Who decided, and the account that the person got. */
function Decided({ request }: { request: AccountRequest }) {
  const { t } = useT();
  if (!request.account_id) return <>{request.decided_by ?? "—"}</>;
  return (
    <>
      {request.decided_by}
      <div>
        <AppLink href={`/accounts/${request.account_id}`}>{t("seeAccount")}</AppLink>
      </div>
    </>
  );
}

function RefuseDialog({ request, onClose }: { request: AccountRequest; onClose: () => void }) {
  const { t } = useT();
  async function run(reason: string) {
    await client.POST("/account-requests/{id}/refuse", {
      params: { path: { id: request.id } },
      body: { reason },
    });
    notify(t("refuse.done"));
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t("refuse.title")}
      action={t("refuse.action")}
      reason={t("refuse.reason")}
      danger
      run={run}
    >
      <p>{t("about", { name: request.display_name, provider: request.provider })}</p>
    </ActionDialog>
  );
}
