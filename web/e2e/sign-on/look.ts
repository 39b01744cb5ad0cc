// One look at a page: accessible in both themes, no wider than a phone, whole, and pictured if asked.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const DESK = { width: 1366, height: 768 };
const PHONE = { width: 360, height: 800 };
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const folder = process.env.LGSP_SCREENS_DIR;

async function findings(page: Page, rules?: string[]): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode();
  const { violations } = await (rules ? axe.withRules(rules) : axe.withTags(RULES)).analyze();
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(" | ")}`,
  );
}

async function picture(page: Page, name: string) {
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** Looks at the page as it is open now. */
export async function look(page: Page, name: string, language: string) {
  const where = `${name}, ${language}`;
  await expect(page.locator("h1"), where).toHaveCount(1);
  await expect(page, where).toHaveTitle(/\S · LGSP$/);
  await expect(page.locator("html"), where).toHaveAttribute("lang", language);
  await picture(page, `${name}-${language}-light-desk`);
  expect(await findings(page), `${where}, light`).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  await picture(page, `${name}-${language}-dark-desk`);
  // Only colours change with the theme.
  expect(await findings(page, ["color-contrast"]), `${where}, dark`).toEqual([]);
  await page.setViewportSize(PHONE);
  await picture(page, `${name}-${language}-dark-phone`);
  await page.emulateMedia({ colorScheme: "light" });
  await picture(page, `${name}-${language}-light-phone`);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width, `${where}, phone`).toBeLessThanOrEqual(PHONE.width);
  await page.setViewportSize(DESK);
}
