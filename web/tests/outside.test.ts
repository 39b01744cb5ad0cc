// The logic behind the pages of outside systems: providers, directories, people who arrive.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ProviderCheck, Resource } from "../src/api/types.ts";
import { specOf as applicationSpec, NO_ANSWERS } from "../src/features/applications/kinds.ts";
import { recipesOf } from "../src/features/applications/recipes.ts";
import { HABITS, SOFTWARE } from "../src/features/applications/software.ts";
import { proposedUsername } from "../src/features/arrivals/names.ts";
import { causeOf } from "../src/features/directories/failure.ts";
import * as directories from "../src/features/directories/kinds.ts";
import { guardOf, reportOf, stateOf } from "../src/features/directories/report.ts";
import { hintOf, isAllWell, stepsOf } from "../src/features/providers/check.ts";
import { readClaims } from "../src/features/providers/claims.ts";
import * as providers from "../src/features/providers/kinds.ts";
import { fieldOf, linesOf, proposedName, textsOf, titleOf } from "../src/kit/resource.ts";
import { WEB } from "./files.ts";

function resource(spec: Record<string, unknown>): Resource {
  return {
    kind: "identity-provider",
    name: "cong-dvc",
    revision: 1,
    spec,
    updated_at: "2026-11-26T00:00:00Z",
    updated_by: "admin",
  };
}

describe("a resource", () => {
  it("gives its fields whatever their form", () => {
    const one = resource({ title: "Cổng", urls: ["a", 1, "b"], issuer: "" });
    expect(titleOf(one)).toBe("Cổng");
    expect(titleOf(resource({}))).toBe("cong-dvc");
    expect(textsOf(one, "urls")).toEqual(["a", "b"]);
    expect(textsOf(one, "issuer")).toEqual([]);
    expect(fieldOf(one, "nothing")).toBeUndefined();
  });

  it("gets a short name without marks", () => {
    expect(proposedName("Sở Nội vụ – Đồng bộ (2026)")).toBe("so-noi-vu-dong-bo-2026");
    expect(proposedName("  ")).toBe("");
    expect(proposedName("x".repeat(80))).toHaveLength(63);
    expect(linesOf(" a \n\n b\n")).toEqual(["a", "b"]);
  });
});

describe("a check of a provider", () => {
  const found: ProviderCheck = {
    redirect_uri: "https://lgsp/sign-in/from/x",
    has_secret: true,
    authorization_endpoint: "https://idp/authorize",
    keys: 2,
    problem: null,
  };
  const states = (check: ProviderCheck, needsSecret = true, isExplicit = false) =>
    stepsOf(check, { needsSecret, isExplicit }).map(({ state }) => state);
  const failed = (code: string): ProviderCheck => ({
    ...found,
    authorization_endpoint: null,
    keys: 0,
    problem: {
      type: "about:blank",
      title: "",
      status: 503,
      code,
      kind: "unavailable",
      retryable: true,
      trace_id: "",
      messages: { vi: "", en: "" },
      errors: [],
    },
  });

  it("says which step failed and which was not reached", () => {
    expect(states(found)).toEqual(["ok", "ok", "ok"]);
    expect(states({ ...found, has_secret: false })).toEqual(["failed", "ok", "ok"]);
    expect(states({ ...found, has_secret: false }, false)).toEqual(["unneeded", "ok", "ok"]);
    expect(states(failed("sso.upstream.unreachable"))).toEqual(["ok", "failed", "waiting"]);
    expect(states({ ...found, keys: 0 })).toEqual(["ok", "ok", "failed"]);
  });

  it("has nothing to find out about addresses that are written down", () => {
    expect(states(found, true, true)).toEqual(["ok", "unneeded", "ok"]);
    const check = failed("sso.upstream.unreachable");
    expect(states(check, true, true)).toEqual(["ok", "unneeded", "failed"]);
  });

  it("gives advice where there is some", () => {
    expect(hintOf(failed("sso.upstream.issuer"))).toBe("sso_upstream_issuer");
    expect(hintOf(failed("sso.upstream.denied"))).toBeUndefined();
    expect(hintOf(found)).toBeUndefined();
  });

  it("is well only with everything that is needed", () => {
    expect(isAllWell(found, true)).toBe(true);
    expect(isAllWell({ ...found, has_secret: false }, true)).toBe(false);
    expect(isAllWell({ ...found, has_secret: false }, false)).toBe(true);
    expect(isAllWell(failed("sso.upstream.issuer"), false)).toBe(false);
  });
});

