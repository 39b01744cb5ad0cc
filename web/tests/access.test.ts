// Who may use an application: read out of a specification, and written back.
import { describe, expect, it } from "vitest";
import {
  type Access,
  accessOf,
  accessSpec,
  admitsAnybody,
  EVERYBODY,
  hasPeople,
} from "../src/features/applications/access.ts";

const NAMED: Access = {
  isNamed: true,
  agencies: ["H34.01"],
  groups: ["to-xu-ly"],
  roles: ["clerk"],
  kinds: ["official"],
};

describe("access to an application", () => {
  it("is written and read back equal", () => {
    expect(accessOf({ spec: { access: accessSpec(NAMED) } })).toEqual(NAMED);
    expect(accessOf({ spec: { access: accessSpec(EVERYBODY) } })).toEqual(EVERYBODY);
  });

  it("is everybody's where a specification says nothing or nothing that is known", () => {
    expect(accessOf({ spec: {} })).toEqual(EVERYBODY);
    expect(accessOf({ spec: { access: "all" } })).toEqual(EVERYBODY);
    const strange = { who: "named", agencies: [7, "H34"], account_kinds: ["robot", "citizen"] };
    const read = accessOf({ spec: { access: strange } });
    expect([read.agencies, read.kinds]).toEqual([["H34"], ["citizen"]]);
  });

  it("keeps no list that counts for nothing", () => {
    expect(accessSpec({ ...NAMED, isNamed: false })).toEqual({ who: "everybody" });
  });

  it("is not complete while nobody is named", () => {
    expect(admitsAnybody(EVERYBODY)).toBe(true);
    expect(admitsAnybody({ ...EVERYBODY, isNamed: true })).toBe(false);
    expect(admitsAnybody({ ...EVERYBODY, isNamed: true, kinds: ["citizen"] })).toBe(true);
  });

  it("is asked only where people sign on", () => {
    const web = { spec: { client_type: "web" } };
    expect(hasPeople({ kind: "oidc-client", ...web })).toBe(true);
    expect(hasPeople({ kind: "oidc-client", spec: { client_type: "service" } })).toBe(false);
    expect(hasPeople({ kind: "cas-service", spec: {} })).toBe(true);
    expect(hasPeople({ kind: "ldap-app", spec: {} })).toBe(false);
  });
});
