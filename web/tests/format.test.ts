// How values are written in both languages.
import { describe, expect, it } from "vitest";
import {
  beginsWords,
  comparePersons,
  compareText,
  fold,
  formatBytes,
  formatDate,
  formatDateTime,
  formatDuration,
  formatNumber,
  formatRelative,
  formatTraceTime,
  isoDay,
  matches,
  readTypedDay,
} from "../src/i18n/format.ts";

describe("dates", () => {
  it("are those of Vietnam, with leading zeros", () => {
    expect(formatDate("2026-03-04T18:30:00Z")).toBe("05/03/2026");
    expect(formatDateTime("2026-03-05T07:05:00Z")).toBe("05/03/2026 14:05");
    expect(formatTraceTime("2026-03-05T07:05:09.123Z")).toBe("14:05:09.123");
    expect(isoDay(new Date("2026-03-04T17:00:00Z"))).toBe("2026-03-05");
  });

  it("keep a bare day on its day", () => {
    expect(formatDate("2026-01-01")).toBe("01/01/2026");
  });

  it("are empty for nothing and for nonsense", () => {
    expect(formatDate(null)).toBe("");
    expect(formatDateTime("hôm qua")).toBe("");
  });

  it.each([
    ["5/3/2026", "2026-03-05"],
    ["05-03-2026", "2026-03-05"],
    [" 29.2.2024 ", "2024-02-29"],
    ["29/2/2025", null],
    ["31/4/2026", null],
    ["2026-03-05", null],
    ["", null],
  ])("typed as %j read as %j", (typed, day) => {
    expect(readTypedDay(typed)).toBe(day);
  });

  it("are told relative to now", () => {
    const now = new Date("2026-03-05T07:05:00Z");
    expect(formatRelative("2026-03-05T07:02:00Z", "vi", now)).toBe("3 phút trước");
    expect(formatRelative("2026-03-05T07:04:30Z", "vi", now)).toBe("vừa xong");
    expect(formatRelative("2026-03-05T09:05:00Z", "en", now)).toBe("in 2 hours");
    expect(formatRelative("2026-03-04T07:05:00Z", "vi", now)).toBe("1 ngày trước");
  });
});

describe("numbers", () => {
  it("have the separators of the language", () => {
    expect(formatNumber(1234567.89, "vi")).toBe("1.234.567,89");
    expect(formatNumber(1234567.89, "en")).toBe("1,234,567.89");
  });

  it("of bytes and times have units", () => {
    expect(formatBytes(512, "vi")).toBe("512 B");
    expect(formatBytes(12_345_678, "vi")).toBe("12,3 MB");
    expect(formatBytes(245_123, "en")).toBe("245 kB");
    expect(formatDuration(754_000, "vi")).toBe("12 phút 34 giây");
    expect(formatDuration(90_000_000, "vi")).toBe("1 ngày 1 giờ");
    expect(formatDuration(400, "en")).toBe("0 s");
    expect(formatDuration(754_000, "vi", 1)).toBe("12 phút");
  });
});

describe("search and order", () => {
  it("ignore marks, with đ as d", () => {
    expect(fold("Đắk Glei, Ngọk Réo")).toBe("dak glei, ngok reo");
    expect(matches("Ủy ban nhân dân huyện Đắk Tô", "uy ban dak to")).toBe(true);
    expect(matches("Sở Nội vụ", "so noi vu 2")).toBe(false);
  });

  it("know where words begin", () => {
    expect(beginsWords("Báo cáo an toàn", "an")).toBe(true);
    expect(beginsWords("Tổng quan", "an")).toBe(false);
    expect(beginsWords("Lượt gửi", "gui luot")).toBe(true);
  });

  it("find a decomposed text by a composed query", () => {
    expect(matches("Sở Nội vụ".normalize("NFD"), "nội vụ")).toBe(true);
  });

  it("follow Vietnamese", () => {
    const words = ["Ân", "Đào", "Dung", "An", "Ánh", "Ăn"];
    expect([...words].sort(compareText)).toEqual(["An", "Ánh", "Ăn", "Ân", "Dung", "Đào"]);
  });

  it("sort people by their given name", () => {
    const people = ["Trần Văn Bình", "Lê Thị An", "Đỗ Văn An", "Nguyễn Văn Cường"];
    expect([...people].sort(comparePersons)).toEqual([
      "Đỗ Văn An",
      "Lê Thị An",
      "Trần Văn Bình",
      "Nguyễn Văn Cường",
    ]);
  });
});
