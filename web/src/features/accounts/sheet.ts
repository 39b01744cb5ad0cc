// The columns of a file of accounts, its template, and what the server says about its lines. Pure.
//
// Follows: the columns that `POST /accounts/import` knows; headings in Vietnamese or its own names.

import type { FieldError, ImportLine, Language } from "../../api/types.ts";

export const COLUMNS = [
  "username",
  "display_name",
  "email",
  "agency",
  "kind",
  "given_name",
  "family_name",
  "phone",
  "position",
  "roles",
] as const;
export type SheetColumn = (typeof COLUMNS)[number];

/** Headings that the server reads in each language. */
const HEADINGS: Record<Language, Record<SheetColumn, string>> = {
  vi: {
    username: "Tên đăng nhập",
    display_name: "Họ và tên",
    email: "Thư điện tử",
    agency: "Mã đơn vị",
    kind: "Loại",
    given_name: "Tên",
    family_name: "Họ và tên đệm",
    phone: "Điện thoại",
    position: "Chức vụ",
    roles: "Vai trò",
  },
  en: {
    username: "username",
    display_name: "display_name",
    email: "email",
    agency: "agency",
    kind: "kind",
    given_name: "given_name",
    family_name: "family_name",
    phone: "phone",
    position: "position",
    roles: "roles",
  },
};

/** The first line of a template. */
export function templateHead(language: Language): string[] {
  return COLUMNS.map((column) => HEADINGS[language][column]);
}

/** The column that an error is about; nothing for the line as a whole. */
export function columnOf(error: Pick<FieldError, "pointer">): SheetColumn | null {
  const names = error.pointer.split("/");
  return COLUMNS.find((known) => names.includes(known)) ?? null;
}

export type Part = "all" | "error" | "create" | "change" | "same";

/** The lines of one part, broken ones first when all are asked for. */
export function linesOf(lines: readonly ImportLine[], part: Part): ImportLine[] {
  if (part !== "all") return lines.filter((line) => line.act === part);
  const broken = (line: ImportLine) => (line.act === "error" ? 0 : 1);
  return [...lines].sort((one, other) => broken(one) - broken(other) || one.line - other.line);
}
