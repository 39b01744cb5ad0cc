// Words and rules of documents that several pages of this feature share.

import { useT } from "./texts.ts";

/** Business types 0 to 3 of edXML. */
export const BUSINESS_TYPES = ["new", "revoke", "update", "replace"] as const;

/** An alarm's word; an unknown code as it is. */
export function useAlarmWord() {
  const { word } = useT();
  return (code: string) => word("alarm", code) ?? code;
}

const CHANGE_OPEN = ["13", "withdrawal_asked", "update_asked"];
const NEXT: Record<string, readonly string[]> = {
  "": ["03", "02"],
  sent: ["03", "02"],
  queued: [],
  fetched: ["03", "02"],
  acknowledged: ["03", "02"],
  initial: ["03", "02"],
  "01": ["03", "02"],
  "03": ["05", "04", "06"],
  "04": ["05", "06"],
  "05": ["06"],
};

/** Status codes that a recipient may write next, the most likely first. */
export function nextCodes(state: string): readonly string[] {
  if (CHANGE_OPEN.includes(state)) return ["15", "16"];
  return NEXT[state] ?? [];
}

/** Codes that need a reason in words. */
export function needsReason(code: string): boolean {
  return code === "02" || code === "16";
}
