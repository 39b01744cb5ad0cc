// What went wrong, in the shape of the server's problem answers (RFC 9457).
//
// Owns: turning any failure (answer, lost network, fault of ours) into a `Problem`.
// Not here: how it is shown (`kit/Problem.tsx`).
// Invariant: sentences come from the server; only failures that never reached it have ours.

import type { FieldError, Language, Problem } from "./types.ts";

/** Thrown by the client for every answer that is not a success. */
export class ApiError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.code);
    this.problem = problem;
  }
}

const LOST: Problem = {
  title: "Không kết nối được máy chủ",
  status: 0,
  code: "console.network",
  retryable: true,
  messages: {
    vi: "Không kết nối được máy chủ. Hãy kiểm tra mạng rồi thử lại.",
    en: "The server cannot be reached. Check the network and try again.",
  },
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Reads an answer that is not a success; an answer without a problem body still gets a code. */
export async function readProblem(response: Response): Promise<Problem> {
  const fallback: Problem = {
    title: response.statusText || String(response.status),
    status: response.status,
    code: `http.${response.status}`,
    retryable: response.status >= 500,
    messages: {
      vi: `Máy chủ trả lời mã ${response.status}.`,
      en: `The server answered with status ${response.status}.`,
    },
  };
  try {
    const body: unknown = await response.json();
    if (!isRecord(body) || typeof body.code !== "string") return fallback;
    return { ...fallback, ...(body as Partial<Problem>) };
  } catch {
    return fallback;
  }
}

/** Any thrown value as a problem. */
export function asProblem(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem;
  if (error instanceof TypeError) return LOST;
  return {
    title: "Lỗi của trang",
    status: 0,
    code: "console.fault",
    messages: {
      vi: "Trang gặp lỗi. Hãy tải lại; nếu còn lỗi, báo cho người vận hành.",
      en: "The page failed. Reload it; if it fails again, tell the operator.",
    },
  };
}

export function problemText(problem: Problem, language: Language): string {
  return problem.messages?.[language] ?? problem.title;
}

/** Field errors by pointer, with the prefix of the body's part removed ("/spec/x" → "/x"). */
export function fieldErrors(
  problem: Problem | undefined,
  language: Language,
  prefix = "",
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const error of problem?.errors ?? []) {
    const pointer = stripPrefix(error, prefix);
    found[pointer] ??= error.messages[language] ?? error.code;
  }
  return found;
}

/** The first error of a field or of anything below it. */
export function errorUnder(errors: Record<string, string>, ...pointers: readonly string[]) {
  const found = Object.entries(errors).find(([at]) =>
    pointers.some((pointer) => at === pointer || at.startsWith(`${pointer}/`)),
  );
  return found?.[1];
}

function stripPrefix(error: FieldError, prefix: string): string {
  return prefix && error.pointer.startsWith(`${prefix}/`)
    ? error.pointer.slice(prefix.length)
    : error.pointer;
}