describe("a new provider", () => {
  it("lets nobody in before somebody has switched it on", () => {
    for (const profile of providers.PROFILES) {
      const spec = providers.specOf(profile, providers.startOf(profile));
      expect(spec).toMatchObject({ profile, enabled: false, unknown: "refuse" });
      expect(spec).not.toHaveProperty("authorization_endpoint");
      expect(spec).not.toHaveProperty("allow_local_addresses");
    }
  });

  it("becomes what was answered", () => {
    const answers: providers.Answers = {
      ...providers.startOf("national_portal"),
      issuer: " https://sso.example ",
      clientId: "lgsp",
      scopes: "openid, profile\nemail",
      unknown: "ask_administrator",
      agency: "H34.02",
      isExplicit: true,
      authorization: "https://sso.example/a",
      token: "https://sso.example/t",
      userinfo: "https://sso.example/u",
      keys: "https://sso.example/k",
    };
    expect(providers.specOf("national_portal", answers)).toMatchObject({
      issuer: "https://sso.example",
      client_auth: "client_secret_post",
      userinfo_method: "post",
      scopes: ["openid", "profile", "email"],
      request_agency: "H34.02",
      jwks_uri: "https://sso.example/k",
    });
    const refusing = providers.specOf("generic", { ...answers, unknown: "refuse" });
    expect(refusing).not.toHaveProperty("request_agency");
  });

  it("shows the maps that the server has for each profile", () => {
    const source = readFileSync(join(WEB, "../crates/sso/src/upstream/claims.rs"), "utf8");
    const body = /fn of\(profile: Profile\)[\s\S]*?\n {4}\}\n/.exec(source)?.[0] ?? "";
    const rust = { generic: "Generic", national_portal: "NationalPortal", vneid: "Vneid" };
    for (const profile of providers.PROFILES) {
      const block = new RegExp(`Profile::${rust[profile]} => Self \\{([\\s\\S]*?)\\n {12}\\}`);
      const text = block.exec(body)?.[1] ?? "";
      const server = Object.fromEntries(
        [...text.matchAll(/(\w+): list\(&\[([^\]]*)\]\)/g)].map((match) => [
          match[1],
          [...(match[2] ?? "").matchAll(/"([^"]*)"/g)].map((name) => name[1]),
        ]),
      );
      const shown = Object.fromEntries(
        Object.entries(providers.PROFILE_CLAIMS[profile]).filter(([, list]) => list.length > 0),
      );
      expect(Object.keys(server).length, profile).toBeGreaterThan(2);
      expect(shown, profile).toEqual(server);
    }
  });

  it("reads maps and levels back, leaving out what is none", () => {
    const one = resource({
      claims: { name: ["a"], email: "b" },
      levels: [{ acr: "LoA2", level: 2 }, { acr: 3 }, null],
      level_otherwise: 2,
    });
    expect(providers.claimsOf(one)).toMatchObject({ name: ["a"], email: [], firm: [] });
    expect(providers.levelsOf(one)).toEqual([{ acr: "LoA2", level: 2 }]);
    expect(providers.levelOtherwise(one)).toBe(2);
    expect(providers.levelOtherwise(resource({}))).toBe(1);
  });

  it("takes sample claims only as an object", () => {
    expect(readClaims('{"sub": "1"}').claims).toEqual({ sub: "1" });
    expect(readClaims("[1]").claims).toBeNull();
    expect(readClaims("{").reason).not.toBe("");
  });
});

