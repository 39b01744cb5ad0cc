// The way of the document through the platform, hop by hop, from the journal.

import type { DocumentDetail } from "../../api/types.ts";
import { EventFacts, useEventWord } from "../../kit/events/events.tsx";
import kit from "../../kit/kit.module.css";
import type { Tone } from "../../kit/status.ts";
import { Timeline } from "../../kit/Timeline.tsx";
import { CodeText } from "../../kit/text.tsx";
import { useT } from "./texts.ts";

const TROUBLES = ["send_failed", "target_unknown", "not_owner", "id_reused", "orphan", "dead"];
const STEPS_DONE = ["sent", "fetched", "accepted", "submitted", "received", "done"];

/** The last part of an event's name tells its tone: "document.send_failed". */
function toneOfEvent(event: string): Tone {
  const last = event.split(".").at(-1) ?? event;
  if (TROUBLES.includes(last)) return "late";
  return STEPS_DONE.includes(last) ? "ok" : "waiting";
}

/** Agencies by name; the journal keeps codes, and the document knows who they are. */
function partyNames({ from, copies }: DocumentDetail): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const party of [from, ...copies.map((copy) => copy.to)]) {
    names.set(party.code, party.name);
    if (party.agency) names.set(party.agency, party.name);
  }
  return names;
}

export function Hops({ document }: { document: DocumentDetail }) {
  const { t } = useT();
  const { hops } = document;
  const names = partyNames(document);
  // Several receivers of one step are told as one text.
  const named = (codes: string) =>
    codes
      .split(", ")
      .map((code) => names.get(code) ?? code)
      .join(", ");
  const eventWord = useEventWord();
  if (hops.length === 0) return <p className={kit.soft}>{t("hops.none")}</p>;
  return (
    <Timeline
      trace
      items={hops.map((hop, index) => ({
        key: `${hop.at} ${index}`,
        at: hop.at,
        tone: toneOfEvent(hop.event),
        title: eventWord(hop.event),
        children: (
          <div className={kit.soft}>
            {hop.from || hop.to ? (
              <div>
                {hop.from ? named(hop.from) : ""} {hop.to ? `→ ${named(hop.to)}` : ""}
              </div>
            ) : null}
            {hop.actor ? <div>{hop.actor}</div> : null}
            <EventFacts detail={hop.detail} />
            {hop.digest ? (
              <div>
                {t("hops.digest")}{" "}
                <CodeText copy short>
                  {hop.digest}
                </CodeText>
              </div>
            ) : null}
          </div>
        ),
      }))}
    />
  );
}
