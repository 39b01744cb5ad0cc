// What a run of a directory did, read out of its report.
//
// Owns: the numbers in the order in which they are shown, the lines about single people.
// Follows: `crates/directory/src/federation/report.rs`.

import type { DirectoryRun, Text } from "../../api/types.ts";
import { isNode } from "../../kit/schema/schema.ts";
import type { Tone } from "../../kit/status.ts";

export const COUNTS = [
  "read",
  "created",
  "changed",
  "locked",
  "unlocked",
  "conflicts",
  "skipped",
  "groups",
] as const;
export type Count = (typeof COUNTS)[number];

export const ACTS = ["create", "change", "lock", "unlock", "conflict", "skip"] as const;

/** The server keeps this many lines of a run; beyond them only numbers grow. */
export const LINES_MAX = 100;

export interface Report {
  counts: Record<Count, number>;
  stopped: string;
  /** The same in both languages; absent in reports of older releases. */
  stoppedReason: Text | null;
  failure: string;
  failureReason: Text | null;
  lines: { act: string; name: string }[];
}

function lineOf(line: unknown): { act: string; name: string }[] {
  if (!Array.isArray(line)) return [];
  const [act, name]: unknown[] = line;
  return typeof act === "string" && typeof name === "string" ? [{ act, name }] : [];
}

/** The words of a reason that the server gives with an id. */
function reasonOf(reason: unknown): Text | null {
  const words = isNode(reason) ? reason.messages : null;
  if (!isNode(words) || typeof words.vi !== "string" || typeof words.en !== "string") return null;
  return { vi: words.vi, en: words.en };
}

export function reportOf(run: Pick<DirectoryRun, "report">): Report {
  const told = isNode(run.report) ? run.report : {};
  const number = (count: Count) => (typeof told[count] === "number" ? told[count] : 0);
  const text = (field: string) => (typeof told[field] === "string" ? told[field] : "");
  const lines: unknown[] = Array.isArray(told.lines) ? told.lines : [];
  return {
    counts: {
      read: number("read"),
      created: number("created"),
      changed: number("changed"),
      locked: number("locked"),
      unlocked: number("unlocked"),
      conflicts: number("conflicts"),
      skipped: number("skipped"),
      groups: number("groups"),
    },
    stopped: text("stopped"),
    stoppedReason: reasonOf(told.stopped_reason),
    failure: text("failure"),
    failureReason: reasonOf(told.failure_reason),
    lines: lines.flatMap(lineOf),
  };
}

/** "12 of 40 known people are missing, more than 10 %": the three numbers of the guard. */
export function guardOf(
  stopped: string,
): { missing: number; known: number; percent: number } | null {
  const found = /^(\d+) of (\d+) .*?(\d+) ?%$/.exec(stopped);
  if (!found) return null;
  return { missing: Number(found[1]), known: Number(found[2]), percent: Number(found[3]) };
}

export const RUN_STATES = ["queued", "done", "stopped", "failed"] as const;
export type RunState = (typeof RUN_STATES)[number];

export const RUN_TONES: Record<RunState, Tone> = {
  queued: "waiting",
  done: "ok",
  stopped: "soon",
  failed: "late",
};

export function stateOf(run: Pick<DirectoryRun, "state">): RunState {
  return RUN_STATES.find((state) => state === run.state) ?? "queued";
}
