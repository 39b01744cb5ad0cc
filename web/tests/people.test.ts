// Pure parts of the pages for people: states, files, moves, delegations, reviews, policies, decisions.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 as reference } from "node:zlib";
import { describe, expect, it } from "vitest";
import { proofAddress } from "../src/api/client.ts";
import type { Grant, ImportLine, Review } from "../src/api/types.ts";
import { patchOf } from "../src/features/accounts/EditDialog.tsx";
import { partGrants } from "../src/features/accounts/ending.ts";
import { columnOf, linesOf, templateHead } from "../src/features/accounts/sheet.ts";
import { isShut, stateOf } from "../src/features/accounts/states.ts";
import { isOpen, phaseOf } from "../src/features/delegations/phase.ts";
import { cedarDiff } from "../src/features/policies/diff.ts";
import {
  cedarError,
  EXAMPLES,
  effectOf,
  nameFrom,
  policyOf,
} from "../src/features/policies/spec.ts";
import {
  daysLate,
  isUnused,
  lockDay,
  percentDone,
  stageOf,
} from "../src/features/reviews/progress.ts";
import { browserName } from "../src/kit/browser.ts";
import { actsOf, findActs, policyName } from "../src/kit/decision/permissions.ts";
import { factText } from "../src/kit/events/events.tsx";
import { EVENTS } from "../src/kit/events/names.ts";
import words from "../src/kit/events/vi.json" with { type: "json" };
import { columnName, crc32, toXlsx } from "../src/kit/xlsx.ts";
import { filesUnder, WEB } from "./files.ts";

const NOW = new Date("2026-11-26T08:00:00Z");

describe("an account's state", () => {
  it("is the lock first, then what the server says, and active is said as in use", () => {
    expect(stateOf({ locked: true, state: "active" })).toBe("locked");
    expect(stateOf({ locked: false, state: "active" })).toBe("enabled");
    expect(stateOf({ locked: false, state: "invited" })).toBe("invited");
    expect(isShut({ locked: false, state: "idle" })).toBe(true);
    expect(isShut({ locked: false, state: "disabled" })).toBe(false);
  });
});

describe("editing an account", () => {
  const before = {
    display_name: "Y Ngọc",
    email: "y@x.example",
    family_name: "",
    given_name: "",
    phone: "0912",
    position: "",
    from: "",
    until: "2026-12-31",
  };
  it("sends what is known as a whole and removes what was emptied", () => {
    const patch = patchOf(before, { ...before, email: " ", position: " Chuyên viên " });
    expect(patch).toMatchObject({ display_name: "Y Ngọc", email: null });
    expect(patch.person).toEqual({
      family_name: null,
      given_name: null,
      phone: "0912",
      position: "Chuyên viên",
    });
  });
  it("leaves days alone that nobody touched, and ends a day with its last second", () => {
    expect(patchOf(before, before)).not.toHaveProperty("valid_until");
    expect(patchOf(before, { ...before, until: "" }).valid_until).toBeNull();
    const { valid_until } = patchOf(before, { ...before, until: "2027-01-31" });
    expect(valid_until).toBe("2027-01-31T23:59:59+07:00");
  });
});

describe("a missing proof", () => {
  it("leads to sign-in at the level asked for, and back", () => {
    expect(proofAddress("/accounts/1?tab=why", { acr_values: "urn:lgsp:acr:2" })).toBe(
      "/sign-in?again=1&acr=2&next=%2Faccounts%2F1%3Ftab%3Dwhy",
    );
    expect(proofAddress("/", { acr_values: "other" })).toContain("acr=1");
  });
});

