// Saves a picture of every page in both languages, both themes, on the office screen and a phone.
//
//   LGSP_E2E_URL=http://127.0.0.1:8800 LGSP_E2E_USERNAME=… LGSP_E2E_PASSWORD=… \
//   LGSP_SCREENS_DIR=/tmp/screens npm run screens
//
// Optional: LGSP_SCREENS_ONLY=home,documents  LGSP_SCREENS_LANGUAGES=vi  LGSP_SCREENS_THEMES=light
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type BrowserContext, type Page, test } from "@playwright/test";
import { pages, signIn } from "./support.ts";

const folder = process.env.LGSP_SCREENS_DIR ?? "screens";
const list = (name: string, all: readonly string[]) => process.env[name]?.split(",") ?? all;
const languages = list("LGSP_SCREENS_LANGUAGES", ["vi", "en"]);
const themes = list("LGSP_SCREENS_THEMES", ["light", "dark"]);
const only = process.env.LGSP_SCREENS_ONLY?.split(",");
const sizes = [
  { name: "1366x768", width: 1366, height: 768 },
  { name: "360x800", width: 360, height: 800 },
].filter((size) => list("LGSP_SCREENS_SIZES", [size.name]).includes(size.name));

async function shoot(page: Page, context: BrowserContext, language: string, theme: string) {
  await context.request.patch("/api/v1/me/preferences", {
    data: { language, theme },
    headers: {
      "X-CSRF-Token": (await (await context.request.get("/api/v1/me")).json()).csrf_token,
    },
  });
  const addresses = await pages(context.request);
  for (const size of sizes) {
    await page.setViewportSize({ width: size.width, height: size.height });
    for (const { name, address } of addresses) {
      if (only && !only.includes(name)) continue;
      await page.goto(address);
      await page.waitForLoadState("networkidle");
      await page.locator("h1").first().waitFor();
      const path = join(folder, `${name}-${language}-${theme}-${size.name}.png`);
      await page.screenshot({ path, fullPage: process.env.LGSP_SCREENS_FULL === "1" });
    }
  }
}

test("pictures", async ({ page, context }) => {
  test.setTimeout(20 * 60_000);
  mkdirSync(folder, { recursive: true });
  await signIn(page);
  for (const language of languages) {
    for (const theme of themes) await shoot(page, context, language, theme);
  }
});
