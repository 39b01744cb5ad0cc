// Directory connections as the pages know them: products, what a guided form becomes, the schedule.
//
// Owns: the starting values of each product, how answers become a specification.
// Not here: the whole form of the kind (Configuration), words (`vi.json`, `en.json`).
// Follows: `crates/directory/src/federation/kind.rs`.

import { client } from "../../api/client.ts";
import type { Resource } from "../../api/types.ts";
import { fieldOf, linesOf } from "../../kit/resource.ts";
import type { Node } from "../../kit/schema/schema.ts";

export const KIND = "directory-connection";

export const PRODUCTS = ["openldap", "ds389", "active_directory"] as const;
export type Product = (typeof PRODUCTS)[number];

export const MODES = ["import_and_pass_through", "import", "pass_through"] as const;
export type Mode = (typeof MODES)[number];

export function productOf(resource: Pick<Resource, "spec">): Product {
  const told = fieldOf(resource, "product");
  return PRODUCTS.find((product) => product === told) ?? "openldap";
}

export function modeOf(resource: Pick<Resource, "spec">): Mode {
  const told = fieldOf(resource, "mode");
  return MODES.find((mode) => mode === told) ?? "import_and_pass_through";
}

/** What each product calls things; where it says nothing the server's defaults hold. */
const HABITS: Record<Product, Node> = {
  openldap: {},
  ds389: { groups_filter: "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames))" },
  active_directory: {
    people_filter: "(&(objectCategory=person)(objectClass=user))",
    groups_filter: "(objectClass=group)",
    attributes: {
      username: "sAMAccountName",
      display_name: "displayName",
      given_name: "givenName",
      family_name: "sn",
      email: "mail",
      phone: "telephoneNumber",
      position: "title",
      unit: "department",
    },
  },
};

/** What somebody may type for each product, as an example. */
export const EXAMPLES: Record<
  Product,
  Record<"url" | "bindDn" | "peopleBase" | "groupsBase", string>
> = {
  openldap: {
    url: "ldaps://ldap.tinh.vn:636",
    bindDn: "cn=reader,dc=tinh,dc=vn",
    peopleBase: "ou=people,dc=tinh,dc=vn",
    groupsBase: "ou=groups,dc=tinh,dc=vn",
  },
  ds389: {
    url: "ldaps://ldap.tinh.vn:636",
    bindDn: "uid=reader,ou=services,dc=tinh,dc=vn",
    peopleBase: "ou=people,dc=tinh,dc=vn",
    groupsBase: "ou=groups,dc=tinh,dc=vn",
  },
  active_directory: {
    url: "ldaps://dc1.tinh.local:636",
    bindDn: "reader@tinh.local",
    peopleBase: "OU=CanBo,DC=tinh,DC=local",
    groupsBase: "OU=Nhom,DC=tinh,DC=local",
  },
};

/** What the guided form asks for. */
export interface Answers {
  title: string;
  name: string;
  owner: string | null;
  urls: string;
  hasStartTls: boolean;
  certificates: string;
  isLocal: boolean;
  bindDn: string;
  password: string;
  peopleBase: string;
  groupsBase: string;
  agency: string | null;
  mode: Mode;
}

export const NO_ANSWERS: Answers = {
  title: "",
  name: "",
  owner: null,
  urls: "",
  hasStartTls: true,
  certificates: "",
  isLocal: false,
  bindDn: "",
  password: "",
  peopleBase: "",
  groupsBase: "",
  agency: null,
  mode: "import_and_pass_through",
};

/** The specification that the answers make; it is read by nobody before it is switched on. */
export function specOf(product: Product, answers: Answers): Node {
  return {
    title: answers.title.trim(),
    enabled: false,
    product,
    urls: linesOf(answers.urls),
    start_tls: answers.hasStartTls,
    bind_dn: answers.bindDn.trim(),
    people_base: answers.peopleBase.trim(),
    mode: answers.mode,
    ...HABITS[product],
    ...(answers.groupsBase.trim() ? { groups_base: answers.groupsBase.trim() } : {}),
    ...(answers.certificates.trim() ? { trusted_certificates: answers.certificates.trim() } : {}),
    ...(answers.agency ? { agency: answers.agency } : {}),
    ...(answers.isLocal ? { allow_local_addresses: true } : {}),
  };
}

/** When a directory is read, and what stops a reading. */
export interface Schedule {
  full_minutes: number;
  delta_minutes: number;
  removal_stop_percent: number;
}

export function scheduleOf(resource: Pick<Resource, "spec">): Schedule {
  const number = (field: string, usual: number) => {
    const told = fieldOf(resource, field);
    return typeof told === "number" ? told : usual;
  };
  return {
    full_minutes: number("full_minutes", 1_440),
    delta_minutes: number("delta_minutes", 15),
    removal_stop_percent: number("removal_stop_percent", 10),
  };
}

export function directoryHref(name: string): string {
  return `/directory-connections/${encodeURIComponent(name)}`;
}

/** Keeps the password of the account that reads the directory. */
export function setPassword(name: string, password: string) {
  return client.PUT("/directory-connections/{name}/password", {
    params: { path: { name } },
    body: { password },
  });
}
