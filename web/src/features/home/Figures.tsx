// Key figures; each leads to the list behind it.

import type { ReactNode } from "react";
import type { Overview } from "../../api/types.ts";
import { formatDuration, formatNumber } from "../../i18n/format.ts";
import { useLanguage } from "../../i18n/texts.ts";
import { AppLink, address } from "../../kit/address.tsx";
import { TONE_ICONS } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import type { Tone } from "../../kit/status.ts";
import classes from "./home.module.css";
import { useT } from "./texts.ts";

/** What opens the list of deliveries. */
const DELIVERIES = "ledger.delivery.read";

export function Figures({ overview }: { overview: Overview }) {
  const { t } = useT();
  const language = useLanguage();
  const can = useCan();
  const mayOpen = (href: string) => !href.startsWith(address.deliveries()) || can(DELIVERIES);
  const { figures } = overview;
  const oldest = figures.oldest_waiting_ms ?? 0;
  const list = [
    { name: "documents", value: figures.documents, tone: "ok", href: address.documents() },
    {
      name: "deliveries",
      value: figures.deliveries,
      tone: "ok",
      href: address.deliveries({ state: "delivered" }),
    },
    {
      name: "waiting",
      value: figures.waiting,
      tone: "waiting",
      href: address.deliveries({ state: "queued" }),
      note:
        oldest > 0
          ? t("figures.oldest", { age: formatDuration(oldest, language, 1) })
          : t("figures.noneWaiting"),
    },
    {
      name: "failed",
      value: figures.failed,
      tone: "soon",
      href: address.deliveries({ state: "failed" }),
    },
    {
      name: "dead",
      value: figures.dead,
      tone: "late",
      href: address.deliveries({ state: "dead" }),
    },
    { name: "late", value: figures.late, tone: "late", href: address.documents({ late: "true" }) },
  ] as const;
  return (
    <ul className={classes.figures}>
      {list.map((figure) => {
        const tone: Tone = figure.value === 0 && figure.tone !== "waiting" ? "ok" : figure.tone;
        const Icon = TONE_ICONS[tone];
        return (
          <li key={figure.name}>
            <Way href={mayOpen(figure.href) ? figure.href : null} tone={tone}>
              <span className={classes.figureLabel}>
                <Icon size={16} stroke={1.8} aria-hidden />
                {t(`figures.${figure.name}`)}
              </span>
              <span className={classes.figureValue} data-figure={figure.name}>
                {formatNumber(figure.value, language)}
              </span>
              <span className={classes.figureNote}>
                {"note" in figure ? figure.note : t(`figures.${figure.name}Note`)}
              </span>
            </Way>
          </li>
        );
      })}
    </ul>
  );
}

/** A figure leads to the list behind it, if the person may open that. */
function Way({ href, tone, children }: { href: string | null; tone: Tone; children: ReactNode }) {
  return href ? (
    <AppLink href={href} className={classes.figure} data-tone={tone}>
      {children}
    </AppLink>
  ) : (
    <div className={classes.figure} data-tone={tone}>
      {children}
    </div>
  );
}
