// Acting for somebody: changing to them and back, what a tab keeps, and how it ends.
import { readFileSync } from "node:fs";
import { type Browser, chromium, type Page } from "@playwright/test";
import { expect, expectAccessible, open, test } from "./fixtures.ts";
import { browserOptions } from "./support.ts";
import { communes, makeAccount, post, signedIn } from "./work.ts";

interface Pair {
  boss: { id: string; username: string };
  deputy: { id: string; username: string };
  commune: { code: string; name: string };
  delegation: string;
}

/** A clerk who has delegated to somebody without any role, who has accepted. */
async function pair(page: Page, browser: Browser): Promise<Pair> {
  const [commune] = await communes(page, 1);
  if (!commune) throw new Error("no commune");
  const boss = await makeAccount(page, commune.code, "Nguyễn Văn Thư");
  const deputy = await makeAccount(page, commune.code, "Trần Thị Thay");
  await post(page, `/accounts/${boss.id}/grants`, { role: "clerk", agency: commune.code });
  const first = await signedIn(browser, boss.username, "/");
  const now = Date.now();
  const made = await post(first, "/me/delegations", {
    delegate: deputy.username,
    roles: [{ role: "clerk", agency: commune.code }],
    from: new Date(now - 60_000).toISOString(),
    until: new Date(now + 5 * 86_400_000).toISOString(),
    decision_no: "07/QĐ-UBND",
  });
  await first.context().close();
  return { boss, deputy, commune, delegation: made.id };
}

const menu = (page: Page) => page.getByRole("navigation", { name: "Trình đơn chính" });
const bar = (page: Page) => page.getByRole("region", { name: "Đang làm thay" });

async function chooseName(page: Page, name: RegExp) {
  await page.getByRole("button", { name: /Tài khoản của/ }).click();
  await page.getByRole("menuitemradio", { name }).click();
}

test("a deputy acts for somebody in one tab, and goes back", async ({ console: page }) => {
  const browser = await chromium.launch(browserOptions());
  const { boss, deputy, commune, delegation } = await pair(page, browser);
  const work = await signedIn(browser, deputy.username, "/profile/delegations");
  await work.getByRole("button", { name: `Nhận: ${boss.username}` }).click();
  await work.getByRole("dialog").getByRole("button", { name: "Nhận" }).click();
  await expect(work.getByText("Đang có hiệu lực")).toBeVisible();
  await expect(menu(work).getByRole("link", { name: "Hộp văn bản" })).toHaveCount(0);

  await chooseName(work, /^Thay Nguyễn Văn Thư, đến /);
  await expect(bar(work)).toContainText("Bạn đang làm thay Nguyễn Văn Thư");
  await expect(bar(work)).toContainText("07/QĐ-UBND");
  // The menu follows what the other may do, and so do the pages.
  await menu(work).getByRole("link", { name: "Hộp văn bản" }).click();
  await expect(work.locator("h1")).toHaveText("Hộp văn bản");
  await expect(work.getByRole("main").getByRole("alert")).toHaveCount(0);
  await expect(work.getByText(commune.name).first()).toBeVisible();
  await expectAccessible(work, "acting for somebody");
  await work.setViewportSize({ width: 360, height: 800 });
  await expect(bar(work).getByRole("button")).toBeVisible();
  expect(await work.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await work.setViewportSize({ width: 1366, height: 768 });

  // A file behind a plain link is read for the other too.
  const [file] = await Promise.all([
    work.waitForEvent("download"),
    work.evaluate(() => {
      const link = document.createElement("a");
      link.href = "/api/v1/me";
      link.download = "toi.json";
      document.body.append(link);
      link.click();
    }),
  ]);
  const told = JSON.parse(readFileSync(await file.path(), "utf8"));
  expect(told.roles.map(({ role }: { role: string }) => role)).toEqual(["clerk"]);

  // A reload keeps it, another tab does not have it, and nothing secret is kept.
  await work.reload();
  await expect(bar(work)).toBeVisible();
  const kept = await work.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  expect(kept).toContain(boss.username);
  expect(kept).not.toMatch(/token|csrf|session|password/i);
  const other = await work.context().newPage();
  await open(other, "/");
  await expect(bar(other)).toHaveCount(0);
  await other.close();

  await bar(work).getByRole("button", { name: "Trở lại là Trần Thị Thay" }).click();
  await expect(bar(work)).toHaveCount(0);
  await expect(menu(work).getByRole("link", { name: "Hộp văn bản" })).toHaveCount(0);

  // What one does is written down with both names, and its end is noticed at once.
  await open(work, "/profile/delegations");
  await work.getByRole("button", { name: `Làm thay: ${boss.username}` }).click();
  await expect(bar(work)).toBeVisible();
  await post(page, `/delegations/${delegation}/revoke`, {});
  await menu(work).getByRole("link", { name: "Hộp văn bản" }).click();
  await expect(work.getByText("Việc làm thay đã kết thúc")).toBeVisible();
  await expect(bar(work)).toHaveCount(0);
  expect(await work.evaluate(() => sessionStorage.getItem("lgsp-acting"))).toBeNull();
  await browser.close();
});

test("somebody else who signs in in the same tab does not act for anybody", async ({
  console: page,
}) => {
  const browser = await chromium.launch(browserOptions());
  const { boss, deputy } = await pair(page, browser);
  const work = await signedIn(browser, deputy.username, "/profile/delegations");
  await work.getByRole("button", { name: `Nhận: ${boss.username}` }).click();
  await work.getByRole("dialog").getByRole("button", { name: "Nhận" }).click();
  await work.getByRole("button", { name: `Làm thay: ${boss.username}` }).click();
  await expect(bar(work)).toBeVisible();
  // The tab keeps its memory while the session becomes another's.
  await work.evaluate(() => {
    const kept = sessionStorage.getItem("lgsp-acting") ?? "";
    sessionStorage.setItem("lgsp-acting", kept.replace(/"by":"[^"]*"/, '"by":"khac"'));
  });
  await work.reload();
  await expect(work.getByText("Việc làm thay đã kết thúc")).toBeVisible();
  await expect(bar(work)).toHaveCount(0);
  await browser.close();
});
