// What tests of people share: units without live traffic, accounts, a second person's browser.
import type { Browser, Page } from "@playwright/test";
import { expect, open } from "./fixtures.ts";
import { contextOptions, credentials } from "./support.ts";

export const PASSWORD = "Mat-khau-thu-2026-rat-dai";
export const unique = () => `${Date.now()}${Math.floor(Math.random() * 1000)}`;

/** Two communes and nothing of the live demo: their codes, and their names. */
export async function communes(
  page: Page,
  count: number,
): Promise<{ code: string; name: string }[]> {
  const about = await (await page.request.get("/api/v1/about")).json();
  const found: { code: string; name: string }[] = [];
  const visit = async (parent: string) => {
    const answer = await page.request.get(`/api/v1/agencies?parent=${parent}&limit=200`);
    for (const agency of (await answer.json()).items) {
      if (found.length >= count) return;
      if (agency.level === "commune") found.push(agency);
      else if (agency.level === "district") await visit(agency.code);
    }
  };
  await visit(about.province);
  expect(found).toHaveLength(count);
  return found;
}

async function send(page: Page, method: "post" | "put", path: string, data: unknown) {
  const me = await (await page.request.get("/api/v1/me")).json();
  const answer = await page.request[method](`/api/v1${path}`, {
    data,
    headers: { "X-CSRF-Token": me.csrf_token },
  });
  expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
  return answer.status() === 204 ? undefined : answer.json();
}

export const post = (page: Page, path: string, data: unknown) => send(page, "post", path, data);
export const put = (page: Page, path: string, data: unknown) => send(page, "put", path, data);

export async function makeAccount(page: Page, agency: string, name = "Người Dùng Thử Nghiệm") {
  return post(page, "/accounts", {
    username: `thu.${unique()}`,
    display_name: name,
    agency,
    kind: "official",
    password: PASSWORD,
  });
}

/** Somebody else, in a browser of their own, at a page. */
export async function signedIn(browser: Browser, username: string, address: string): Promise<Page> {
  const context = await browser.newContext({ ...contextOptions, baseURL: credentials().url });
  const page = await context.newPage();
  await page.goto(`/sign-in?next=${encodeURIComponent(address)}`);
  await page.locator('input[name="username"]').fill(username);
  await page.locator('input[name="password"]').fill(PASSWORD);
  await page.locator('form button[type="submit"]').first().click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
  await open(page, address);
  return page;
}

/** Hits of what was typed before still come and go, and the list below a field moves with them. */
export async function rest(page: Page) {
  await expect(page.locator('[role="listbox"][aria-busy="true"]')).toHaveCount(0);
}

export async function chooseIn(page: Page, label: string, text: string) {
  const dialog = page.getByRole("dialog");
  const root = (await dialog.count()) > 0 ? dialog : page.locator("main");
  const field = root.getByRole("textbox", { name: label });
  // The list below a field that is out of sight is not shown.
  await field.scrollIntoViewIfNeeded();
  await field.fill(text);
  await rest(page);
  await page.getByRole("listbox").getByRole("option").filter({ hasText: text }).first().click();
}
