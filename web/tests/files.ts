// Walks the sources for tests that hold rules over the tree of files.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";

export const WEB = join(import.meta.dirname, "..");
export const SRC = join(WEB, "src");

export function filesUnder(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesUnder(path) : [path];
  });
}

export function sources(): { path: string; text: string }[] {
  return filesUnder(SRC)
    .filter((path) => /\.(ts|tsx)$/.test(path) && !path.endsWith("schema.d.ts"))
    .map((path) => ({ path: relative(SRC, path), text: readFileSync(path, "utf8") }));
}
