// What a check of a provider says, step by step, and what to do where it failed.
//
// Owns: which step failed. Not here: the sentences (`vi.json`, `en.json`).

import type { ProviderCheck } from "../../api/types.ts";

export const STEPS = ["secret", "discovery", "keys"] as const;
export type Step = (typeof STEPS)[number];
export type StepState = "ok" | "failed" | "waiting" | "unneeded";

/** What to do is written for these; others have the server's sentence alone. */
export const HINTS = [
  "sso_upstream_unreachable",
  "sso_upstream_unreadable",
  "sso_upstream_issuer",
] as const;
export type Hint = (typeof HINTS)[number];

export interface StepResult {
  step: Step;
  state: StepState;
}

/**
 * How far the check came. The server tells an address only when the keys could be read too, so
 * that a lost connection to the keys shows at the document.
 */
export function stepsOf(
  check: ProviderCheck,
  provider: { needsSecret: boolean; isExplicit: boolean },
): StepResult[] {
  const isFound = Boolean(check.authorization_endpoint);
  const isDocumentDone = isFound || provider.isExplicit;
  const secret = check.has_secret ? "ok" : "failed";
  const document = isFound ? "ok" : "failed";
  const keys = check.keys > 0 ? "ok" : "failed";
  return [
    { step: "secret", state: provider.needsSecret ? secret : "unneeded" },
    { step: "discovery", state: provider.isExplicit ? "unneeded" : document },
    { step: "keys", state: isDocumentDone ? keys : "waiting" },
  ];
}

/** The advice for a failure, if we have one. */
export function hintOf(check: ProviderCheck): Hint | undefined {
  const key = check.problem?.code.replaceAll(".", "_");
  return HINTS.find((hint) => hint === key);
}

export function isAllWell(check: ProviderCheck, needsSecret: boolean): boolean {
  return !check.problem && check.keys > 0 && (check.has_secret || !needsSecret);
}