describe("events of the journal", () => {
  it("have each a word, and no word is without its event", () => {
    expect(EVENTS.map((event) => event.replaceAll(".", "_")).sort()).toEqual(
      Object.keys(words.event).sort(),
    );
  });
  it("are all those that the platform names when it writes", () => {
    const sources = filesUnder(join(WEB, "../crates")).filter((path) =>
      /\/src\/.*\.rs$/.test(path),
    );
    const written = sources.flatMap((path) =>
      [...readFileSync(path, "utf8").matchAll(/\.(?:audit|exchange)\(\s*"([a-z_.]+)"/g)].map(
        ([, name]) => name ?? "",
      ),
    );
    expect(written.length).toBeGreaterThan(20);
    const known: readonly string[] = EVENTS;
    expect(written.filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe("facts of an event", () => {
  const words: Record<string, string> = { clerk: "Văn thư", official: "cán bộ", true: "có" };
  const text = (value: unknown) => factText(value, (_, code) => words[code]);
  it("are said in words, unknown ones as they are", () => {
    expect(text(["clerk@H34.01", "clerk@*", "new-role@H34"])).toBe(
      "Văn thư (H34.01), Văn thư, new-role@H34",
    );
    expect(text({ before: "H34.01", after: null })).toBe("H34.01 → —");
    expect(text("2026-11-26T08:00:00Z")).toBe("26/11/2026 15:00");
    expect([text("official"), text(true), text(3)]).toEqual(["cán bộ", "có", "3"]);
  });
});

describe("a browser", () => {
  it("is named as people name it", () => {
    const chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0";
    expect(browserName(`${chrome} Safari/537.36`)).toBe("Chrome 140, Windows");
    expect(browserName(`${chrome} Safari/537.36 Edg/140.0`)).toBe("Edge 140, Windows");
    expect(browserName("Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Firefox/121.0")).toBe(
      "Firefox 121, Linux",
    );
    expect(browserName("curl/8.5.0")).toBe("curl/8.5.0");
    expect(browserName("  ")).toBeNull();
    expect(browserName("x".repeat(100))).toHaveLength(61);
  });
});

function grant(role: string, agency: string | null): Grant {
  return {
    role,
    agency,
    granted_at: "2026-01-01T00:00:00Z",
    granted_by: "admin",
    privileged: false,
  };
}

describe("a move", () => {
  const chains = new Map([
    ["H34.01", ["H34.01", "H34"]],
    ["H34.01.02", ["H34.01.02", "H34.01", "H34"]],
    ["H34.09", ["H34.09", "H34"]],
  ]);
  const grants = [
    grant("clerk", "H34.01"),
    grant("official", "H34.01.02"),
    grant("leader", "H34.09"),
    grant("operator", null),
  ];
  it("ends what is held at the old unit and below it, and nothing else", () => {
    const { ends, stays } = partGrants(grants, "H34.01", chains);
    expect(ends.map(({ role }) => role)).toEqual(["clerk", "official"]);
    expect(stays.map(({ role }) => role)).toEqual(["leader", "operator"]);
  });
  it("out of no unit ends nothing, and an unknown agency counts as itself", () => {
    expect(partGrants(grants, null, chains).ends).toEqual([]);
    expect(partGrants([grant("clerk", "H99")], "H99", new Map()).ends).toHaveLength(1);
  });
});

function line(number: number, act: ImportLine["act"]): ImportLine {
  return { line: number, username: `u${number}`, act, fields: [], errors: [] };
}

describe("a file of accounts", () => {
  it("has a head in each language, as long as the columns", () => {
    expect(templateHead("vi")[0]).toBe("Tên đăng nhập");
    expect(templateHead("en")).toContain("display_name");
    expect(templateHead("vi")).toHaveLength(templateHead("en").length);
  });
  it("finds the column of an error, deep pointers too", () => {
    expect(columnOf({ pointer: "/username" })).toBe("username");
    expect(columnOf({ pointer: "/person/phone" })).toBe("phone");
    expect(columnOf({ pointer: "/roles/0/role" })).toBe("roles");
    expect(columnOf({ pointer: "" })).toBeNull();
  });
  it("shows broken lines first, then in the order of the file", () => {
    const lines = [line(2, "create"), line(3, "error"), line(4, "same"), line(5, "error")];
    expect(linesOf(lines, "all").map((one) => one.line)).toEqual([3, 5, 2, 4]);
    expect(linesOf(lines, "error").map((one) => one.line)).toEqual([3, 5]);
  });
});

describe("a workbook", () => {
  it("names columns as spreadsheets do", () => {
    expect([0, 25, 26, 51, 52, 701, 702].map(columnName)).toEqual([
      "A",
      "Z",
      "AA",
      "AZ",
      "BA",
      "ZZ",
      "AAA",
    ]);
  });
  it("sums bytes as ZIP does", () => {
    for (const text of ["", "a", "Nguyễn Văn Ẫn", "x".repeat(70_000)]) {
      const bytes = new TextEncoder().encode(text);
      expect(crc32(bytes)).toBe(reference(bytes));
    }
  });
  it("holds each part once, where its directory says", () => {
    const bytes = toXlsx("Tài khoản: [a/b]", [
      ["Tên", "Điện thoại"],
      ["A & <B>", "0912"],
    ]);
    const view = new DataView(bytes.buffer);
    const end = bytes.length - 22;
    expect(view.getUint32(end, true)).toBe(0x06054b50);
    const count = view.getUint16(end + 10, true);
    let place = view.getUint32(end + 16, true);
    const parts = new Map<string, string>();
    for (let index = 0; index < count; index += 1) {
      expect(view.getUint32(place, true)).toBe(0x02014b50);
      const size = view.getUint32(place + 24, true);
      const length = view.getUint16(place + 28, true);
      const name = new TextDecoder().decode(bytes.slice(place + 46, place + 46 + length));
      const start = view.getUint32(place + 42, true);
      expect(view.getUint32(start, true)).toBe(0x04034b50);
      const from = start + 30 + length;
      const content = bytes.slice(from, from + size);
      expect(view.getUint32(place + 16, true)).toBe(reference(content));
      parts.set(name, new TextDecoder().decode(content));
      place += 46 + length;
    }
    expect(parts.get("xl/worksheets/sheet1.xml")).toContain("A &amp; &lt;B&gt;");
    expect(parts.get("xl/worksheets/sheet1.xml")).toContain('r="B2"');
    expect(parts.get("xl/workbook.xml")).toContain('name="Tài khoản   a b "');
    expect(parts.size).toBe(6);
  });
});

describe("a delegation", () => {
  const dates = { from: "2026-11-20T00:00:00Z", until: "2026-12-20T00:00:00Z" };
  it("is in force between its dates once it is accepted", () => {
    expect(phaseOf({ ...dates, state: "accepted" }, NOW)).toBe("active");
    expect(phaseOf({ ...dates, state: "accepted", from: "2026-12-01T00:00:00Z" }, NOW)).toBe(
      "upcoming",
    );
    expect(phaseOf({ ...dates, state: "accepted", until: NOW.toISOString() }, NOW)).toBe("ended");
  });
  it("that nobody took on lapses, and one taken back stays so", () => {
    expect(phaseOf({ ...dates, state: "proposed" }, NOW)).toBe("proposed");
    expect(phaseOf({ ...dates, state: "proposed", until: "2026-11-21T00:00:00Z" }, NOW)).toBe(
      "lapsed",
    );
    expect(phaseOf({ ...dates, state: "revoked" }, NOW)).toBe("revoked");
    expect(
      (["proposed", "lapsed", "upcoming", "active", "ended", "revoked"] as const).filter(isOpen),
    ).toEqual(["proposed", "upcoming", "active"]);
  });
});

describe("a review", () => {
  const review = (due_at: string, more: Partial<Review> = {}) => ({
    due_at,
    closed_at: null,
    escalated_at: null,
    ...more,
  });
  it("is late after its day, told above, and done when closed", () => {
    expect(stageOf(review("2026-11-27T00:00:00Z"), NOW)).toBe("open");
    expect(stageOf(review("2026-11-24T00:00:00Z"), NOW)).toBe("late");
    expect(daysLate(review("2026-11-24T00:00:00Z"), NOW)).toBe(2);
    const told = { escalated_at: "2026-11-25T00:00:00Z" };
    expect(stageOf(review("2026-11-01T00:00:00Z", told), NOW)).toBe("escalated");
    const closed = { ...told, closed_at: "2026-11-26T00:00:00Z" };
    expect(stageOf(review("2026-11-01T00:00:00Z", closed), NOW)).toBe("closed");
  });
  it("locks thirty days past its day", () => {
    expect(lockDay(review("2026-11-01T00:00:00Z")).toISOString()).toBe("2026-12-01T00:00:00.000Z");
  });
  it("is never full before the last line, and one without lines is", () => {
    expect(percentDone({ lines: 1000, open_lines: 1 })).toBe(99);
    expect(percentDone({ lines: 0, open_lines: 0 })).toBe(100);
  });
  it("marks what was not used for a month", () => {
    expect(isUnused("2026-10-20T00:00:00Z", NOW)).toBe(true);
    expect(isUnused("2026-11-20T00:00:00Z", NOW)).toBe(false);
  });
});

describe("a policy", () => {
  it("is read with the server's defaults", () => {
    expect(policyOf(null)).toEqual({ description: "", cedar: "", enabled: true });
    expect(policyOf({ cedar: "x", enabled: false }).enabled).toBe(false);
  });
  it("says whether it permits or forbids, words in texts and comments aside", () => {
    expect(effectOf(EXAMPLES.hours)).toBe("forbid");
    expect(
      effectOf('permit (principal, action, resource) when { resource.name == "forbid (" };'),
    ).toBe("permit");
    expect(effectOf("// forbid (\npermit(principal, action, resource);")).toBe("permit");
    expect(effectOf("permit(a,b,c);\nforbid (a,b,c);")).toBe("both");
    expect(effectOf("nothing")).toBeNull();
  });
  it("gets its error from wherever the answer points to its rule", () => {
    const error = (pointer: string) => ({
      pointer,
      code: "x",
      messages: { vi: "sai", en: "wrong" },
    });
    expect(cedarError([error("/policies/0/cedar")], "vi")).toBe("sai");
    expect(cedarError([error("/access-policy/a/spec/cedar")], "en")).toBe("wrong");
    expect(cedarError([error("/account")], "vi")).toBeUndefined();
  });
  it("is named without marks", () => {
    expect(nameFrom("Đổi quyền: chỉ trong giờ!")).toBe("doi-quyen-chi-trong-gio");
  });
  it("is compared line by line, and both sides can be read back", () => {
    const [one, other] = ["a\nb\nc\nd", "a\nx\nc\nd\ne"];
    const lines = cedarDiff(one, other).split("\n");
    expect(lines).toEqual([" a", "-b", "+x", " c", " d", "+e"]);
    const side = (sign: string) =>
      lines
        .filter((line) => line.startsWith(sign) || line.startsWith(" "))
        .map((line) => line.slice(1))
        .join("\n");
    expect(side("-")).toBe(one);
    expect(side("+")).toBe(other);
  });
});

describe("acts", () => {
  const text = { vi: "", en: "" };
  const role = (name: string, permissions: string[]) => ({
    role: name,
    labels: text,
    description: text,
    permissions,
    delegable: true,
    privileged: false,
    conflicts: [],
  });
  const acts = actsOf([
    role("clerk", ["exchange.document.read"]),
    role("admin", ["identity.account.write", "exchange.document.read"]),
  ]);
  it("are listed once, with every role that holds them", () => {
    expect(acts).toEqual([
      { permission: "exchange.document.read", area: "exchange", roles: ["clerk", "admin"] },
      { permission: "identity.account.write", area: "identity", roles: ["admin"] },
    ]);
  });
  it("are found by parts of their name and by their area in the person's language", () => {
    const name = (area: string) => (area === "identity" ? "Định danh" : area);
    expect(findActs(acts, "account.wri", name, 9)).toHaveLength(1);
    expect(findActs(acts, "dinh danh", name, 9)).toHaveLength(1);
    expect(findActs(acts, "", name, 1)).toHaveLength(1);
  });
  it("lead to the policy that decided, unless it is built in", () => {
    expect(policyName("office-hours:policy0")).toBe("office-hours");
    expect(policyName("base:everyone")).toBeNull();
    expect(policyName("grant:3")).toBeNull();
    expect(policyName(null)).toBeNull();
  });
});
