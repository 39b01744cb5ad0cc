// What the list of sessions can be narrowed to: kinds of accounts of people, protocols.

import type { AccountKind } from "../../api/types.ts";

/** Kinds of account with which people sign in. */
export const PEOPLE_KINDS = [
  "official",
  "administrator",
  "operator",
  "citizen",
] as const satisfies readonly AccountKind[];

export const PROTOCOLS = ["oidc", "saml", "cas"] as const;
