// A proposal for a sign-in name: the given name first, then the others, as officials' names are.

import { proposedName } from "../../kit/resource.ts";

/** "Nguyễn Văn An" becomes "an.nguyenvan"; empty when nothing of the name is left. */
export function proposedUsername(displayName: string): string {
  const parts = displayName.trim().split(/\s+/).map(proposedName).filter(Boolean);
  const given = parts.at(-1);
  if (!given) return "";
  const others = parts.slice(0, -1).join("");
  return others ? `${given}.${others}` : given;
}
