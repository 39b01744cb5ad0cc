// The acts that access is decided about, found by name; which roles hold each.
//
// Owns: the list of acts out of the list of roles. Pure.

import type { Role } from "../../api/types.ts";
import { matches } from "../../i18n/format.ts";

export interface Act {
  permission: string;
  /** "identity" of `identity.account.write`. */
  area: string;
  /** Names of the roles that hold it. */
  roles: readonly string[];
}

/** All acts that some role holds, in alphabetical order. */
export function actsOf(roles: readonly Role[]): Act[] {
  const holders = new Map<string, string[]>();
  for (const role of roles) {
    for (const permission of role.permissions) {
      const found = holders.get(permission);
      if (found) found.push(role.role);
      else holders.set(permission, [role.role]);
    }
  }
  return [...holders]
    .map(([permission, held]) => ({
      permission,
      area: permission.split(".")[0] ?? "",
      roles: held,
    }))
    .sort((one, other) => one.permission.localeCompare(other.permission, "en"));
}

/** The acts that the words fit; dots and spaces part words alike, the area's name counts too. */
export function findActs(
  acts: readonly Act[],
  words: string,
  areaName: (area: string) => string,
  max: number,
): Act[] {
  const wanted = words.replaceAll(".", " ");
  const text = (act: Act) =>
    `${act.permission.replaceAll(".", " ").replaceAll("_", " ")} ${act.permission} ${areaName(act.area)}`;
  return acts.filter((act) => matches(text(act), wanted)).slice(0, max);
}

/** The name of the access policy behind a deciding rule; nothing for rules that are built in. */
export function policyName(id: string | null | undefined): string | null {
  const end = id?.lastIndexOf(":") ?? -1;
  if (!id || end <= 0) return null;
  const name = id.slice(0, end);
  return name === "base" || name === "grant" ? null : name;
}
