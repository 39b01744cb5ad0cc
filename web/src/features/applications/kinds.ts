// The kinds of resources that are applications, and what each calls its parts.
//
// Owns: which kinds there are, how a guided form becomes a specification.
// Not here: the whole form of a kind (Configuration), words (`vi.json`, `en.json`).

import { api } from "../../api/client.ts";
import type { Resource } from "../../api/types.ts";
import { isNode } from "../../kit/schema/schema.ts";

export const KINDS = ["oidc-client", "saml-sp", "cas-service", "ldap-app", "scim-client"] as const;
export type AppKind = (typeof KINDS)[number];

/** What a person chooses from; several choices may make the same kind. */
export const CHOICES = ["web", "spa", "native", "service", "saml", "cas", "ldap", "scim"] as const;
export type Choice = (typeof CHOICES)[number];

const KIND_OF: Record<Choice, AppKind> = {
  web: "oidc-client",
  spa: "oidc-client",
  native: "oidc-client",
  service: "oidc-client",
  saml: "saml-sp",
  cas: "cas-service",
  ldap: "ldap-app",
  scim: "scim-client",
};

export function kindOf(choice: Choice): AppKind {
  return KIND_OF[choice];
}

export function isAppKind(kind: string): kind is AppKind {
  return KINDS.some((known) => known === kind);
}

/** What the guided forms ask for; each choice uses a part of it. */
export interface Answers {
  title: string;
  name: string;
  agency: string | null;
  addresses: string;
  logoutAddress: string;
  isOurs: boolean;
  mayWrite: boolean;
}

export const NO_ANSWERS: Answers = {
  title: "",
  name: "",
  agency: null,
  addresses: "",
  logoutAddress: "",
  isOurs: true,
  mayWrite: false,
};

function lines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function origins(addresses: readonly string[]): string[] {
  const found = addresses.flatMap((address) =>
    URL.canParse(address) ? [new URL(address).origin] : [],
  );
  return [...new Set(found)];
}

const PERSON_SCOPES = ["openid", "profile", "email", "org", "groups", "offline_access"];

function oidcSpec(choice: Choice, answers: Answers) {
  const base = { name: answers.title.trim(), client_type: choice, first_party: answers.isOurs };
  if (choice === "service") {
    return { ...base, grant_types: ["client_credentials"], scopes: [] };
  }
  const redirects = lines(answers.addresses);
  const isPublic = choice !== "web";
  return {
    ...base,
    redirect_uris: redirects,
    post_logout_redirect_uris: lines(answers.logoutAddress),
    grant_types: ["authorization_code", "refresh_token"],
    scopes: PERSON_SCOPES,
    auth_method: isPublic ? "none" : "client_secret_basic",
    ...(choice === "spa" ? { cors_origins: origins(redirects) } : {}),
  };
}

/** The specification that the answers make. SAML comes from metadata instead. */
export function specOf(choice: Choice, answers: Answers): Record<string, unknown> {
  const title = answers.title.trim();
  switch (kindOf(choice)) {
    case "oidc-client":
      return oidcSpec(choice, answers);
    case "cas-service":
      return { title, services: lines(answers.addresses) };
    case "ldap-app":
      return { title, ...(answers.agency ? { agency: answers.agency } : {}) };
    default:
      return { title, may_write: answers.mayWrite };
  }
}

/** A field of a specification, whatever its kind. */
export function fieldOf(resource: Pick<Resource, "spec">, field: string): unknown {
  return isNode(resource.spec) ? resource.spec[field] : undefined;
}

/** Name of an application, wherever its kind keeps it. */
export function titleOf(resource: Resource): string {
  return textsOf(resource, "title")[0] ?? textsOf(resource, "name")[0] ?? resource.name;
}

export function isEnabled(resource: Resource): boolean {
  return fieldOf(resource, "enabled") !== false;
}

/** A text or list of texts out of a specification. */
export function textsOf(resource: Pick<Resource, "spec">, field: string): string[] {
  const value = fieldOf(resource, field);
  if (typeof value === "string") return value === "" ? [] : [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

export function appHref(kind: string, name: string): string {
  return `/applications/${encodeURIComponent(kind)}/${encodeURIComponent(name)}`;
}

/** A proposal for the short name: letters without marks, joined by hyphens. */
export function proposedName(title: string): string {
  return title
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/đ/gi, "d")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 63);
}

/** All applications of one kind. */
export function useApplications(kind: AppKind, isWanted: boolean) {
  return api.useQuery(
    "get",
    "/resources/{kind}",
    { params: { path: { kind } } },
    { enabled: isWanted },
  );
}
