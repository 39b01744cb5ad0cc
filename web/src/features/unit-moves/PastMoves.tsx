// Moves of units that were planned or made, from the journal.

import { api } from "../../api/client.ts";
import type { JournalEvent } from "../../api/types.ts";
import { useAgencyName } from "../../kit/AgencySelect.tsx";
import { AppLink, address } from "../../kit/address.tsx";
import { EventFacts, useEventWord } from "../../kit/events/events.tsx";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { isNode } from "../../kit/schema/schema.ts";
import { Loaded } from "../../kit/states.tsx";
import { Timeline } from "../../kit/Timeline.tsx";
import { useT } from "./texts.ts";

const EVENTS_MAX = 20;
const SILENT = ["from", "to"];

export function PastMoves() {
  const { t } = useT();
  const eventWord = useEventWord();
  const query = api.useQuery("get", "/journal", {
    params: { query: { action: "unit.", limit: EVENTS_MAX } },
  });
  return (
    <Panel
      title={t("past.title")}
      actions={<AppLink href={address.journal({ action: "unit." })}>{t("past.all")}</AppLink>}
    >
      <Loaded query={query} rows={2}>
        {(page) =>
          page.items.length === 0 ? (
            <p className={kit.soft}>{t("past.none")}</p>
          ) : (
            <Timeline
              items={page.items.map((event) => ({
                key: String(event.id),
                at: event.at,
                tone: event.action === "unit.moved" ? "ok" : "waiting",
                title: eventWord(event.action),
                children: <PastMove event={event} />,
              }))}
            />
          )
        }
      </Loaded>
    </Panel>
  );
}

function PastMove({ event }: { event: JournalEvent }) {
  const { t } = useT();
  const detail: unknown = event.detail;
  const to = isNode(detail) && typeof detail.to === "string" ? detail.to : null;
  const from = useAgencyName(event.subject);
  const target = useAgencyName(to);
  return (
    <>
      <div>{t("past.way", { from, to: target })}</div>
      <div className={`${kit.soft} ${kit.small}`}>
        {[t("past.by", { name: event.actor }), event.ground].filter(Boolean).join(" · ")}
      </div>
      <EventFacts detail={event.detail} silent={SILENT} />
    </>
  );
}
