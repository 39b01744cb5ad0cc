// Reads the JSON Schemas of resource kinds (the subset that the platform derives from its types).
//
// Owns: references, nullable unions, enums, tagged unions, order, labels; starting values.
// Not here: drawing (`SchemaForm.tsx`), validation (the server).
// Invariant: a shape that is not understood becomes a JSON field, never a blank or an error.

import type { Language } from "../../api/types.ts";

export type Node = Record<string, unknown>;

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
const DEPTH_MAX = 12;

export interface Option {
  value: string | number;
  label: string;
}
export interface Property {
  name: string;
  node: Node;
  isRequired: boolean;
}
export interface Variant {
  label: string;
  /** Members that tell this variant from the others, with their fixed values. */
  fixed: Node;
  properties: readonly Property[];
}

export type Shape =
  | { type: "text"; widget: string }
  | { type: "number"; isInteger: boolean; minimum?: number; maximum?: number }
  | { type: "boolean" }
  | { type: "choice"; options: readonly Option[] }
  | { type: "list"; item: Node; options?: readonly Option[] }
  | { type: "group"; properties: readonly Property[] }
  | { type: "map"; item: Node }
  | { type: "variants"; variants: readonly Variant[] }
  | { type: "json" };

/** Follows `$ref`; members beside it (labels) win over those of the target. */
export function resolve(node: Node, root: Node, depth = 0): Node {
  const ref = node.$ref;
  if (typeof ref !== "string" || depth > DEPTH_MAX) return node;
  const found = ref
    .replace(/^#\//, "")
    .split("/")
    .reduce<unknown>((at, key) => (isNode(at) ? at[key] : undefined), root);
  if (!isNode(found)) return {};
  const { $ref: _, ...own } = node;
  return resolve({ ...found, ...own }, root, depth + 1);
}

function branches(node: Node): Node[] {
  const list = node.oneOf ?? node.anyOf;
  return Array.isArray(list) ? list.filter(isNode) : [];
}

function isNull(node: Node): boolean {
  return node.type === "null";
}

/** The schema without "or null", and whether null was allowed. */
export function withoutNull(node: Node, root: Node): { node: Node; isNullable: boolean } {
  const whole = resolve(node, root);
  if (Array.isArray(whole.type)) {
    const types = whole.type.filter((type) => type !== "null");
    const isNullable = types.length < whole.type.length;
    return { node: { ...whole, type: types.length === 1 ? types[0] : types }, isNullable };
  }
  const all = branches(whole);
  const real = all.filter((branch) => !isNull(branch));
  if (real.length === all.length) return { node: whole, isNullable: false };
  const { oneOf: _a, anyOf: _b, ...own } = whole;
  const only = real[0];
  if (real.length === 1 && only) {
    return { node: { ...resolve(only, root), ...own }, isNullable: true };
  }
  return { node: { ...own, oneOf: real }, isNullable: true };
}

function label(node: Node, language: Language): string | undefined {
  const texts = node["x-label"];
  if (isNode(texts) && typeof texts[language] === "string") return texts[language];
  return typeof node.title === "string" ? node.title : undefined;
}

export function labelOf(node: Node, name: string, language: Language): string {
  return label(node, language) ?? humanise(name);
}

/** Help beside a field. Descriptions are written in English; other languages need `x-help`. */
export function helpOf(node: Node, language: Language): string | undefined {
  const help = node["x-help"];
  if (isNode(help) && typeof help[language] === "string") return help[language];
  if (language !== "en") return undefined;
  return typeof node.description === "string" ? node.description : undefined;
}

function humanise(name: string): string {
  const words = name.replaceAll(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function optionOf(value: unknown, node: Node, language: Language): Option | null {
  if (typeof value !== "string" && typeof value !== "number") return null;
  return { value, label: label(node, language) ?? String(value) };
}

/** Choices of an `enum`, a `const`, or a `oneOf` of constants. */
function choices(node: Node, language: Language): Option[] | null {
  const labels = isNode(node["x-labels"]) ? node["x-labels"] : {};
  const one = (value: unknown, own: Node) => {
    const named = labels[String(value)];
    return optionOf(value, isNode(named) ? { "x-label": named } : own, language);
  };
  if (Array.isArray(node.enum)) {
    const found = node.enum.map((value) => one(value, {})).filter((option) => option !== null);
    return found.length > 0 ? found : null;
  }
  const all = branches(node);
  if (all.length === 0) return null;
  const found: Option[] = [];
  for (const branch of all) {
    const values = Array.isArray(branch.enum)
      ? branch.enum
      : "const" in branch
        ? [branch.const]
        : [];
    if (values.length === 0) return null;
    for (const value of values) {
      const option = one(value, branch);
      if (!option) return null;
      found.push(option);
    }
  }
  return found;
}

function propertiesOf(node: Node): Property[] {
  if (!isNode(node.properties)) return [];
  const required = Array.isArray(node.required) ? node.required : [];
  const list = Object.entries(node.properties).flatMap(([name, property]) =>
    isNode(property) ? [{ name, node: property, isRequired: required.includes(name) }] : [],
  );
  const order = (property: Property) => {
    const place = property.node["x-order"];
    return typeof place === "number" ? place : Number.MAX_SAFE_INTEGER;
  };
  return list.sort((a, b) => order(a) - order(b));
}

function variantsOf(node: Node, root: Node, language: Language): Variant[] | null {
  const found: Variant[] = [];
  for (const branch of branches(node)) {
    const whole = resolve(branch, root);
    if (!isNode(whole.properties)) return null;
    const fixed: Node = {};
    for (const [name, property] of Object.entries(whole.properties)) {
      if (isNode(property) && "const" in property) fixed[name] = property.const;
    }
    if (Object.keys(fixed).length === 0) return null;
    found.push({
      label: label(whole, language) ?? Object.values(fixed).map(String).join(", "),
      fixed,
      properties: propertiesOf(whole).filter((property) => !(property.name in fixed)),
    });
  }
  return found.length > 0 ? found : null;
}

/** What kind of field draws this schema (already without null). */
export function shapeOf(node: Node, root: Node, language: Language): Shape {
  const widget = typeof node["x-widget"] === "string" ? node["x-widget"] : "";
  if (widget.startsWith("code:json")) return { type: "json" };
  const options = choices(node, language);
  if (options) return { type: "choice", options };
  const variants = variantsOf(node, root, language);
  if (variants) return { type: "variants", variants };
  switch (node.type) {
    case "string":
      return {
        type: "text",
        widget: widget || (typeof node.format === "string" ? node.format : ""),
      };
    case "integer":
    case "number":
      return {
        type: "number",
        isInteger: node.type === "integer",
        ...(typeof node.minimum === "number" ? { minimum: node.minimum } : {}),
        ...(typeof node.maximum === "number" ? { maximum: node.maximum } : {}),
      };
    case "boolean":
      return { type: "boolean" };
    case "array": {
      if (!isNode(node.items)) return { type: "json" };
      const plain = withoutNull(node.items, root).node;
      // "refs:agency" on the list means "ref:agency" on each item.
      const item = widget.startsWith("refs:")
        ? { ...plain, "x-widget": `ref:${widget.slice(5)}` }
        : plain;
      const inside = choices(item, language);
      return inside ? { type: "list", item, options: inside } : { type: "list", item };
    }
    case "object": {
      const properties = propertiesOf(node);
      if (properties.length > 0) return { type: "group", properties };
      if (isNode(node.additionalProperties))
        return { type: "map", item: node.additionalProperties };
      return { type: "json" };
    }
    default:
      return isNode(node.properties)
        ? { type: "group", properties: propertiesOf(node) }
        : { type: "json" };
  }
}

/** What a new value of this schema starts as. */
export function startOf(node: Node, root: Node, depth = 0): unknown {
  const { node: inner, isNullable } = withoutNull(node, root);
  if ("default" in inner) return structuredClone(inner.default);
  if ("const" in inner) return inner.const;
  if (isNullable || depth > DEPTH_MAX) return null;
  const shape = shapeOf(inner, root, "en");
  switch (shape.type) {
    case "text":
      return "";
    case "number":
      return shape.minimum ?? 0;
    case "boolean":
      return false;
    case "choice":
      return shape.options[0]?.value ?? null;
    case "list":
      return [];
    case "map":
      return {};
    case "group":
      return startOfProperties(shape.properties, root, depth);
    case "variants": {
      const first = shape.variants[0];
      return first ? { ...first.fixed, ...startOfProperties(first.properties, root, depth) } : {};
    }
    case "json":
      return null;
  }
}

export function startOfProperties(properties: readonly Property[], root: Node, depth = 0): Node {
  const value: Node = {};
  for (const property of properties) {
    if (property.isRequired || "default" in resolve(property.node, root)) {
      value[property.name] = startOf(property.node, root, depth + 1);
    }
  }
  return value;
}

/** One more step of a JSON pointer. */
export function pointerTo(pointer: string, key: string | number): string {
  return `${pointer}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
