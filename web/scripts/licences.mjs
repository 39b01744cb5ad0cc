// Lists the licences of everything that is bundled into the console, and fails on one that is not
// allowed. Writes dist/licences.txt, which the server shows beside the program's own.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const WEB = new URL("../", import.meta.url).pathname;
const ALLOWED = new Set([
  "MIT",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "0BSD",
  "OFL-1.1",
  "CC0-1.0",
  "Unlicense",
]);
const TEXTS = ["LICENSE", "LICENSE.md", "LICENSE.txt", "license", "LICENCE", "OFL.txt"];

const lock = JSON.parse(readFileSync(join(WEB, "package-lock.json"), "utf8"));
const bundled = Object.entries(lock.packages).filter(
  ([path, entry]) => path.startsWith("node_modules/") && !entry.dev && !entry.optional,
);

/** "(MIT OR Apache-2.0)" is fine when one of its parts is. */
function isAllowed(licence) {
  return licence
    .replaceAll(/[()]/g, "")
    .split(" OR ")
    .some((part) => part.split(" AND ").every((name) => ALLOWED.has(name.trim())));
}

const parts = [];
const refused = [];
for (const [path, entry] of bundled) {
  const folder = join(WEB, path);
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const licence = entry.license ?? manifest.license ?? "unknown";
  const name = path.replace(/^.*node_modules\//, "");
  if (!isAllowed(licence)) refused.push(`${name} ${entry.version}: ${licence}`);
  const file = TEXTS.map((text) => join(folder, text)).find((text) => existsSync(text));
  const text = file ? readFileSync(file, "utf8").trim() : "";
  parts.push(`${name} ${entry.version} (${licence})\n\n${text}\n`);
}

if (refused.length > 0) {
  console.error(`not allowed:\n${refused.join("\n")}`);
  process.exit(1);
}
const dist = join(WEB, "dist");
if (existsSync(join(dist, "index.html"))) {
  writeFileSync(join(dist, "licences.txt"), parts.join(`\n${"-".repeat(80)}\n\n`));
}
console.log(`${parts.length} bundled packages, all allowed`);
