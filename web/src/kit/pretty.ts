// XML and JSON made readable. Pure functions over text; nothing is executed or resolved.
//
// Owns: indentation and the kinds of pieces that the viewer colours.
// Invariant: characters of the body are kept; only white space between tags changes.

export type Piece = { kind: "plain" | "tag" | "name" | "text"; text: string };

/** Longer bodies are shown as they are. */
export const PRETTY_CHARACTERS_MAX = 400_000;

const XML_TOKEN = /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<[^>]*>|[^<]+/g;

/** Indents XML; a text that stands alone in its element stays on the element's line. */
export function prettyXml(source: string): string {
  const tokens = source.match(XML_TOKEN) ?? [];
  const lines: string[] = [];
  let depth = 0;
  let open = "";
  for (const token of tokens) {
    const isTag = token.startsWith("<") && !token.startsWith("<![CDATA[");
    if (!isTag) {
      if (token.trim() === "") continue;
      if (open) open += token.trim();
      else lines.push("  ".repeat(depth) + token.trim());
      continue;
    }
    if (token.startsWith("</")) {
      if (open) {
        lines.push("  ".repeat(Math.max(0, depth - 1)) + open + token);
        open = "";
        depth = Math.max(0, depth - 1);
        continue;
      }
      depth = Math.max(0, depth - 1);
      lines.push("  ".repeat(depth) + token);
      continue;
    }
    if (open) {
      lines.push("  ".repeat(Math.max(0, depth - 1)) + open);
      open = "";
    }
    const isLeaf = token.startsWith("<?") || token.startsWith("<!") || token.endsWith("/>");
    if (isLeaf) lines.push("  ".repeat(depth) + token);
    else {
      open = token;
      depth += 1;
    }
  }
  if (open) lines.push("  ".repeat(Math.max(0, depth - 1)) + open);
  return lines.join("\n");
}

export function prettyJson(source: string): string {
  try {
    return JSON.stringify(JSON.parse(source), null, 2);
  } catch {
    return source;
  }
}

const XML_PIECE = /(<\/?)([\w:.-]+)|([\w:.-]+)(=)("[^"]*"|'[^']*')|(\/?>|\?>)/g;
const JSON_PIECE = /("(?:\\.|[^"\\])*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/g;

/** Splits into pieces to colour. */
export function piecesOf(text: string, language: "xml" | "json"): Piece[] {
  const pieces: Piece[] = [];
  const pattern = language === "xml" ? XML_PIECE : JSON_PIECE;
  let end = 0;
  const push = (kind: Piece["kind"], value: string | undefined) => {
    if (value) pieces.push({ kind, text: value });
  };
  for (const match of text.matchAll(pattern)) {
    push("plain", text.slice(end, match.index));
    end = match.index + match[0].length;
    if (language === "xml") {
      push("plain", match[1]);
      push("tag", match[2]);
      push("name", match[3]);
      push("plain", match[4]);
      push("text", match[5]);
      push("plain", match[6]);
    } else if (match[2] !== undefined) {
      push("tag", match[1]);
      push("plain", match[2]);
    } else {
      push("text", match[1]);
      push("name", match[3]);
    }
  }
  push("plain", text.slice(end));
  return pieces;
}
