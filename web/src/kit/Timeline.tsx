// Events in the order they happened.

import type { ReactNode } from "react";
import classes from "./kit.module.css";
import { TONE_ICONS } from "./StatusBadge.tsx";
import type { Tone } from "./status.ts";
import { DateText } from "./text.tsx";

export interface TimelineItem {
  key: string;
  at: string;
  tone: Tone;
  title: ReactNode;
  children?: ReactNode;
}

export function Timeline({
  items,
  trace = false,
}: {
  items: readonly TimelineItem[];
  trace?: boolean;
}) {
  return (
    <ol className={classes.timeline}>
      {items.map((item) => {
        const Icon = TONE_ICONS[item.tone];
        return (
          <li key={item.key}>
            <span className={classes.timelineDot} data-tone={item.tone}>
              <Icon size={18} stroke={1.8} aria-hidden />
            </span>
            <div className={classes.timelineHead}>
              <strong>{item.title}</strong>
              <span className={classes.soft}>
                <DateText value={item.at} as={trace ? "trace" : "time"} />
              </span>
            </div>
            {item.children}
          </li>
        );
      })}
    </ol>
  );
}
