// Taking a delegation back.

import { client, refreshAll } from "../../api/client.ts";
import type { Delegation } from "../../api/types.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { notify } from "../../kit/toast.tsx";
import { useT } from "./texts.ts";

export function RevokeDialog({ one, onClose }: { one: Delegation; onClose: () => void }) {
  const { t } = useT();
  async function run() {
    await client.POST("/delegations/{id}/revoke", { params: { path: { id: one.id } } });
    notify(t("revoke.done"));
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t("revoke.title")}
      action={t("revoke.action")}
      danger
      run={run}
    >
      <p>{t("revoke.text", { delegator: one.delegator_name, delegate: one.delegate_name })}</p>
    </ActionDialog>
  );
}
