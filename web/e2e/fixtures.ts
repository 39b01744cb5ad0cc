// The test object of all browser tests: signed in, and failing on anything the policy blocked.
import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Page } from "@playwright/test";
import { signIn } from "./support.ts";

interface Fixtures {
  /** A signed-in page, in Vietnamese and light unless a test changes it. */
  console: Page;
}

/** What the browser complained about: blocked by the policy, thrown, or logged as an error. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`thrown: ${error.message}`));
  page.on("console", (message) => {
    const text = message.text();
    // An answer of the API that is an error is a matter of its test, not of the page.
    if (message.type() === "error" && !text.startsWith("Failed to load resource"))
      complaints.push(text);
  });
  return complaints;
}

export const test = base.extend<Fixtures>({
  console: async ({ page }, use) => {
    const complaints = complaintsOf(page);
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        console.error(`blocked by the policy: ${event.violatedDirective} ${event.blockedURI}`);
      });
    });
    await signIn(page);
    await prefer(page, { language: "vi", theme: "light", density: "comfortable" });
    await use(page);
    expect(complaints).toEqual([]);
  },
});

export { expect };

export async function prefer(page: Page, preferences: Record<string, string>) {
  const me = await (await page.request.get("/api/v1/me")).json();
  const answer = await page.request.patch("/api/v1/me/preferences", {
    data: preferences,
    headers: { "X-CSRF-Token": me.csrf_token },
  });
  expect(answer.ok()).toBe(true);
}

/** Opens an address and waits until its content has come. */
export async function open(page: Page, address: string) {
  await page.goto(address);
  await page.locator("h1").first().waitFor();
  await expect(page.locator('main [aria-busy="true"]')).toHaveCount(0);
}

/** Chooses a part of a segmented control; its radio itself is hidden behind the label. */
export async function choose(page: Page, name: string) {
  await page
    .locator(".mantine-SegmentedControl-label", { hasText: new RegExp(`^${name}$`) })
    .click();
}

/** No serious or critical finding of axe, contrast included. */
export async function expectAccessible(page: Page, where: string) {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  const grave = violations
    .filter((violation) => violation.impact === "serious" || violation.impact === "critical")
    .map(
      (violation) =>
        `${violation.id}: ${violation.nodes
          .map((node) => node.target.join(" "))
          .slice(0, 4)
          .join(" | ")}`,
    );
  expect(grave, where).toEqual([]);
}
