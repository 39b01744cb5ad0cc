// The keys with which the platform signs tokens and assertions, and their replacement.

import { Button, Checkbox } from "@mantine/core";
import { useState } from "react";
import { api, client, refreshAll } from "../../api/client.ts";
import type { SigningKey } from "../../api/types.ts";
import { formatDateTime } from "../../i18n/format.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { type Column, ListPage } from "../../kit/ListPage.tsx";
import { Badge } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import type { Tone } from "../../kit/status.ts";
import { CodeText, DateText } from "../../kit/text.tsx";
import { notify } from "../../kit/toast.tsx";
import { useT } from "./texts.ts";

const TONES: Record<SigningKey["state"], Tone> = {
  next: "waiting",
  active: "ok",
  retired: "soon",
  destroyed: "stopped",
};

type Act = { kind: "rotate" | "destroy"; key: SigningKey };

export default function KeysPage() {
  const { t, word } = useT();
  const can = useCan();
  const [act, setAct] = useState<Act | null>(null);
  const query = api.useQuery("get", "/signing-keys");
  const columns: Column<SigningKey>[] = [
    {
      id: "purpose",
      header: t("column.purpose"),
      kind: "grow",
      text: (row) => `${row.purpose} ${row.alg}`,
      cell: (row) => `${word("purpose", row.purpose) ?? row.purpose} · ${row.alg}`,
    },
    {
      id: "state",
      header: t("column.state"),
      text: (row) => t(`state.${row.state}`),
      cell: (row) => <Badge tone={TONES[row.state]}>{t(`state.${row.state}`)}</Badge>,
    },
    {
      id: "kid",
      header: t("column.kid"),
      text: (row) => row.kid,
      cell: (row) => (
        <CodeText short copy>
          {row.kid}
        </CodeText>
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
      id: "activated",
      header: t("column.activated"),
      kind: "fixed",
      text: (row) => formatDateTime(row.activated_at),
      cell: (row) => <DateText value={row.activated_at} />,
    },
    {
      id: "retired",
      header: t("column.retired"),
      kind: "fixed",
      text: (row) => formatDateTime(row.retired_at),
      cell: (row) => <DateText value={row.retired_at} />,
    },
    {
      id: "action",
      header: t("column.action"),
      cell: (row) => (can("sso.key.rotate") ? <RowAction row={row} onAct={setAct} /> : null),
    },
  ];
  return (
    <>
      <ListPage
        title={t("title")}
        intro={t("intro")}
        query={query}
        columns={columns}
        rowId={(row) => row.kid}
        exportName="khoa-ky"
        empty={{ title: t("empty.title"), text: t("empty.text") }}
      />
      {act ? <Dialog act={act} onClose={() => setAct(null)} /> : null}
    </>
  );
}

function RowAction({ row, onAct }: { row: SigningKey; onAct: (act: Act) => void }) {
  const { t } = useT();
  const kind = row.state === "active" ? "rotate" : row.state === "retired" ? "destroy" : null;
  if (!kind) return null;
  return (
    <Button
      size="compact-sm"
      variant="default"
      onClick={() => onAct({ kind, key: row })}
      aria-label={`${t(`act.${kind}.action`)}: ${row.alg} ${row.kid}`}
    >
      {t(`act.${kind}.action`)}
    </Button>
  );
}

function Dialog({ act, onClose }: { act: Act; onClose: () => void }) {
  const { t } = useT();
  const [isAtOnce, setAtOnce] = useState(false);
  const { kind, key } = act;
  async function run() {
    if (kind === "rotate") {
      await client.POST("/signing-keys/rotate", {
        body: { purpose: key.purpose, alg: key.alg, at_once: isAtOnce },
      });
    } else {
      await client.DELETE("/signing-keys/{kid}", { params: { path: { kid: key.kid } } });
    }
    notify(t(`act.${kind}.done`));
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t(`act.${kind}.title`)}
      action={t(`act.${kind}.action`)}
      danger={kind === "destroy"}
      run={run}
    >
      <p>{t(`act.${kind}.text`)}</p>
      {kind === "rotate" ? (
        <Checkbox
          label={t("act.rotate.atOnce")}
          description={t("act.rotate.atOnceHelp")}
          checked={isAtOnce}
          onChange={(event) => setAtOnce(event.currentTarget.checked)}
        />
      ) : null}
    </ActionDialog>
  );
}
