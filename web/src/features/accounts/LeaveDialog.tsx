// Ending an account: what ends with it, and who takes over what its person answers for.
//
// Owns: the question. Invariant: who answers for something leaves only with a successor; both are
// one request.

import { useState } from "react";
import { api, client, refreshAll } from "../../api/client.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import kit from "../../kit/kit.module.css";
import { PersonSelect } from "../../kit/PersonSelect.tsx";
import { useGrantPlace, useRoleWord } from "../../kit/roles.ts";
import { ProblemNote, Waiting } from "../../kit/states.tsx";
import { notify } from "../../kit/toast.tsx";
import type { DialogProps } from "./Actions.tsx";
import { isOwner, OwnedList, useOwnership } from "./Owned.tsx";
import { useT } from "./texts.ts";

export function LeaveDialog({ account, onClose }: DialogProps) {
  const { t } = useT();
  const roleWord = useRoleWord();
  const place = useGrantPlace();
  const [successor, setSuccessor] = useState<string | null>(null);
  const grants = api.useQuery("get", "/accounts/{id}/grants", {
    params: { path: { id: account.id } },
  });
  const ownership = useOwnership(account);
  const owned = ownership.data && isOwner(ownership.data) ? ownership.data : null;
  async function run() {
    await client.POST("/accounts/{id}/leave", {
      params: { path: { id: account.id }, query: owned && successor ? { successor } : {} },
    });
    notify(t(owned ? "leave.handedOver" : "leave.done"));
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t("leave.title", { name: account.display_name })}
      action={t("leave.action")}
      typed={account.username}
      isComplete={ownership.isSuccess && (!owned || successor !== null)}
      danger
      run={run}
    >
      <p>{t("leave.text")}</p>
      {grants.isPending || ownership.isPending ? <Waiting rows={2} /> : null}
      {ownership.error ? <ProblemNote error={ownership.error} /> : null}
      {grants.data && grants.data.effective.length > 0 ? (
        <div>
          <strong>{t("leave.ends")}</strong>
          <ul className={kit.reasons}>
            {grants.data.effective.map((grant) => (
              <li key={`${grant.role} ${grant.agency} ${grant.group}`}>
                {roleWord(grant.role)}, {place(grant)}
                {grant.group ? ` (${t("leave.group", { name: grant.group })})` : ""}
              </li>
            ))}
          </ul>
        </div>
      ) : null}
      {owned ? (
        <>
          <div>
            <strong>{t("leave.handOver")}</strong>
            <OwnedList ownership={owned} />
          </div>
          <PersonSelect
            label={t("leave.successor")}
            description={t("leave.successorHelp")}
            required
            except={account.username}
            value={successor}
            onChange={setSuccessor}
          />
        </>
      ) : null}
    </ActionDialog>
  );
}
