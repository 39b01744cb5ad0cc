// The browser and system that a user agent names, in words a person knows. Pure.

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/coc_coc_browser\/(\d+)/i, "Cốc Cốc"],
  [/edg(?:a|ios)?\/(\d+)/i, "Edge"],
  [/opr\/(\d+)/i, "Opera"],
  [/firefox\/(\d+)/i, "Firefox"],
  [/(?:chrome|crios)\/(\d+)/i, "Chrome"],
  [/version\/(\d+).*safari/i, "Safari"],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/windows/i, "Windows"],
  [/android/i, "Android"],
  [/iphone|ipad/i, "iOS"],
  [/mac os/i, "macOS"],
  [/linux/i, "Linux"],
];
/** Longest text of an unknown program that is still shown. */
const SHOWN_MAX = 60;

/** "Chrome 140, Windows"; an unknown program by its own words; nothing when it said nothing. */
export function browserName(agent: string | null | undefined): string | null {
  const text = agent?.trim();
  if (!text) return null;
  const browser = BROWSERS.map(([pattern, name]) => {
    const found = pattern.exec(text);
    return found ? `${name} ${found[1]}` : null;
  }).find(Boolean);
  if (!browser) return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
  const system = SYSTEMS.find(([pattern]) => pattern.test(text))?.[1];
  return system ? `${browser}, ${system}` : browser;
}
