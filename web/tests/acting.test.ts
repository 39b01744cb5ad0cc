// Acting for somebody: whom one may act for out of the delegations, and what a tab remembers.
import { describe, expect, it } from "vitest";
import { readActing } from "../src/api/acting.ts";
import type { Delegation } from "../src/api/types.ts";
import { delegatorsOf } from "../src/kit/acting.ts";

const NOW = new Date("2026-11-26T10:00:00Z");
const OWN = "own";

function delegation(change: Partial<Delegation>): Delegation {
  return {
    id: "1",
    delegator_id: "boss",
    delegator: "truong",
    delegator_name: "Nguyễn Văn Trưởng",
    delegate_id: OWN,
    delegate: "pho",
    delegate_name: "Trần Phó",
    roles: [],
    from: "2026-11-20T00:00:00Z",
    until: "2026-11-30T00:00:00Z",
    decision_no: "1/QĐ",
    state: "accepted",
    changed_at: "2026-11-20T00:00:00Z",
    ...change,
  };
}

const names = (...changes: Partial<Delegation>[]) =>
  delegatorsOf(changes.map(delegation), OWN, NOW).map(({ username }) => username);

describe("who may be acted for", () => {
  it("has delegated to oneself, which was accepted and is in force", () => {
    expect(names({})).toEqual(["truong"]);
    expect(names({ state: "proposed" })).toEqual([]);
    expect(names({ state: "revoked" })).toEqual([]);
    expect(names({ delegate_id: "boss", delegator_id: OWN })).toEqual([]);
    expect(names({ from: "2026-11-26T10:00:01Z" })).toEqual([]);
    expect(names({ until: "2026-11-26T10:00:00Z" })).toEqual([]);
  });

  it("stands there once, with all decisions and the last end", () => {
    const [one] = delegatorsOf(
      [
        delegation({ until: "2026-12-05T00:00:00Z" }),
        delegation({ id: "2", decision_no: "2/QĐ", until: "2026-11-27T00:00:00Z" }),
      ],
      OWN,
      NOW,
    );
    expect(one?.until).toBe("2026-12-05T00:00:00Z");
    expect(one?.decisions).toEqual(["1/QĐ", "2/QĐ"]);
  });

  it("is sorted by name as Vietnamese sorts", () => {
    const second = { delegator: "an", delegator_name: "Đỗ An" };
    const third = { delegator: "binh", delegator_name: "Ân Bình" };
    expect(names({}, second, third)).toEqual(["binh", "an", "truong"]);
  });
});

describe("what a tab remembers", () => {
  it("is read back, and nothing else is taken for it", () => {
    expect(readActing('{"delegator":"truong","by":"own"}')).toEqual({
      delegator: "truong",
      by: "own",
    });
    const strange = [null, "", "[]", "{", "7", '{"delegator":"","by":"x"}', '{"delegator":"x"}'];
    for (const text of strange) expect(readActing(text)).toBeNull();
  });
});
