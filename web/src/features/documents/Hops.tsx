// The way of the document through the platform, hop by hop, from the journal.

import type { Hop } from "../../api/types.ts";
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

export function Hops({ hops }: { hops: readonly Hop[] }) {
  const { t } = useT();
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
                {hop.from ?? ""} {hop.to ? `→ ${hop.to}` : ""}
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
