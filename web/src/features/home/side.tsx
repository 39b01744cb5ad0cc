// The right column: connection to the axis, queues, alarms.

import type { Alarm, Overview } from "../../api/types.ts";
import { formatDuration, formatNumber } from "../../i18n/format.ts";
import { useLanguage, useText } from "../../i18n/texts.ts";
import { AppLink, address } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { StatusBadge, useQueueWord } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import { DateText } from "../../kit/text.tsx";
import classes from "./home.module.css";
import { useT } from "./texts.ts";

const ALARMS_SHOWN = 8;

export function Transport({ overview }: { overview: Overview }) {
  const { t } = useT();
  const { upstream, queues } = overview;
  return (
    <Panel title={t("transport.title")}>
      {upstream ? (
        <div className={classes.axisState}>
          <div>
            <strong>{t("transport.axis")}</strong>
            <div className={kit.soft}>
              {t("transport.waiting", { count: upstream.waiting })}
              {upstream.last_success_at ? (
                <>
                  {" · "}
                  {t("transport.lastSuccess")}{" "}
                  <DateText value={upstream.last_success_at} as="relative" />
                </>
              ) : null}
            </div>
          </div>
          <StatusBadge state={upstream.state} />
        </div>
      ) : (
        <p className={kit.soft}>{t("transport.noAxis")}</p>
      )}
      {queues.length > 0 ? <Queues queues={queues} /> : null}
    </Panel>
  );
}

function Queues({ queues }: { queues: Overview["queues"] }) {
  const { t } = useT();
  const language = useLanguage();
  const queueWord = useQueueWord();
  const can = useCan();
  const mayOpen = can("ledger.delivery.read");
  return (
    <table className={classes.queues}>
      <thead>
        <tr>
          <th scope="col">{t("transport.queue")}</th>
          <th scope="col">{t("transport.queued")}</th>
          <th scope="col">{t("transport.leased")}</th>
          <th scope="col">{t("transport.dead")}</th>
          <th scope="col">{t("transport.oldest")}</th>
        </tr>
      </thead>
      <tbody>
        {queues.map((queue) => (
          <tr key={queue.queue}>
            <th scope="row">
              {mayOpen ? (
                <AppLink href={address.deliveries({ queue: queue.queue })}>
                  {queueWord(queue.queue)}
                </AppLink>
              ) : (
                queueWord(queue.queue)
              )}
            </th>
            <td>{formatNumber(queue.queued, language)}</td>
            <td>{formatNumber(queue.leased, language)}</td>
            <td data-bad={queue.dead > 0 || undefined}>{formatNumber(queue.dead, language)}</td>
            <td>{queue.oldest_ms ? formatDuration(queue.oldest_ms, language, 1) : "—"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Alarms({ alarms }: { alarms: readonly Alarm[] }) {
  const { t } = useT();
  const text = useText();
  return (
    <Panel
      title={t("alarms.title")}
      actions={
        <AppLink href={address.alarms()} className={classes.more}>
          {t("alarms.all")}
        </AppLink>
      }
    >
      {alarms.length === 0 ? <p className={classes.calm}>{t("alarms.none")}</p> : null}
      <ul className={classes.feed}>
        {alarms.slice(0, ALARMS_SHOWN).map((alarm) => (
          <li key={alarm.id}>
            <div className={classes.feedHead}>
              <StatusBadge state={alarm.severity} />
              <span className={kit.soft}>
                <DateText value={alarm.raised_at} as="relative" />
              </span>
            </div>
            {alarm.document_id ? (
              <AppLink href={address.document(alarm.document_id)} className={classes.feedTitle}>
                {text(alarm.message)}
              </AppLink>
            ) : (
              <span>{text(alarm.message)}</span>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
