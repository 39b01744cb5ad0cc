// Writes .br and .gz beside each text asset of dist, so that the server compresses nothing.
// index.html stays plain: the server puts a fresh nonce into every answer.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const DIST = new URL("../dist/", import.meta.url).pathname;
const TEXT = /\.(js|css|svg|json|txt|map)$/;
const SMALL_BYTES = 512;

function* files(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else yield path;
  }
}

let count = 0;
for (const path of files(DIST)) {
  if (!TEXT.test(path) || path.includes("/.vite/")) continue;
  const body = readFileSync(path);
  if (body.length < SMALL_BYTES) continue;
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
  };
  writeFileSync(`${path}.br`, brotliCompressSync(body, { params }));
  writeFileSync(`${path}.gz`, gzipSync(body, { level: 9 }));
  count += 1;
}
// Vite empties the folder; the marker keeps it in the repository.
writeFileSync(join(DIST, ".gitkeep"), "");
console.log(`compressed ${count} files`);