describe("a directory", () => {
  it("tells the usual causes of a failure apart", () => {
    const cases: [string, string | undefined][] = [
      ["directory does not answer: Connection refused (os error 111)", "refused"],
      ["directory does not answer: no connection in time", "timeout"],
      ["directory does not answer: invalid peer certificate: UnknownIssuer", "certificate"],
      [
        "directory does not answer: configuration: localhost resolves to 127.0.0.1, which outbound calls may not reach",
        "local",
      ],
      [
        "directory does not answer: failed to lookup address information: Name or service not known",
        "name",
      ],
      ["bind: result 49 invalid credentials", "credentials"],
      ["bind: result 49 80090308: LdapErr: DSID-0C090439, data 52e, v4563", "credentials"],
      ["bind: result 13 confidentiality required", "confidential"],
      ["search: result 32 No such object", "base"],
      ["search: result 50 insufficient access", "rights"],
      ["StartTLS: result 2 unsupported extended operation", "startTls"],
      ["passwords do not travel in the clear: use ldaps:// or StartTLS", "clear"],
      ["directory answers wrongly: no answer to a bind", undefined],
    ];
    for (const [failure, cause] of cases) expect(causeOf(failure), failure).toBe(cause);
  });

  it("is not read before somebody has switched it on, and keeps its product's habits", () => {
    for (const product of directories.PRODUCTS) {
      const spec = directories.specOf(product, directories.NO_ANSWERS);
      expect(spec).toMatchObject({ product, enabled: false, start_tls: true });
      expect(spec).not.toHaveProperty("allow_local_addresses");
      expect(spec).not.toHaveProperty("groups_base");
    }
    const ad = directories.specOf("active_directory", directories.NO_ANSWERS);
    expect(ad).toMatchObject({ attributes: { username: "sAMAccountName" } });
  });

  it("tells what a run did, and nothing of what it did not", () => {
    const run = { report: { read: 40, created: 2, lines: [["create", "an"], ["x"], "y"] } };
    const report = reportOf(run);
    expect(report.counts).toMatchObject({ read: 40, created: 2, locked: 0 });
    expect(report.lines).toEqual([{ act: "create", name: "an" }]);
    expect(report.failure).toBe("");
    expect(report.failureReason).toBeNull();
    const messages = { vi: "Không kết nối được", en: "It cannot be reached" };
    const failed = reportOf({ report: { failure_reason: { code: "x", messages } } });
    expect(failed.failureReason).toEqual(messages);
    expect(reportOf({ report: {} }).counts.read).toBe(0);
    expect(stateOf({ state: "stopped" })).toBe("stopped");
  });

  it("names the numbers of the guard that loses nobody", () => {
    const told = "12 of 40 known people are missing, more than 10 %";
    expect(guardOf(told)).toEqual({ missing: 12, known: 40, percent: 10 });
    expect(guardOf("")).toBeNull();
  });
});

describe("a person who arrives", () => {
  it("gets a sign-in name as officials have them", () => {
    expect(proposedUsername("Nguyễn Văn An")).toBe("an.nguyenvan");
    expect(proposedUsername("Đặng")).toBe("dang");
    expect(proposedUsername("  ")).toBe("");
  });
});

describe("a known application", () => {
  const issuer = "https://sso.tinh.vn";
  const made = (software: (typeof SOFTWARE)[number]) => ({
    ...resource(
      applicationSpec("web", {
        ...NO_ANSWERS,
        title: "Một",
        software,
        address: "https://app.tinh.vn/",
        addresses: "https://other.vn/back",
      }),
    ),
    kind: "oidc-client",
    name: "mot",
  });

  it("needs its address only", () => {
    for (const software of SOFTWARE) {
      const spec = made(software).spec;
      const redirect =
        software === "other"
          ? "https://other.vn/back"
          : `https://app.tinh.vn${HABITS[software].redirect}`;
      expect(spec, software).toMatchObject({ redirect_uris: [redirect] });
    }
    expect(made("nextcloud").spec).toMatchObject({
      auth_method: "client_secret_post",
      backchannel_logout_uri: "https://app.tinh.vn/apps/user_oidc/backchannel-logout/lgsp",
    });
    expect(made("moodle").spec).toMatchObject({ pkce: "if_sent" });
  });

  it("has the same redirect address in its ready settings", () => {
    const texts = recipesOf(made("other"), issuer).map(({ text }) => text);
    for (const { redirect } of Object.values(HABITS)) {
      expect(texts.filter((text) => text.includes(redirect))).toHaveLength(1);
    }
  });

  it("says of each recipe whether it was tried", () => {
    const recipes = recipesOf(made("other"), issuer);
    expect(recipes.filter(({ isTried }) => isTried).map(({ name }) => name)).toEqual([
      "Apache (mod_auth_openidc)",
    ]);
  });
});

describe("the practice of the manual", () => {
  it("has the same commands in both languages", () => {
    const commands = (path: string) => {
      const text = readFileSync(join(WEB, "../docs/manual", path), "utf8");
      return [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1]);
    };
    const english = commands("en/two-applications.md");
    expect(english).toHaveLength(2);
    expect(commands("vi/hai-ung-dung.md")).toEqual(english);
  });
});
