// Both languages say the same things: keys, values to fill in, and every key is used.
import { readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { filesUnder, SRC, WEB } from "./files.ts";

type Tree = { [key: string]: string | Tree };

function flat(tree: Tree, prefix = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === "string") found.set(prefix + key, value);
    else for (const [inner, text] of flat(value, `${prefix}${key}.`)) found.set(inner, text);
  }
  return found;
}

const read = (path: string): Map<string, string> => flat(JSON.parse(readFileSync(path, "utf8")));
const bare = (key: string) => key.replace(/_(one|other)$/, "");
const folders = filesUnder(SRC)
  .filter((path) => basename(path) === "vi.json")
  .map((path) => dirname(path));

describe.each(folders.map((folder) => [relative(SRC, folder), folder] as const))(
  "%s",
  (_, folder) => {
    const vi = read(join(folder, "vi.json"));
    const en = read(join(folder, "en.json"));

    it("has the same keys in both languages", () => {
      const keys = (texts: Map<string, string>) => [...new Set([...texts.keys()].map(bare))].sort();
      expect(keys(en)).toEqual(keys(vi));
    });

    it("has the plural forms of each language", () => {
      for (const key of vi.keys()) expect(key, "Vietnamese has one form").not.toMatch(/_one$/);
      for (const key of en.keys()) {
        if (key.endsWith("_other"))
          expect([...en.keys()]).toContain(key.replace(/_other$/, "_one"));
      }
    });

    it("fills in the same values", () => {
      const values = (text: string) => [...new Set(text.match(/\{\{\w+\}\}/g) ?? [])].sort();
      for (const [key, text] of vi) {
        const other = en.get(key);
        if (other) expect(values(other), key).toEqual(values(text));
      }
    });

    it("is written in composed Unicode, without tone-of-voice marks", () => {
      for (const [key, text] of [...vi, ...en]) {
        expect(text, key).toBe(text.normalize("NFC"));
        expect(text, key).not.toMatch(/!/);
        expect(text.trim(), key).not.toBe("");
      }
    });

    it("has no key that nothing uses", () => {
      const code = filesUnder(folder)
        .filter((path) => /\.(ts|tsx)$/.test(path))
        .map((path) => readFileSync(path, "utf8"))
        .join("\n");
      // The kit's words are used by the features as well, through `word("level", …)`.
      const groups = [...code.matchAll(/word\("(\w+)"/g)].map((match) => match[1]);
      const built = [...code.matchAll(/`([\w.]*)\$\{/g)]
        .map((match) => match[1] ?? "")
        .filter(Boolean);
      const unused = [...vi.keys()].map(bare).filter((key) => {
        if (code.includes(`"${key}"`)) return false;
        if (groups.some((group) => key.startsWith(`${group}.`))) return false;
        return !built.some((start) => key.startsWith(start));
      });
      // `level` is read by the features only.
      expect(unused.filter((key) => !key.startsWith("level."))).toEqual([]);
    });
  },
);

describe("glossary", () => {
  it("is followed by the menu and the pages", () => {
    const glossary = readFileSync(join(WEB, "../docs/glossary.toml"), "utf8");
    const terms = [...glossary.matchAll(/\[terms\.(\w+)\]([^[]*)/g)].map((match) => {
      const field = (name: string) =>
        new RegExp(`^${name} = "([^"]*)"`, "m").exec(match[2] ?? "")?.[1];
      return { id: match[1], vi: field("vi"), console: field("console") };
    });
    expect(terms.length).toBeGreaterThan(20);
    const checked = terms.filter((term) => term.console);
    expect(checked.length).toBeGreaterThan(8);
    for (const term of checked) {
      const [file = "", key = ""] = (term.console ?? "").split("#");
      const label = read(join(SRC, file)).get(key);
      expect(label?.toLowerCase(), `${term.id} in ${term.console}`).toContain(
        term.vi?.toLowerCase(),
      );
    }
  });
});
