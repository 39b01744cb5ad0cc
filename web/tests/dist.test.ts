// What is built reaches nowhere: no outside addresses, no inline script, the nonce's place is there.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { filesUnder, WEB } from "./files.ts";

const DIST = join(WEB, "dist");
const isBuilt = existsSync(join(DIST, "index.html"));

/** Names of namespaces, licences and error pages inside libraries: never fetched. */
const NAMES_ONLY = [
  /^http:\/\/www\.w3\.org\//,
  /^https:\/\/(react\.dev|mantine\.dev|tanstack\.com)\//,
  /^https:\/\/github\.com\//,
  /^https:\/\/bit\.ly\//,
  /^https:\/\/(www|react)\.i18next\.com/,
  /^https:\/\/(www\.)?locize\.com/,
  /^http:\/\/localhost/,
  // Names of parts inside a workbook (kit/xlsx.ts).
  /^http:\/\/schemas\.openxmlformats\.org\//,
];

describe.skipIf(!isBuilt)("the built console", () => {
  it("names no outside address that could be fetched", () => {
    const found = filesUnder(DIST)
      .filter((path) => /\.(js|css|html|svg)$/.test(path))
      .flatMap(
        (path) => readFileSync(path, "utf8").match(/https?:\/\/[\w.-]+[^\s"'`)\\<>]*/g) ?? [],
      )
      .filter((address) => !NAMES_ONLY.some((known) => known.test(address)));
    expect([...new Set(found)]).toEqual([]);
  });

  it("has no script or style in its page, and the nonce's place", () => {
    const html = readFileSync(join(DIST, "index.html"), "utf8");
    expect(html).toContain('content="__CSP_NONCE__"');
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/);
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/);
  });

  it("has every text asset compressed beside it", () => {
    const assets = filesUnder(join(DIST, "assets")).filter((path) => /\.(js|css)$/.test(path));
    expect(assets.length).toBeGreaterThan(10);
    for (const path of assets) {
      if (readFileSync(path).length < 512) continue;
      expect(existsSync(`${path}.br`) && existsSync(`${path}.gz`), path).toBe(true);
    }
  });
});
