// What each state word of the server means to the eye: its tone; which queues there are. Words are
// in vi.json / en.json.
//
// Follows: docs/specs on documents: status codes 01–16 and the transport states of a copy.

export type Tone = "ok" | "waiting" | "soon" | "late" | "stopped";

const TONES: Record<string, Tone> = {
  // Status codes of a copy.
  "01": "waiting",
  "02": "late",
  "03": "ok",
  "04": "waiting",
  "05": "waiting",
  "06": "ok",
  "13": "soon",
  "15": "ok",
  "16": "late",
  // Transport of a copy, states of a delivery.
  accepted: "waiting",
  acknowledged: "ok",
  cancelled: "stopped",
  dead: "late",
  delivered: "ok",
  failed: "late",
  fetched: "ok",
  leased: "waiting",
  listed: "soon",
  parked: "waiting",
  queued: "waiting",
  sent: "ok",
  // Effects of later documents.
  replaced: "stopped",
  update_asked: "soon",
  withdrawal_asked: "soon",
  withdrawn: "stopped",
  // Summaries of a document.
  finished: "ok",
  mixed: "waiting",
  refused: "late",
  rejected: "late",
  waiting: "waiting",
  // Alarms, health, results of events, accounts.
  open: "late",
  closed: "stopped",
  up: "ok",
  degraded: "soon",
  down: "late",
  critical: "late",
  warning: "soon",
  info: "waiting",
  ok: "ok",
  enabled: "ok",
  disabled: "stopped",
  locked: "late",
  invited: "waiting",
  idle: "soon",
  left: "stopped",
};

/** The queues of deliveries that this release knows, those of documents first. */
export const QUEUES = [
  "mailbox",
  "vxp",
  "vxp-in",
  "identity.mail",
  "oidc.logout",
  "saml-logout",
  "cas-logout",
  "directory-run",
] as const;

export function toneOf(state: string): Tone {
  return TONES[state] ?? "stopped";
}
