// The API's types are those of the committed API document.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import openapiTypescript, { astToString } from "openapi-typescript";
import { describe, expect, it } from "vitest";
import { WEB } from "./files.ts";

const DOCUMENT = join(WEB, "../openapi/lgsp.json");
const BANNER = /^\/\*\*[\s\S]*?\*\/\n+/;

describe.skipIf(!existsSync(DOCUMENT))("schema.d.ts", () => {
  // Reads the whole document; on a busy machine that takes a while.
  const title = "is fresh; otherwise run `npm run types` (or `cargo xtask web --types`)";
  it(title, { timeout: 60_000 }, async () => {
    const ast = await openapiTypescript(new URL(`file://${DOCUMENT}`), {
      emptyObjectsUnknown: true,
    });
    const committed = readFileSync(join(WEB, "src/api/schema.d.ts"), "utf8").replace(BANNER, "");
    expect(committed.trim()).toBe(astToString(ast).trim());
  });
});
