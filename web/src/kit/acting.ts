// Acting for somebody: who may be acted for now, changing to them and back.
//
// Owns: what one person may act for, read out of the delegations; the change itself.
// Invariant: after a change nothing that was read as the other is shown or kept.
// Not here: the bar and the menu (`app/`), the header of requests (`api/`).

import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useCallback, useSyncExternalStore } from "react";
import { currentActing, onActing, setActing } from "../api/acting.ts";
import { api } from "../api/client.ts";
import type { Delegation } from "../api/types.ts";
import { useSession } from "./session.ts";

/** Somebody who may be acted for, with all delegations that are in force as one. */
export interface Delegator {
  username: string;
  name: string;
  /** When the last of the delegations ends. */
  until: string;
  decisions: readonly string[];
}

/** Those whose delegations an account has accepted and that are in force now, by name. */
export function delegatorsOf(
  delegations: readonly Delegation[],
  account: string,
  now: Date,
): Delegator[] {
  const found = new Map<string, Delegator>();
  for (const one of delegations) {
    const isInForce =
      one.state === "accepted" && new Date(one.from) <= now && now < new Date(one.until);
    if (!isInForce || one.delegate_id !== account) continue;
    const known = found.get(one.delegator);
    found.set(one.delegator, {
      username: one.delegator,
      name: one.delegator_name,
      until: known && known.until > one.until ? known.until : one.until,
      decisions: [...(known?.decisions ?? []), one.decision_no],
    });
  }
  return [...found.values()].sort((one, two) => one.name.localeCompare(two.name, "vi"));
}

export function useActing() {
  return useSyncExternalStore(onActing, currentActing);
}

/** Whom the person may act for; asked only when somebody wants to know. */
export function useDelegators(isWanted: boolean): readonly Delegator[] {
  const { me } = useSession();
  const query = api.useQuery("get", "/me/delegations", {}, { enabled: isWanted });
  return delegatorsOf(query.data?.items ?? [], me.account_id, new Date());
}

/** Changes to somebody, or back with nothing; a form that is not saved may hold it up. */
export function useChangeActing() {
  const { me } = useSession();
  const router = useRouter();
  const queries = useQueryClient();
  return useCallback(
    async (delegator: string | null) => {
      await router.navigate({ to: "/" });
      if (router.state.location.pathname !== "/") return;
      setActing(delegator === null ? null : { delegator, by: me.account_id });
      await queries.resetQueries();
    },
    [me.account_id, router, queries],
  );
}
