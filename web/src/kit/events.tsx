// Events of the journal in words: their names and the facts that come with them.

import classes from "./kit.module.css";
import { isNode } from "./schema/schema.ts";
import { useKitTexts } from "./texts.ts";

/** The words for an event; an unknown one as the server names it. */
export function useEventWord() {
  const { word } = useKitTexts();
  return (event: string) => word("event", event.replaceAll(".", "_")) ?? event;
}

/** Members that stand elsewhere on the page, or mean nothing to a person. */
const SILENT = ["from", "to", "digest", "copy", "copy_id", "message", "message_id"];

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The further facts of an event in one line. */
export function EventFacts({ detail }: { detail: unknown }) {
  const { word } = useKitTexts();
  if (typeof detail === "string") return <div className={classes.small}>{detail}</div>;
  if (!isNode(detail)) return null;
  const facts = Object.entries(detail).filter(
    ([name, value]) => !SILENT.includes(name) && value !== null && value !== "",
  );
  if (facts.length === 0) return null;
  return (
    <div className={classes.small}>
      {facts
        .map(([name, value]) => `${word("detail", name) ?? name}: ${textOf(value)}`)
        .join(" · ")}
    </div>
  );
}
