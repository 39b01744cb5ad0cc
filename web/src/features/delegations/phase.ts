// Where a delegation stands today, out of its state and its dates. Pure.

import type { Delegation } from "../../api/types.ts";
import type { Tone } from "../../kit/status.ts";

export type Phase = "proposed" | "lapsed" | "upcoming" | "active" | "ended" | "revoked";

export function phaseOf(one: Pick<Delegation, "state" | "from" | "until">, now: Date): Phase {
  if (one.state === "revoked") return "revoked";
  const isOver = new Date(one.until) <= now;
  if (one.state === "proposed") return isOver ? "lapsed" : "proposed";
  if (isOver) return "ended";
  return new Date(one.from) > now ? "upcoming" : "active";
}

export const PHASE_TONES: Record<Phase, Tone> = {
  proposed: "waiting",
  lapsed: "stopped",
  upcoming: "soon",
  active: "ok",
  ended: "stopped",
  revoked: "stopped",
};

/** Whether there is still something to take back. */
export function isOpen(phase: Phase): boolean {
  return phase === "proposed" || phase === "upcoming" || phase === "active";
}
