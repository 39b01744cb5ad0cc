// Rules about the tree of files: who may import whom, words outside the code, sizes.
import { dirname, join, normalize } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { SRC, sources } from "./files.ts";

/** What each room may use besides itself. */
const MAY_USE: Record<string, readonly string[]> = {
  api: [],
  i18n: ["api"],
  kit: ["api", "i18n"],
  features: ["api", "i18n", "kit"],
  app: ["api", "i18n", "kit", "features"],
};

const IMPORT = /(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g;

function importsOf(path: string, text: string): string[] {
  return [...text.matchAll(IMPORT)].map((match) => normalize(join(dirname(path), match[1] ?? "")));
}

describe("imports", () => {
  it("go only the allowed way, and never from one feature into another", () => {
    const breaches: string[] = [];
    for (const { path, text } of sources()) {
      const [room = "", feature] = path.split("/");
      for (const target of importsOf(path, text)) {
        const [other = "", otherFeature] = target.split("/");
        const isList = path === "features/index.ts";
        const isForeign = room === "features" && other === "features" && feature !== otherFeature;
        const isAllowed = other === room || MAY_USE[room]?.includes(other);
        if (!isAllowed || (isForeign && !isList)) breaches.push(`${path} -> ${target}`);
      }
    }
    expect(breaches).toEqual([]);
  });

  it("are found at all", () => {
    const all = sources().flatMap(({ path, text }) => importsOf(path, text));
    expect(all.length).toBeGreaterThan(200);
  });
});

/** Texts and text-like attributes written straight into JSX. */
function literals(path: string, text: string): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const found: string[] = [];
  const spoken = new Set(["label", "title", "placeholder", "aria-label", "alt", "description"]);
  const visit = (node: ts.Node) => {
    if (ts.isJsxText(node) && /\p{L}/u.test(node.text)) found.push(node.text.trim());
    if (
      ts.isJsxAttribute(node) &&
      spoken.has(node.name.getText()) &&
      node.initializer &&
      ts.isStringLiteral(node.initializer) &&
      /\p{L}/u.test(node.initializer.text)
    ) {
      found.push(node.initializer.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found.map((literal) => `${path}: ${literal}`);
}

describe("words", () => {
  // Parses every page; on a busy machine that takes a while.
  it("are never written into JSX", { timeout: 60_000 }, () => {
    const found = sources()
      .filter(({ path }) => path.endsWith(".tsx"))
      .flatMap(({ path, text }) => literals(path, text))
      // A key cap is the same in every language.
      .filter((literal) => literal !== "app/Shell.tsx: Ctrl K");
    expect(found).toEqual([]);
  });

  it("of a planted literal would be found", () => {
    expect(literals("x.tsx", "const x = <p>Xin chào</p>;")).toEqual(["x.tsx: Xin chào"]);
  });
});

describe("types", () => {
  it("are never asserted outside the API client", () => {
    const found = sources()
      .filter(({ path }) => !path.startsWith("api/"))
      .filter(({ text }) =>
        /\bas (?!const\b)[A-Z][\w.<>[\]]*|\bas unknown\b|\bas any\b/.test(
          text.replaceAll(/^\s*(\/\/|\*).*$/gm, ""),
        ),
      )
      .map(({ path }) => path);
    expect(found).toEqual([]);
  });
});

describe("files", () => {
  it("open with a comment that says what they own, and stay short", () => {
    const silent = sources().filter(
      ({ path, text }) => !text.startsWith("//") && !/\/(routes|texts)\.ts$/.test(path),
    );
    expect(silent.map(({ path }) => path)).toEqual([]);
    const long = sources().filter(({ text }) => text.split("\n").length > 400);
    // The hand-written draft of the API's types goes when they are generated.
    expect(long.map(({ path }) => path).filter((path) => path !== "api/draft.ts")).toEqual([]);
  });

  it("live where the test looks", () => {
    expect(SRC.endsWith("web/src")).toBe(true);
    expect(sources().length).toBeGreaterThan(80);
  });
});
