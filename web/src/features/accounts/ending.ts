// Which roles end when an account leaves its unit. Pure.
//
// Follows: the rule of the server: roles held at the old unit or below it end with the move, unless
// they are kept.

import type { Grant } from "../../api/types.ts";

/** Whether an agency is the unit itself or lies below it. */
export function isBelow(chain: readonly string[], unit: string): boolean {
  return chain.includes(unit);
}

/**
 * Parts grants into those that a move out of `unit` ends and those that stay.
 * `chains`: of each agency, itself and all above it.
 */
export function partGrants(
  grants: readonly Grant[],
  unit: string | null,
  chains: ReadonlyMap<string, readonly string[]>,
): { ends: Grant[]; stays: Grant[] } {
  const ends: Grant[] = [];
  const stays: Grant[] = [];
  for (const grant of grants) {
    const chain = grant.agency ? (chains.get(grant.agency) ?? [grant.agency]) : [];
    if (unit && isBelow(chain, unit)) ends.push(grant);
    else stays.push(grant);
  }
  return { ends, stays };
}
