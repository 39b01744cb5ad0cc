// What happened to an account, newest first, from the journal.

import { api } from "../../api/client.ts";
import type { Account, JournalEvent } from "../../api/types.ts";
import { AppLink, address } from "../../kit/address.tsx";
import { EventFacts, useEventWord } from "../../kit/events/events.tsx";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { Loaded } from "../../kit/states.tsx";
import { toneOf } from "../../kit/status.ts";
import { Timeline } from "../../kit/Timeline.tsx";
import { useT } from "./texts.ts";

/** Events shown; the journal has them all. */
const EVENTS_MAX = 40;
/** Members that the line says itself, or that mean nothing to a person. */
const SILENT = ["session", "device", "secret"];

export function History({ account }: { account: Account }) {
  const { t } = useT();
  const query = api.useQuery("get", "/journal", {
    params: { query: { class: "audit", subject: account.username, limit: EVENTS_MAX } },
  });
  return (
    <Panel
      title={t("history.title")}
      actions={
        <AppLink href={address.journal({ class: "audit", subject: account.username })}>
          {t("history.all")}
        </AppLink>
      }
    >
      <Loaded query={query}>
        {(page) =>
          page.items.length === 0 ? (
            <p className={kit.soft}>{t("history.none")}</p>
          ) : (
            <Events events={page.items} own={account.username} />
          )
        }
      </Loaded>
    </Panel>
  );
}

function Events({ events, own }: { events: readonly JournalEvent[]; own: string }) {
  const { t } = useT();
  const eventWord = useEventWord();
  return (
    <Timeline
      items={events.map((event) => ({
        key: String(event.id),
        at: event.at,
        tone: toneOf(event.result),
        title: eventWord(event.action),
        children: (
          <>
            <div className={`${kit.soft} ${kit.small}`}>
              {event.actor === own ? t("history.self") : t("history.by", { name: event.actor })}
              {event.address ? ` · ${event.address}` : ""}
            </div>
            {event.ground ? <div className={kit.small}>{event.ground}</div> : null}
            <EventFacts detail={event.detail} silent={SILENT} />
          </>
        ),
      }))}
    />
  );
}
