// One's own delegations: given and taken; proposing, taking on, taking back.

import { Button, Group } from "@mantine/core";
import { IconUserShare } from "@tabler/icons-react";
import { useState } from "react";
import { api, client, refreshAll } from "../../api/client.ts";
import type { Delegation } from "../../api/types.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { useActing, useChangeActing } from "../../kit/acting.ts";
import { type Column, ListPage } from "../../kit/ListPage.tsx";
import { useSession } from "../../kit/session.ts";
import { notify } from "../../kit/toast.tsx";
import { useColumns } from "./columns.tsx";
import { ProposeDialog } from "./ProposeDialog.tsx";
import { isOpen, phaseOf } from "./phase.ts";
import { RevokeDialog } from "./RevokeDialog.tsx";
import { useT } from "./texts.ts";

type Act = { kind: "accept" | "revoke"; one: Delegation };

export default function OwnPage() {
  const { t } = useT();
  const { me } = useSession();
  const [act, setAct] = useState<Act | null>(null);
  const [isProposing, setProposing] = useState(false);
  const query = api.useQuery("get", "/me/delegations");
  const close = () => setAct(null);
  const acting = useActing();
  const isLocked = acting !== null || Boolean(me.impersonation);
  const change = useChangeActing();
  const columns: Column<Delegation>[] = [
    ...useColumns(),
    {
      id: "action",
      header: t("column.action"),
      cell: (row) => {
        const phase = phaseOf(row, new Date());
        if (!isOpen(phase)) return null;
        const isMine = row.delegate_id === me.account_id;
        const other = isMine ? row.delegator : row.delegate;
        if (isLocked) {
          return isMine && row.delegator === acting?.delegator ? t("act.now") : null;
        }
        return (
          <Group gap={6} wrap="nowrap">
            {phase === "active" && isMine ? (
              <Button
                size="compact-sm"
                onClick={() => change(row.delegator)}
                aria-label={`${t("act.action")}: ${other}`}
              >
                {t("act.action")}
              </Button>
            ) : null}
            {phase === "proposed" && isMine ? (
              <Button
                size="compact-sm"
                onClick={() => setAct({ kind: "accept", one: row })}
                aria-label={`${t("accept.action")}: ${other}`}
              >
                {t("accept.action")}
              </Button>
            ) : null}
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => setAct({ kind: "revoke", one: row })}
              aria-label={`${t("revoke.action")}: ${other}`}
            >
              {t("revoke.action")}
            </Button>
          </Group>
        );
      },
    },
  ];
  return (
    <>
      <ListPage
        title={t("own.title")}
        intro={isLocked ? t("act.locked") : t("own.intro")}
        crumbs={[{ label: t("own.profile"), href: "/profile" }]}
        query={query}
        columns={columns}
        rowId={(row) => row.id}
        empty={{ title: t("own.emptyTitle"), text: t("own.emptyText") }}
        actions={
          isLocked ? null : (
            <Button
              leftSection={<IconUserShare size={17} aria-hidden />}
              onClick={() => setProposing(true)}
            >
              {t("propose.action")}
            </Button>
          )
        }
      />
      {act?.kind === "accept" ? <AcceptDialog one={act.one} onClose={close} /> : null}
      {act?.kind === "revoke" ? <RevokeDialog one={act.one} onClose={close} /> : null}
      {isProposing ? <ProposeDialog onClose={() => setProposing(false)} /> : null}
    </>
  );
}

function AcceptDialog({ one, onClose }: { one: Delegation; onClose: () => void }) {
  const { t } = useT();
  async function run() {
    await client.POST("/delegations/{id}/accept", { params: { path: { id: one.id } } });
    notify(t("accept.done"));
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t("accept.title")}
      action={t("accept.action")}
      run={run}
    >
      <p>{t("accept.text", { delegator: one.delegator_name, decision: one.decision_no })}</p>
    </ActionDialog>
  );
}
