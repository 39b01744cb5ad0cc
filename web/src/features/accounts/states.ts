// The one word for the state of an account, as lists and pages show it.

import type { Account, AccountKind } from "../../api/types.ts";

/** "locked" after failures stands above the state itself: it is what the person feels first. */
export function stateOf(account: Pick<Account, "locked" | "state">): string {
  if (account.locked) return "locked";
  return account.state === "active" ? "enabled" : account.state;
}

/** Whether it can be used again by unlocking. */
export function isShut(account: Pick<Account, "locked" | "state">): boolean {
  return account.locked || account.state === "idle";
}

/** Whether a person stands behind it, with a password; programs use tokens. */
export function isPerson(kind: AccountKind): boolean {
  return kind !== "service" && kind !== "technical" && kind !== "system";
}
