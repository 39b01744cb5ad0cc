// The kinds of resources that are applications, and what each calls its parts.
//
// Owns: which kinds there are, how a guided form becomes a specification.
// Not here: the whole form of a kind (Configuration), words (`vi.json`, `en.json`).

import { linesOf } from "../../kit/resource.ts";
import { type Access, accessSpec, EVERYBODY } from "./access.ts";
import { fieldsOf, type Software } from "./software.ts";

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

/** What the guided forms ask for; each choice uses a part of it. */
export interface Answers {
  title: string;
  name: string;
  agency: string | null;
  /** Sign-in name of the person who answers for it. */
  owner: string | null;
  addresses: string;
  logoutAddress: string;
  isOurs: boolean;
  mayWrite: boolean;
  access: Access;
  /** Known software, of which the address is enough. */
  software: Software;
  address: string;
}

export const NO_ANSWERS: Answers = {
  title: "",
  name: "",
  agency: null,
  owner: null,
  addresses: "",
  logoutAddress: "",
  isOurs: true,
  mayWrite: false,
  access: EVERYBODY,
  software: "other",
  address: "",
};

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
  const redirects = linesOf(answers.addresses);
  const isPublic = choice !== "web";
  return {
    ...base,
    redirect_uris: redirects,
    post_logout_redirect_uris: linesOf(answers.logoutAddress),
    grant_types: ["authorization_code", "refresh_token"],
    scopes: PERSON_SCOPES,
    auth_method: isPublic ? "none" : "client_secret_basic",
    access: accessSpec(answers.access),
    ...(choice === "spa" ? { cors_origins: origins(redirects) } : {}),
    ...(choice === "web" && answers.software !== "other"
      ? fieldsOf(answers.software, answers.address)
      : {}),
  };
}

/** The specification that the answers make. SAML comes from metadata instead. */
export function specOf(choice: Choice, answers: Answers): Record<string, unknown> {
  const { owner } = answers;
  return { ...ownSpec(choice, answers), ...(owner ? { owner } : {}) };
}

function ownSpec(choice: Choice, answers: Answers): Record<string, unknown> {
  const title = answers.title.trim();
  switch (kindOf(choice)) {
    case "oidc-client":
      return oidcSpec(choice, answers);
    case "cas-service":
      return {
        title,
        services: linesOf(answers.addresses),
        access: accessSpec(answers.access),
      };
    case "ldap-app":
      return { title, ...(answers.agency ? { agency: answers.agency } : {}) };
    default:
      return { title, may_write: answers.mayWrite };
  }
}
