// A state as colour, icon and word; never colour alone.

import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleMinus,
  IconClock,
  IconHourglassLow,
} from "@tabler/icons-react";
import type { IconType } from "./feature.ts";
import classes from "./kit.module.css";
import { type Tone, toneOf } from "./status.ts";
import { useKitTexts } from "./texts.ts";

export const TONE_ICONS: Record<Tone, IconType> = {
  ok: IconCircleCheck,
  waiting: IconClock,
  soon: IconHourglassLow,
  late: IconAlertTriangle,
  stopped: IconCircleMinus,
};

interface BadgeProps {
  tone: Tone;
  children: string;
}

export function Badge({ tone, children }: BadgeProps) {
  const Icon = TONE_ICONS[tone];
  return (
    <span className={classes.badge} data-tone={tone}>
      <Icon size={14} stroke={2} aria-hidden />
      {children}
    </span>
  );
}

/** The word for a state; an unknown state is shown as it is. */
export function useStateWord() {
  const { word } = useKitTexts();
  return (state: string) => word("state", state) ?? state;
}

/** The name of a queue of deliveries; one that is not known is shown as it is. */
export function useQueueWord() {
  const { word } = useKitTexts();
  return (queue: string) => word("queue", queue.replaceAll(".", "_")) ?? queue;
}

export function StatusBadge({ state }: { state: string }) {
  const stateWord = useStateWord();
  return <Badge tone={toneOf(state)}>{stateWord(state)}</Badge>;
}

/** The result of an event of the journal. */
export function ResultBadge({ result }: { result: string }) {
  const { word } = useKitTexts();
  return <Badge tone={toneOf(result)}>{word("result", result) ?? result}</Badge>;
}

const PRIORITY_TONES: readonly Tone[] = ["stopped", "soon", "soon", "late", "late"];

/** Urgency; nothing for ordinary documents. */
export function PriorityBadge({ priority }: { priority: number }) {
  const { word } = useKitTexts();
  if (priority <= 0) return null;
  const tone = PRIORITY_TONES[priority] ?? "late";
  return <Badge tone={tone}>{word("priority", String(priority)) ?? String(priority)}</Badge>;
}
