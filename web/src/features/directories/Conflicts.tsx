// Entries of directories that may be accounts which exist already; nothing happens until one decides.
//
// Owns: the columns, the decision; used by the page of all conflicts and by that of a connection.

import { Button, Group } from "@mantine/core";
import { useState } from "react";
import { api, client, refreshAll } from "../../api/client.ts";
import type { ConflictDecision, DirectoryConflict } from "../../api/types.ts";
import { formatDateTime } from "../../i18n/format.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { AppLink, address } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import type { Column } from "../../kit/ListPage.tsx";
import { List } from "../../kit/ListPage.tsx";
import { Panel } from "../../kit/Page.tsx";
import { Badge } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import type { Tone } from "../../kit/status.ts";
import { DateText } from "../../kit/text.tsx";
import { notify } from "../../kit/toast.tsx";
import { directoryHref } from "./kinds.ts";
import { useT } from "./texts.ts";

export const CONFLICT_STATES = ["open", "merged", "ignored"] as const;
export type ConflictState = (typeof CONFLICT_STATES)[number];

const TONES: Record<ConflictState, Tone> = { open: "waiting", merged: "ok", ignored: "stopped" };
const CONFLICTS_SHOWN = 200;

export function useConflicts(state: ConflictState, connection: string | undefined) {
  return api.useQuery("get", "/directory-conflicts", {
    params: {
      query: { state, limit: CONFLICTS_SHOWN, ...(connection ? { connection } : {}) },
    },
  });
}

export interface Choice {
  conflict: DirectoryConflict;
  decision: ConflictDecision;
}

export function useConflictColumns(onChoose: (choice: Choice) => void) {
  const { t, word } = useT();
  const can = useCan();
  const mayDecide = can("directory.connection.run");
  const columns: Column<DirectoryConflict>[] = [
    {
      id: "entry",
      header: t("conflicts.entry"),
      kind: "grow",
      text: (row) => row.dn,
      cell: (row) => (
        <>
          <strong>{row.username}</strong>
          <div className={`${kit.code} ${kit.soft}`}>{row.dn}</div>
        </>
      ),
    },
    {
      id: "kind",
      header: t("conflicts.same"),
      text: (row) => word("conflictKind", row.kind) ?? row.kind,
      cell: (row) => word("conflictKind", row.kind) ?? row.kind,
    },
    {
      id: "account",
      header: t("conflicts.account"),
      text: (row) => `${row.account_name} (${row.account_username})`,
      cell: (row) => (
        <>
          <AppLink href={address.account(row.account)} className={kit.above}>
            {row.account_name}
          </AppLink>
          <div className={`${kit.code} ${kit.soft}`}>{row.account_username}</div>
        </>
      ),
    },
    {
      id: "connection",
      header: t("column.title"),
      text: (row) => row.connection,
      cell: (row) => (
        <AppLink href={directoryHref(row.connection)} className={kit.above}>
          {row.connection}
        </AppLink>
      ),
    },
    {
      id: "found",
      header: t("conflicts.found"),
      kind: "fixed",
      text: (row) => formatDateTime(row.found_at),
      cell: (row) => <DateText value={row.found_at} as="relative" />,
    },
    {
      id: "action",
      header: t("conflicts.action"),
      cell: (row) => {
        const state = CONFLICT_STATES.find((known) => known === row.state) ?? "open";
        if (state !== "open" || !mayDecide) {
          return (
            <>
              <Badge tone={TONES[state]}>{t(`conflicts.state.${state}`)}</Badge>
              {row.decided_by ? (
                <div className={`${kit.soft} ${kit.small}`}>{row.decided_by}</div>
              ) : null}
            </>
          );
        }
        return (
          <Group gap={6} wrap="nowrap">
            <Button
              size="compact-sm"
              onClick={() => onChoose({ conflict: row, decision: "merge" })}
              aria-label={`${t("conflicts.merge.action")}: ${row.username}`}
            >
              {t("conflicts.merge.action")}
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => onChoose({ conflict: row, decision: "ignore" })}
              aria-label={`${t("conflicts.ignore.action")}: ${row.username}`}
            >
              {t("conflicts.ignore.action")}
            </Button>
          </Group>
        );
      },
    },
  ];
  return columns;
}

export function DecideDialog({ choice, onClose }: { choice: Choice; onClose: () => void }) {
  const { t } = useT();
  const { conflict, decision } = choice;
  async function run() {
    await client.POST("/directory-conflicts/{id}/decide", {
      params: { path: { id: conflict.id } },
      body: { decision },
    });
    notify(t(`conflicts.${decision}.done`));
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t(`conflicts.${decision}.title`)}
      action={t(`conflicts.${decision}.action`)}
      run={run}
    >
      <p>
        {t(`conflicts.${decision}.text`, {
          name: conflict.username,
          account: conflict.account_name,
        })}
      </p>
    </ActionDialog>
  );
}

/** The open conflicts of one connection; nothing is shown while there is none. */
export function ConflictsPanel({ connection }: { connection: string }) {
  const { t } = useT();
  const [choice, setChoice] = useState<Choice | null>(null);
  const query = useConflicts("open", connection);
  const columns = useConflictColumns(setChoice).filter((column) => column.id !== "connection");
  if (query.data?.items.length === 0) return null;
  return (
    <Panel title={t("conflicts.title")} flush>
      <List
        title={t("conflicts.title")}
        query={query}
        columns={columns}
        rowId={(row) => row.id}
        empty={{ title: t("conflicts.emptyTitle"), text: t("conflicts.emptyText") }}
      />
      {choice ? <DecideDialog choice={choice} onClose={() => setChoice(null)} /> : null}
    </Panel>
  );
}
