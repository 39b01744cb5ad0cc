// Measures what a first visit loads and fails when it is more than the ceilings of the design.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const DIST = new URL("../dist/", import.meta.url).pathname;
const KB = 1000;
const CEILINGS = {
  "first load, JavaScript": 250 * KB,
  "first load, CSS": 45 * KB,
  "fonts of both scripts": 70 * KB,
  "largest lazy chunk": 450 * KB,
  "everything, compressed": 4000 * KB,
};

const manifest = JSON.parse(readFileSync(join(DIST, ".vite/manifest.json"), "utf8"));
const gzipped = (file) => gzipSync(readFileSync(join(DIST, file)), { level: 6 }).length;

/** The files that a chunk needs before it can run. */
function needs(key, found = { js: new Set(), css: new Set() }) {
  const chunk = manifest[key];
  if (!chunk || found.js.has(chunk.file)) return found;
  found.js.add(chunk.file);
  for (const css of chunk.css ?? []) found.css.add(css);
  for (const next of chunk.imports ?? []) needs(next, found);
  return found;
}

// Sign-on to home: the entry and the home page.
const first = needs("index.html");
needs("src/features/home/HomePage.tsx", first);
const sum = (files) => [...files].reduce((total, file) => total + gzipped(file), 0);

const scripts = Object.values(manifest).filter((chunk) => chunk.file.endsWith(".js"));
const lazy = scripts.filter((chunk) => !first.js.has(chunk.file));
const assets = readdirSync(join(DIST, "assets"));
const fonts = assets.filter((name) => name.endsWith(".woff2"));
const measured = {
  "first load, JavaScript": sum(first.js),
  "first load, CSS": sum(first.css),
  "fonts of both scripts": fonts.reduce(
    (total, name) => total + statSync(join(DIST, "assets", name)).size,
    0,
  ),
  "largest lazy chunk": Math.max(0, ...lazy.map((chunk) => gzipped(chunk.file))),
  "everything, compressed": assets
    .filter((name) => !name.endsWith(".br") && !name.endsWith(".gz"))
    .reduce((total, name) => total + gzipped(join("assets", name)), 0),
};

let isOver = false;
for (const [name, bytes] of Object.entries(measured)) {
  const ceiling = CEILINGS[name];
  const mark = bytes > ceiling ? "OVER" : "ok";
  if (bytes > ceiling) isOver = true;
  console.log(
    `${mark.padEnd(5)}${name.padEnd(26)}${(bytes / KB).toFixed(1).padStart(8)} kB of ${ceiling / KB} kB`,
  );
}
process.exit(isOver ? 1 : 0);
