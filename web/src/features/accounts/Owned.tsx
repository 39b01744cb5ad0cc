// For what a person answers, and who answers for an account of a program.
//
// Owns: the list of what is owned, the panel, naming another owner.
// Not here: handing over at a leave (`LeaveDialog.tsx`).

import { useState } from "react";
import { api, client, refreshAll } from "../../api/client.ts";
import type { Account, Ownership } from "../../api/types.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { AppLink, address } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { PersonSelect } from "../../kit/PersonSelect.tsx";
import { Loaded } from "../../kit/states.tsx";
import { notify } from "../../kit/toast.tsx";
import type { DialogProps } from "./Actions.tsx";
import { isPerson } from "./states.ts";
import { useT } from "./texts.ts";

export function useOwnership(account: Account) {
  return api.useQuery("get", "/accounts/{id}/ownership", {
    params: { path: { id: account.id } },
  });
}

export function isOwner(ownership: Ownership): boolean {
  return ownership.owned.length > 0 || ownership.applications.length > 0;
}

/** Accounts and applications, each with the way to its page. */
export function OwnedList({ ownership }: { ownership: Ownership }) {
  const { t, word } = useT();
  return (
    <ul className={kit.reasons}>
      {ownership.owned.map((account) => (
        <li key={account.id}>
          <AppLink href={address.account(account.id)}>{account.display_name}</AppLink>
          <span className={kit.soft}>
            {" · "}
            {t("owner.account", { kind: word("kind", account.kind) ?? account.kind })}
          </span>
        </li>
      ))}
      {ownership.applications.map((app) => (
        <li key={`${app.kind} ${app.name}`}>
          <AppLink href={address.application(app.kind, app.name)}>{app.title}</AppLink>
          <span className={kit.soft}>{` · ${t("owner.application")}`}</span>
        </li>
      ))}
    </ul>
  );
}

/** Shown for who answers for something. */
export function OwnedPanel({ account }: { account: Account }) {
  const { t } = useT();
  const query = useOwnership(account);
  if (!isPerson(account.kind) || !query.data || !isOwner(query.data)) return null;
  return (
    <Panel title={t("owner.owns")} label={t("owner.owns")}>
      <OwnedList ownership={query.data} />
    </Panel>
  );
}

/** Who answers for the account of a program. */
export function OwnerFact({ account }: { account: Account }) {
  const query = useOwnership(account);
  const owner = query.data?.owner;
  if (!owner) return "—";
  return <AppLink href={address.account(owner.id)}>{owner.display_name}</AppLink>;
}

export function OwnerDialog({ account, onClose }: DialogProps) {
  const query = useOwnership(account);
  return (
    <Loaded query={query}>
      {(loaded) => (
        <ChooseOwner account={account} before={loaded.owner?.username ?? null} onClose={onClose} />
      )}
    </Loaded>
  );
}

function ChooseOwner({ account, before, onClose }: DialogProps & { before: string | null }) {
  const { t } = useT();
  const [owner, setOwner] = useState(before);
  async function run() {
    await client.PUT("/accounts/{id}/owner", {
      params: { path: { id: account.id } },
      body: { owner },
    });
    notify(t("owner.done"));
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t("owner.title", { name: account.display_name })}
      action={t("owner.save")}
      isComplete={owner !== before}
      run={run}
    >
      <PersonSelect
        label={t("owner.label")}
        description={t("owner.help")}
        value={owner}
        onChange={setOwner}
      />
    </ActionDialog>
  );
}
