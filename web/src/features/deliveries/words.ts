// What a delivery carries and where to, in words.

import type { Delivery } from "../../api/types.ts";
import { useQueueWord } from "../../kit/StatusBadge.tsx";
import { useT } from "./texts.ts";

/** An address is an agency, or its tray for status messages behind a stroke. */
function isStatus(address: string): boolean {
  return address.endsWith("/status");
}

/** States in which something will still be tried. */
const OPEN = ["queued", "waiting", "failed"];

/** When it is tried next; null when nothing is left to do, or somebody is at it. */
export function nextAttempt({ state, next_at }: Pick<Delivery, "state" | "next_at">) {
  return OPEN.includes(state) ? (next_at ?? null) : null;
}

export function isDue(next: string, now: number): boolean {
  return Date.parse(next) <= now;
}

export function agencyOf(address: string): string {
  return address.split("/")[0] ?? address;
}

/** The subject of its document; what is no document goes by the name of its queue. */
export function useWhat() {
  const { t } = useT();
  const queueWord = useQueueWord();
  return ({ subject, address, queue }: Pick<Delivery, "subject" | "address" | "queue">) =>
    subject ?? (isStatus(address) ? t("statusMessage") : queueWord(queue));
}
