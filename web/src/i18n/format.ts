// How values are written. Pure functions; the language is given, never guessed.
//
// Owns: dates, times, numbers, sizes, durations, order and search without marks.
// Invariant: times are always those of Vietnam (UTC+7), whatever the computer's zone is.

import type { Language } from "../api/types.ts";

const ZONE = "Asia/Ho_Chi_Minh";
const LOCALE: Record<Language, string> = { vi: "vi-VN", en: "en-GB" };

const dateParts = new Intl.DateTimeFormat("en-GB", {
  timeZone: ZONE,
  day: "2-digit",
  month: "2-digit",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hourCycle: "h23",
});

function parts(at: Date): Record<string, string> {
  return Object.fromEntries(dateParts.formatToParts(at).map((part) => [part.type, part.value]));
}

/** Reads what the API writes: RFC 3339 or a bare date. A text that is no date gives null. */
export function readDate(value: string | Date | null | undefined): Date | null {
  if (!value) return null;
  const at =
    typeof value === "string" && value.length === 10
      ? new Date(`${value}T00:00:00+07:00`)
      : new Date(value);
  return Number.isNaN(at.getTime()) ? null : at;
}

/** 05/03/2026 */
export function formatDate(value: string | Date | null | undefined): string {
  const at = readDate(value);
  if (!at) return "";
  const p = parts(at);
  return `${p.day}/${p.month}/${p.year}`;
}

/** 14:05 */
export function formatTime(value: string | Date | null | undefined): string {
  const at = readDate(value);
  if (!at) return "";
  const p = parts(at);
  return `${p.hour}:${p.minute}`;
}

/** 14:05:09.123, for traces */
export function formatTraceTime(value: string | Date | null | undefined): string {
  const at = readDate(value);
  if (!at) return "";
  const p = parts(at);
  return `${p.hour}:${p.minute}:${p.second}.${p.fractionalSecond}`;
}

/** 05/03/2026 14:05 */
export function formatDateTime(value: string | Date | null | undefined): string {
  const at = readDate(value);
  return at ? `${formatDate(at)} ${formatTime(at)}` : "";
}

/** The day in Vietnam as the API wants it: 2026-03-05. */
export function isoDay(at: Date): string {
  const p = parts(at);
  return `${p.year}-${p.month}-${p.day}`;
}

/** The instant at which a day begins in Vietnam, or one of the days after it. */
export function startOfDay(day: string | undefined, later: number): string | undefined {
  const at = readDate(day);
  if (!at) return undefined;
  return new Date(at.getTime() + later * 86_400_000).toISOString();
}

/** The last second of a day in Vietnam: "until the end of 05/03/2026" shows that day everywhere. */
export function endOfDay(day: string): string {
  return `${day}T23:59:59+07:00`;
}

/** Reads a typed day, "5/3/2026" or "05-03-2026"; null when it is none. */
export function readTypedDay(text: string): string | null {
  const found = /^\s*(\d{1,2})[/.\-\s](\d{1,2})[/.\-\s](\d{4})\s*$/.exec(text);
  if (!found) return null;
  const [day, month, year] = [Number(found[1]), Number(found[2]), Number(found[3])];
  const at = new Date(Date.UTC(year, month - 1, day));
  const isReal = at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
  return isReal ? at.toISOString().slice(0, 10) : null;
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000_000],
  ["month", 2_592_000_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/** "3 phút trước", "in 2 hours" */
export function formatRelative(
  value: string | Date | null | undefined,
  language: Language,
  now: Date,
): string {
  const at = readDate(value);
  if (!at) return "";
  const distance_ms = at.getTime() - now.getTime();
  const words = new Intl.RelativeTimeFormat(LOCALE[language], { numeric: "always" });
  for (const [unit, size_ms] of UNITS) {
    if (Math.abs(distance_ms) >= size_ms) {
      return words.format(Math.trunc(distance_ms / size_ms), unit);
    }
  }
  return language === "vi" ? "vừa xong" : "just now";
}

/** "1 giờ 5 phút", the two largest units; with one alone, what grows while one looks stays calm. */
export function formatDuration(duration_ms: number, language: Language, units = 2): string {
  const names = language === "vi" ? ["ngày", "giờ", "phút", "giây"] : ["d", "h", "min", "s"];
  let rest = Math.max(0, Math.floor(duration_ms / 1000));
  const counts = [86_400, 3_600, 60, 1].map((size) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count;
  });
  const first = counts.findIndex((count) => count > 0);
  if (first === -1) return `0 ${names[3]}`;
  return counts
    .map((count, index) =>
      count > 0 && index >= first && index < first + units ? `${count} ${names[index]}` : "",
    )
    .filter(Boolean)
    .join(" ");
}

/** 1.234.567 in Vietnamese, 1,234,567 in English */
export function formatNumber(value: number, language: Language): string {
  return new Intl.NumberFormat(LOCALE[language], { maximumFractionDigits: 2 }).format(value);
}

/** 12,3 MB */
export function formatBytes(size_bytes: number, language: Language): string {
  const units = ["B", "kB", "MB", "GB"];
  let size = size_bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || size >= 100 ? 0 : 1;
  const text = new Intl.NumberFormat(LOCALE[language], { maximumFractionDigits: digits }).format(
    size,
  );
  return `${text} ${units[unit]}`;
}

/** Lower case without marks, `đ` as `d`: for search. */
export function fold(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .replace(/[đĐ]/g, "d")
    .toLowerCase();
}

/** Whether every word of the query occurs, marks ignored. */
export function matches(text: string, query: string): boolean {
  const inside = fold(text);
  return fold(query)
    .split(/\s+/)
    .filter(Boolean)
    .every((word) => inside.includes(word));
}

/** Whether every word of the query begins a word, marks ignored. */
export function beginsWords(text: string, query: string): boolean {
  const words = fold(text).split(/[^a-z0-9]+/);
  return fold(query)
    .split(/\s+/)
    .filter(Boolean)
    .every((wanted) => words.some((word) => word.startsWith(wanted)));
}

const collator = new Intl.Collator("vi", { numeric: true });

/** Vietnamese order. */
export function compareText(a: string, b: string): number {
  return collator.compare(a, b);
}

/** Order of people's names: by the given name, which stands last, then the whole. */
export function comparePersons(a: string, b: string): number {
  const given = (name: string) => name.trim().split(/\s+/).at(-1) ?? "";
  return compareText(given(a), given(b)) || compareText(a, b);
}
