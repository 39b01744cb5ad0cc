// Sessions of the province, and acting under the name of somebody for a while.
import { chromium } from "@playwright/test";
import { expect, expectAccessible, open, test } from "./fixtures.ts";
import { browserOptions } from "./support.ts";
import { communes, makeAccount, post, signedIn, unique } from "./work.ts";

test("who is signed in is found, and one session is ended, then those of an agency", async ({
  console: page,
}) => {
  const [, , , commune] = await communes(page, 4);
  const account = await makeAccount(page, commune?.code ?? "", "Người Đang Vào");
  const browser = await chromium.launch(browserOptions());
  const first = await signedIn(browser, account.username, "/");
  await open(page, "/");
  await page
    .getByRole("navigation", { name: "Trình đơn chính" })
    .getByRole("link", { name: "Phiên đăng nhập" })
    .click();
  await page.getByRole("searchbox", { name: "Tìm người" }).fill(account.username);
  const row = page.getByRole("row").filter({ hasText: account.username });
  await expect(row).toHaveCount(1);
  await expect(row).toContainText(commune?.name ?? "");
  await expect(row).toContainText("127.0.0.1");
  await expect(row).toContainText("Chưa vào ứng dụng nào");
  await expectAccessible(page, "sessions");
  await row.getByRole("button", { name: /^Kết thúc: Người Đang Vào/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Kết thúc" }).click();
  await expect(page.getByText("Đã kết thúc 1 phiên.")).toBeVisible();
  await expect(row).toHaveCount(0);
  await first.reload();
  await first.waitForURL(/\/sign-in/);

  const second = await signedIn(browser, account.username, "/");
  await open(page, `/sessions?agency=${commune?.code}`);
  await expect(row).toHaveCount(1);
  await page.getByRole("button", { name: "Kết thúc nhiều phiên" }).click();
  const dialog = page.getByRole("dialog");
  const end = dialog.getByRole("button", { name: "Kết thúc các phiên này" });
  await expect(dialog).toContainText(commune?.name ?? "");
  await expect(end).toBeDisabled();
  await expectAccessible(page, "ending many sessions");
  await dialog.getByLabel(`Nhập “${commune?.code}” để xác nhận`).fill(commune?.code ?? "");
  await end.click();
  await expect(page.getByText("Đã kết thúc 1 phiên.")).toBeVisible();
  await second.reload();
  await second.waitForURL(/\/sign-in/);
  // Who ended them is still there.
  await open(page, "/sessions");
  await browser.close();
});

test("an administrator acts under a name for a while, sees whose it is, and comes back", async ({
  console: page,
}) => {
  const [commune] = await communes(page, 1);
  const account = await makeAccount(page, commune?.code ?? "", "Lê Thị Cần Giúp");
  await post(page, `/accounts/${account.id}/grants`, { role: "clerk", agency: commune?.code });
  await open(page, `/accounts/${account.id}`);
  await page.getByRole("button", { name: "Thao tác khác" }).click();
  await page.getByRole("menuitem", { name: "Thao tác dưới tên người này" }).click();
  const dialog = page.getByRole("dialog");
  const begin = dialog.getByRole("button", { name: "Thao tác dưới tên người này" });
  await expect(begin).toBeDisabled();
  await dialog.getByLabel("Số phiếu hỗ trợ").fill("HT-2026/118");
  await dialog.getByLabel("Lý do").fill("Không mở được văn bản đến");
  await expectAccessible(page, "beginning to act under a name");
  await begin.click();
  const bar = page.getByRole("region", { name: "Đang thao tác dưới tên người khác" });
  await expect(bar).toContainText("Bạn đang thao tác dưới tên Lê Thị Cần Giúp");
  await expect(bar).toContainText("HT-2026/118");
  await expect(bar.getByRole("timer")).toHaveText(/^còn (29|30):\d\d$/);
  const menu = page.getByRole("navigation", { name: "Trình đơn chính" });
  await expect(menu.getByRole("link", { name: "Hộp văn bản" })).toBeVisible();
  await expect(menu.getByRole("link", { name: "Tài khoản", exact: true })).toHaveCount(0);
  await page.reload();
  await expect(bar).toBeVisible();
  await expectAccessible(page, "acting under a name");
  await page.setViewportSize({ width: 360, height: 800 });
  await expect(bar.getByRole("button", { name: "Kết thúc" })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await page.setViewportSize({ width: 1366, height: 768 });
  // Another tab of the browser is under the same name, and under one's own again afterwards.
  const other = await page.context().newPage();
  await open(other, "/");
  await expect(other.getByRole("region", { name: /dưới tên người khác/ })).toBeVisible();
  await bar.getByRole("button", { name: "Kết thúc" }).click();
  await expect(page.locator("h1")).toHaveText("Lê Thị Cần Giúp");
  await expect(bar).toHaveCount(0);
  await expect(menu.getByRole("link", { name: "Tài khoản", exact: true })).toBeVisible();
  await other.bringToFront();
  // It asks who it is when one comes back to it, and keeps nothing of the other name.
  await expect(async () => {
    await other.evaluate(() => window.dispatchEvent(new Event("visibilitychange")));
    await expect(other.getByRole("button", { name: /Tài khoản của Quản trị/ })).toBeVisible({
      timeout: 1_000,
    });
  }).toPass();
  await expect(other.getByRole("region", { name: /dưới tên người khác/ })).toHaveCount(0);
  await other.close();
  await page.getByRole("tab", { name: "Nhật ký" }).click();
  await expect(page.getByText(/HT-2026\/118/).first()).toBeVisible();
});

test("groups of an account stand on its page, and a planned merger is given up", async ({
  console: page,
}) => {
  const found = await communes(page, 8);
  const [from, to] = [found[6], found[7]];
  const account = await makeAccount(page, from?.code ?? "");
  const group = await post(page, "/groups", {
    name: `to-${unique()}`,
    display_name: "Tổ rà soát hồ sơ",
    agency: from?.code,
  });
  await post(page, `/groups/${group.id}/members`, { add: [account.id] });
  await open(page, `/accounts/${account.id}`);
  await page.getByRole("link", { name: "Tổ rà soát hồ sơ" }).click();
  await expect(page.locator("h1")).toHaveText("Tổ rà soát hồ sơ");

  const on = new Date(Date.now() + 40 * 86_400_000).toISOString();
  const basis = `${unique()}/NQ-HĐND`;
  await post(page, "/unit-moves", { from: from?.code, to: to?.code, on, basis, dry_run: false });
  await open(page, "/unit-moves");
  const plan = page.locator("main section").filter({ hasText: "Chờ đến ngày" });
  await expect(plan).toContainText(basis);
  await expectAccessible(page, "planned merger");
  await plan.getByRole("button", { name: `Hủy lịch: ${from?.name}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Hủy lịch" }).click();
  await expect(page.getByText("Đã hủy lịch chuyển đơn vị.")).toBeVisible();
  await expect(plan.getByText(basis)).toHaveCount(0);
});
