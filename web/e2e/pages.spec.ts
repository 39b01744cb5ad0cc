// Every page: opens, is accessible in both themes, fits a phone, breaks no policy.
import type { Page } from "@playwright/test";
import { expect, expectAccessible, open, prefer, test } from "./fixtures.ts";
import { pages } from "./support.ts";

/** What one page may take, on a machine that does other work as well. */
const PAGE_MS = 20_000;

for (const theme of ["light", "dark"]) {
  test(`every page is accessible, ${theme}`, async ({ console: page }) => {
    await prefer(page, { theme });
    const all = await pages(page.request);
    test.setTimeout(all.length * PAGE_MS);
    for (const { name, address } of all) {
      await open(page, address);
      await expectAccessible(page, `${name}, ${theme}`);
    }
  });
}

test("every page fits a phone of 360 pixels", async ({ console: page }) => {
  await page.setViewportSize({ width: 360, height: 800 });
  const tooWide: string[] = [];
  const all = await pages(page.request);
  test.setTimeout(all.length * PAGE_MS);
  for (const { name, address } of all) {
    await open(page, address);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > 360) tooWide.push(`${name}: ${width}`);
  }
  expect(tooWide).toEqual([]);
});

/** Spoken texts of the page of which something does not show. */
function cutTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const spoken = "h1,h2,button,.mantine-Button-label,th,[data-tone],label,dt,summary";
    return [...document.querySelectorAll<HTMLElement>(spoken)]
      .filter((element) => element.offsetParent !== null && element.innerText.trim() !== "")
      .filter((element) => getComputedStyle(element).overflow !== "visible")
      .filter(
        (element) =>
          element.scrollHeight > element.clientHeight + 2 ||
          element.scrollWidth > element.clientWidth + 2,
      )
      .map((element) => element.innerText.slice(0, 40));
  });
}

test("no text is cut off on the office screen", async ({ console: page }) => {
  const all = await pages(page.request);
  test.setTimeout(all.length * PAGE_MS);
  for (const { name, address } of all) {
    await open(page, address);
    // A button at work hides its text; it is looked at when the work is over.
    await expect
      .configure({ soft: true })
      .poll(() => cutTexts(page), { message: name, timeout: PAGE_MS })
      .toEqual([]);
  }
});

test("pages open from the menu and say their name in the window's title", async ({
  console: page,
}) => {
  await open(page, "/");
  const menu = page.getByRole("navigation", { name: "Trình đơn chính" });
  const names = await menu.getByRole("link").allInnerTexts();
  expect(names.length).toBeGreaterThanOrEqual(10);
  for (const name of names) {
    await menu.getByRole("link", { name, exact: true }).click();
    await expect(menu.getByRole("link", { name, exact: true })).toHaveAttribute(
      "aria-current",
      "page",
    );
    await expect(page.locator("h1")).toBeVisible();
    await expect(page).toHaveTitle(/· LGSP/);
    await expect(page.getByRole("alert")).toHaveCount(0);
  }
});
