// An access policy as the registry keeps it, and what was said against it. Pure.

import type { FieldError, Language, Resource } from "../../api/types.ts";

export const KIND = "access-policy";

export interface Policy {
  description: string;
  cedar: string;
  enabled: boolean;
}

const text = (value: unknown) => (typeof value === "string" ? value : "");

/** Reads a specification; what is missing has the server's default. */
export function policyOf(
  spec: Resource["spec"] | Record<string, unknown> | null | undefined,
): Policy {
  const found: Record<string, unknown> = { ...spec };
  return {
    description: text(found.description),
    cedar: text(found.cedar),
    enabled: found.enabled !== false,
  };
}

/** The words of `permit` and `forbid` that stand at the start of its rules. */
export function effectOf(cedar: string): "permit" | "forbid" | "both" | null {
  const bare = cedar.replaceAll(/"(?:\\.|[^"\\])*"/g, '""').replaceAll(/\/\/.*$/gm, "");
  const permits = /(?:^|[;)\s])permit\s*\(/.test(bare);
  const forbids = /(?:^|[;)\s])forbid\s*\(/.test(bare);
  if (permits && forbids) return "both";
  if (permits) return "permit";
  return forbids ? "forbid" : null;
}

/** What was said against the rule itself, wherever the answer points to it. */
export function cedarError(
  errors: readonly FieldError[] | undefined,
  language: Language,
): string | undefined {
  const found = (errors ?? []).filter((error) => error.pointer.endsWith("/cedar"));
  return found.length > 0 ? found.map((error) => error.messages[language]).join(" ") : undefined;
}

/** Names that the registry takes: small letters, digits, hyphens. */
export function nameFrom(title: string): string {
  return title
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .replace(/[đĐ]/g, "d")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
}

/** Rules to begin with; each fits the schema as it stands. */
export const EXAMPLES = {
  hours: `forbid (
  principal,
  action in Lgsp::Action::"group:change",
  resource
) when {
  context.hour < 7 || context.hour >= 18
};`,
  token: `forbid (
  principal,
  action == Lgsp::Action::"identity.account.write",
  resource
) when {
  context.token
};`,
  own: `forbid (
  principal,
  action in Lgsp::Action::"group:change",
  resource
) when {
  resource.requested_by == principal.username
};`,
  classified: `forbid (
  principal,
  action,
  resource
) when {
  resource.classification > 0 && context.acr < 2
};`,
} as const;
export type Example = keyof typeof EXAMPLES;
