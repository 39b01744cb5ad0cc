// Events of the journal in words: their names and the facts that come with them.

import { compareText, formatBytes, formatDateTime } from "../../i18n/format.ts";
import { useLanguage } from "../../i18n/texts.ts";
import classes from "../kit.module.css";
import { isNode } from "../schema/schema.ts";
import { useKitTexts } from "../texts.ts";
import { EVENTS } from "./names.ts";
import { useEventTexts } from "./texts.ts";

/** The words for an event; an unknown one as the server names it. */
export function useEventWord() {
  const { word } = useEventTexts();
  return (event: string) => word("event", event.replaceAll(".", "_")) ?? event;
}

/** The word for the kind of thing that an event is about; an unknown one as the server names it. */
export function useSubjectWord() {
  const { word } = useEventTexts();
  return (kind: string) => word("subject", kind) ?? kind;
}

/** All events that have a word, by that word. */
export function useEventChoices(): readonly { event: string; label: string }[] {
  const eventWord = useEventWord();
  return EVENTS.map((event) => ({ event, label: eventWord(event) })).sort((one, two) =>
    compareText(one.label, two.label),
  );
}

/** Members that stand elsewhere on the page, or mean nothing to a person. */
const SILENT = ["from", "to", "digest", "copy", "copy_id", "message", "message_id"];
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
/** A role at an agency, as the journal writes it: `clerk@H34.01`. */
const GRANT = /^([a-z][a-z-]*)@(\S+)$/;

export type Naming = (group: "value" | "role", code: string) => string | undefined;

/** A value in words: lists with commas, changes with an arrow, times and roles as said here. */
export function factText(value: unknown, name: Naming): string {
  if (value === null || value === undefined) return "—";
  if (typeof value === "boolean") return name("value", String(value)) ?? String(value);
  if (typeof value === "string") {
    if (INSTANT.test(value)) return formatDateTime(value);
    const [, role = "", agency = ""] = GRANT.exec(value) ?? [];
    const called = role ? name("role", role) : undefined;
    if (called) return agency === "*" ? called : `${called} (${agency})`;
    return name("value", value) ?? name("role", value) ?? value;
  }
  if (Array.isArray(value)) return value.map((one) => factText(one, name)).join(", ");
  if (isNode(value) && "before" in value && "after" in value) {
    return `${factText(value.before, name)} → ${factText(value.after, name)}`;
  }
  return JSON.stringify(value);
}

interface FactsProps {
  detail: unknown;
  /** Further members that this page shows itself. */
  silent?: readonly string[];
}

/** The further facts of an event in one line. */
export function EventFacts({ detail, silent = SILENT }: FactsProps) {
  const { word } = useEventTexts();
  const kitWord = useKitTexts().word;
  const language = useLanguage();
  const name: Naming = (group, code) =>
    group === "role" ? kitWord("role", code) : word("value", code);
  if (typeof detail === "string") return <div className={classes.small}>{detail}</div>;
  if (!isNode(detail)) return null;
  const facts = Object.entries(detail).filter(
    ([member, value]) =>
      !silent.includes(member) &&
      value !== null &&
      value !== "" &&
      !(member === "defects" && value === 0) &&
      !isUnchanged(value),
  );
  if (facts.length === 0) return null;
  const said = (member: string, value: unknown): string => {
    if (member === "size_bytes" && typeof value === "number") return formatBytes(value, language);
    if (member === "business_type") return word("business", String(value)) ?? String(value);
    return factText(value, name);
  };
  return (
    <div className={classes.small}>
      {facts
        .map(([member, value]) => `${word("detail", member) ?? member}: ${said(member, value)}`)
        .join(" · ")}
    </div>
  );
}

/** An empty list, or a change from something to the same. */
function isUnchanged(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (!isNode(value) || !("before" in value) || !("after" in value)) return false;
  return JSON.stringify(value.before) === JSON.stringify(value.after);
}
