// Who may use an application, as the part `access` of its specification.
//
// Owns: reading it, what the form's answers become. Not here: the decision (the server).
// Follows: `crates/sso/src/access.rs`.

import type { Resource } from "../../api/types.ts";
import { fieldOf } from "../../kit/resource.ts";
import { isNode, type Node } from "../../kit/schema/schema.ts";

/** Kinds of account with which people sign in. */
export const PEOPLE_KINDS = ["official", "administrator", "operator", "citizen"] as const;
export type PeopleKind = (typeof PEOPLE_KINDS)[number];

/** Kinds of applications that ask who may use them. */
const ASKING: readonly string[] = ["oidc-client", "saml-sp", "cas-service"];

export interface Access {
  isNamed: boolean;
  agencies: readonly string[];
  groups: readonly string[];
  roles: readonly string[];
  kinds: readonly PeopleKind[];
}

export const EVERYBODY: Access = {
  isNamed: false,
  agencies: [],
  groups: [],
  roles: [],
  kinds: [],
};

export function asksAccess(kind: string): boolean {
  return ASKING.includes(kind);
}

/** Whether people use it at all: a program that calls with its own key has no people. */
export function hasPeople(resource: Pick<Resource, "kind" | "spec">): boolean {
  return asksAccess(resource.kind) && fieldOf(resource, "client_type") !== "service";
}

export function accessOf(resource: Pick<Resource, "spec">): Access {
  const told = fieldOf(resource, "access");
  if (!isNode(told)) return EVERYBODY;
  const texts = (field: string) => {
    const list = told[field];
    return Array.isArray(list) ? list.filter((text) => typeof text === "string") : [];
  };
  const kinds = texts("account_kinds");
  return {
    isNamed: told.who === "named",
    agencies: texts("agencies"),
    groups: texts("groups"),
    roles: texts("roles"),
    kinds: PEOPLE_KINDS.filter((kind) => kinds.includes(kind)),
  };
}

/** The part of the specification; lists count only when somebody is named. */
export function accessSpec(access: Access): Node {
  if (!access.isNamed) return { who: "everybody" };
  return {
    who: "named",
    agencies: [...access.agencies],
    groups: [...access.groups],
    roles: [...access.roles],
    account_kinds: [...access.kinds],
  };
}

/** Whether anybody could use the application; the server refuses it otherwise. */
export function admitsAnybody({ isNamed, agencies, groups, roles, kinds }: Access): boolean {
  return !isNamed || agencies.length + groups.length + roles.length + kinds.length > 0;
}
