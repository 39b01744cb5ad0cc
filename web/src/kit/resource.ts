// Resources of the registry as pages read them: a field, a list of texts, a name for people.
//
// Owns: reading a specification whose kind the page knows, proposals for short names, saving.
// Not here: the form of any kind (`schema/`).

import { client } from "../api/client.ts";
import type { Resource } from "../api/types.ts";
import { isNode, type Node } from "./schema/schema.ts";

/** Longest short name of a resource. */
const NAME_CHARS_MAX = 63;

type WithSpec = Pick<Resource, "spec">;

/** A field of a specification, whatever its kind. */
export function fieldOf(resource: WithSpec, field: string): unknown {
  return isNode(resource.spec) ? resource.spec[field] : undefined;
}

/** A text or list of texts out of a specification. */
export function textsOf(resource: WithSpec, field: string): string[] {
  const value = fieldOf(resource, field);
  if (typeof value === "string") return value === "" ? [] : [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** The text of a field; empty when there is none. */
export function textOf(resource: WithSpec, field: string): string {
  return textsOf(resource, field)[0] ?? "";
}

/** What people call it, wherever its kind keeps that. */
export function titleOf(resource: Resource): string {
  return textOf(resource, "title") || textOf(resource, "name") || resource.name;
}

/** Kinds that can be switched off are on unless they say otherwise. */
export function isEnabled(resource: WithSpec): boolean {
  return fieldOf(resource, "enabled") !== false;
}

/** The lines of a text that are not empty. */
export function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
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
    .slice(0, NAME_CHARS_MAX);
}

/** Makes a resource that must not exist yet. */
export async function createResource(
  kind: string,
  name: string,
  spec: Node,
  agency: string | null = null,
) {
  await client.PUT("/resources/{kind}/{name}", {
    params: { path: { kind, name } },
    body: { spec, base_revision: null, ...(agency ? { agency } : {}) },
  });
}

/** Saves some fields of a resource as a new revision; a newer one on the server is refused. */
export async function saveFields(resource: Resource, fields: Node) {
  await client.PUT("/resources/{kind}/{name}", {
    params: { path: { kind: resource.kind, name: resource.name } },
    body: {
      spec: { ...resource.spec, ...fields },
      base_revision: resource.revision,
      ...(resource.agency ? { agency: resource.agency } : {}),
    },
  });
}
