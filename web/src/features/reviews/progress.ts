// How far a review is, and how late. Pure.
//
// Follows: the server's rule: 14 days past its due date the unit above is told, 30 days past it
// accounts that nobody decided on are locked.

import type { Review } from "../../api/types.ts";
import type { Tone } from "../../kit/status.ts";

const DAY_MS = 86_400_000;
export const ESCALATED_AFTER_DAYS = 14;
export const LOCKED_AFTER_DAYS = 30;

export type Stage = "open" | "late" | "escalated" | "closed";
type Dated = Pick<Review, "due_at" | "closed_at" | "escalated_at">;

/** Whole days past the due date; 0 when it is not past. */
export function daysLate(review: Dated, now: Date): number {
  return Math.max(0, Math.floor((now.getTime() - new Date(review.due_at).getTime()) / DAY_MS));
}

export function stageOf(review: Dated, now: Date): Stage {
  if (review.closed_at) return "closed";
  if (review.escalated_at) return "escalated";
  return new Date(review.due_at) < now ? "late" : "open";
}

export const STAGE_TONES: Record<Stage, Tone> = {
  open: "waiting",
  late: "soon",
  escalated: "late",
  closed: "ok",
};

/** The day on which undecided accounts are locked. */
export function lockDay(review: Dated): Date {
  return new Date(new Date(review.due_at).getTime() + LOCKED_AFTER_DAYS * DAY_MS);
}

/** Decided lines, whole percent; a review without lines is done. */
export function percentDone(review: Pick<Review, "lines" | "open_lines">): number {
  if (review.lines === 0) return 100;
  return Math.floor(((review.lines - review.open_lines) / review.lines) * 100);
}

/** Days without use after which a line deserves a look; the idle rule locks at 45. */
const UNUSED_DAYS = 30;

export function isUnused(last_used_at: string, now: Date): boolean {
  return now.getTime() - new Date(last_used_at).getTime() > UNUSED_DAYS * DAY_MS;
}
