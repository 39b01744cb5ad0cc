// Ready settings for software that provinces run, filled with the addresses of this installation.
//
// Owns: which software there is for an application, and what of it was tried with this platform.
// Not here: the texts of single products (`recipes/`); they are settings, not prose, and the same
// in both languages.
// Invariant: what nobody has tried here is marked as such.

import type { Resource } from "../../api/types.ts";
import { fieldOf, textOf, textsOf } from "../../kit/resource.ts";
import * as ldap from "./recipes/ldap.ts";
import * as oidc from "./recipes/oidc.ts";
import * as others from "./recipes/others.ts";
import { SECRET } from "./recipes/place.ts";

/** What has to be changed here for the software, in words (`recipe.note.…`). */
export type Note = "post" | "pkce" | "implicit" | "base";

export interface Recipe {
  name: string;
  text: string;
  /** Whether it was run against this platform; the others follow the software's own documents. */
  isTried: boolean;
  notes?: readonly Note[];
}

export function recipesOf(resource: Resource, issuer: string): readonly Recipe[] {
  switch (resource.kind) {
    case "oidc-client":
      return oidcRecipes(resource, issuer);
    case "saml-sp":
      return others.saml(issuer);
    case "cas-service":
      return others.cas(textOf(resource, "services"), issuer);
    case "ldap-app":
      return ldap.recipes(resource.name);
    case "scim-client":
      return others.scim(issuer);
    default:
      return [];
  }
}

function oidcRecipes(resource: Resource, issuer: string): readonly Recipe[] {
  if (textsOf(resource, "grant_types").includes("client_credentials")) {
    return others.machine(resource.name, issuer);
  }
  // Without a secret the software is somebody's own; its library wants the values above.
  if (fieldOf(resource, "auth_method") === "none") return [];
  return oidc.recipes({
    issuer,
    client: resource.name,
    redirect: textOf(resource, "redirect_uris") || "<redirect-uri>",
    scopes: textsOf(resource, "scopes"),
  });
}

/** The texts that have a place for a secret, with this one in it. */
export function readyTexts(resource: Resource, issuer: string, secret: string) {
  return recipesOf(resource, issuer)
    .filter(({ text }) => text.includes(SECRET))
    .map(({ name, text }) => ({ name, text: text.replaceAll(SECRET, secret) }));
}
