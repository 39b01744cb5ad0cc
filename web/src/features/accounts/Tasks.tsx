// What is left undone when somebody goes: requests that wait, delegations that still hold.

import { api } from "../../api/client.ts";
import type { Account, Delegation } from "../../api/types.ts";
import { formatDate } from "../../i18n/format.ts";
import kit from "../../kit/kit.module.css";
import { useRoleWord } from "../../kit/roles.ts";
import { useCan } from "../../kit/session.ts";
import { useT } from "./texts.ts";

const PAGE = 200;

/** Delegations of an account, given or taken, that have not ended. */
export function openDelegations(
  all: readonly Delegation[],
  account: string,
  now: Date,
): Delegation[] {
  return all.filter(
    (one) =>
      (one.delegator_id === account || one.delegate_id === account) &&
      one.state !== "revoked" &&
      new Date(one.until) > now,
  );
}

export function OpenTasks({ account }: { account: Account }) {
  const { t } = useT();
  const roleWord = useRoleWord();
  const can = useCan();
  const requests = api.useQuery("get", "/grant-requests", {
    params: { query: { state: "requested", limit: PAGE } },
  });
  const delegations = api.useQuery(
    "get",
    "/delegations",
    { params: { query: { limit: PAGE } } },
    { enabled: can("identity.delegation.write") },
  );
  const waiting = (requests.data?.items ?? []).filter((one) => one.subject_id === account.id);
  const held = openDelegations(delegations.data?.items ?? [], account.id, new Date());
  if (waiting.length + held.length === 0) return null;
  return (
    <div>
      <strong>{t("tasks.title")}</strong>
      <ul className={kit.reasons}>
        {waiting.map((one) => (
          <li key={one.id}>
            {t("tasks.request", { role: roleWord(one.role), by: one.requested_by })}
          </li>
        ))}
        {held.map((one) => (
          <li key={one.id}>
            {one.delegator_id === account.id
              ? t("tasks.given", { name: one.delegate, day: formatDate(one.until) })
              : t("tasks.taken", { name: one.delegator, day: formatDate(one.until) })}
          </li>
        ))}
      </ul>
    </div>
  );
}
