// The frame: sign-in, languages, themes, keys, palette, sign-out.
import { test as plain } from "@playwright/test";
import { expect, expectAccessible, open, prefer, test } from "./fixtures.ts";
import { signIn } from "./support.ts";

plain("a person without a session is sent to sign in and comes back", async ({ page }) => {
  await page.goto("/documents?q=bao");
  await page.waitForURL(/\/sign-in\?next=/);
  expect(new URL(page.url()).searchParams.get("next")).toBe("/documents?q=bao");
  await signIn(page, "/documents?q=bao");
  await expect(page).toHaveURL(/\/documents\?q=bao/);
  await expect(page.getByRole("searchbox", { name: "Tìm văn bản" })).toHaveValue("bao");
});

plain("nothing secret is kept in the browser's storage", async ({ page }) => {
  await signIn(page);
  await page.locator("h1").waitFor();
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  expect(kept).not.toMatch(/token|csrf|session|password/i);
  expect(await page.evaluate(() => document.cookie)).not.toContain("lgsp_session");
});

test("language changes at once and stays", async ({ console: page }) => {
  await open(page, "/documents");
  await page.getByRole("button", { name: /Tài khoản của/ }).click();
  await page.getByRole("menuitemradio", { name: "English" }).click();
  await expect(page.locator("h1")).toHaveText("Documents");
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await page.reload();
  await expect(page.locator("h1")).toHaveText("Documents");
  await prefer(page, { language: "vi" });
});

test("the dark theme is used without a flash of light", async ({ console: page }) => {
  await prefer(page, { theme: "dark" });
  await open(page, "/");
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  // The next visit knows it before any answer of the server.
  await page.route("**/api/v1/**", (route) => route.abort());
  await page.reload({ waitUntil: "commit" });
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
});

test("the palette finds pages without marks and opens them by keyboard", async ({
  console: page,
}) => {
  await open(page, "/");
  await page.keyboard.press("Control+k");
  const field = page.getByRole("combobox", { name: /Tìm trang/ });
  await field.fill("luot gui");
  await expect(page.getByRole("option", { name: "Lượt gửi" })).toBeVisible();
  await expectAccessible(page, "palette");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/deliveries$/);
});

test("the palette finds an agency by its code", async ({ console: page }) => {
  const { items } = await (await page.request.get("/api/v1/agencies?limit=1")).json();
  await open(page, "/");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: /Tìm trang/ }).fill(items[0].code);
  await page
    .getByRole("option", { name: new RegExp(items[0].name) })
    .first()
    .click();
  await expect(page.locator("h1")).toHaveText(items[0].name);
});

test("the palette finds people and applications", async ({ console: page }) => {
  const { items } = await (await page.request.get("/api/v1/accounts?limit=1")).json();
  await open(page, "/");
  await page.keyboard.press("Control+k");
  const field = page.getByRole("combobox", { name: /Tìm trang/ });
  await field.fill("demo-web");
  await expect(page.getByRole("option", { name: /demo-web/ })).toBeVisible();
  await field.fill(items[0].username);
  await page.getByRole("option", { name: new RegExp(items[0].username) }).click();
  await expect(page).toHaveURL(new RegExp(`/accounts/${items[0].id}$`));
});

test("what the arrows choose in the palette stays in sight", async ({ console: page }) => {
  await open(page, "/");
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: /Tìm trang/ })).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(page.getByRole("option").last()).toHaveAttribute("aria-selected", "true");
  await expect(page.getByRole("option").last()).toBeInViewport();
});

test("the menu shows where one is, however long it is", async ({ console: page }) => {
  await open(page, "/audit");
  const entry = page.getByRole("navigation", { name: "Trình đơn chính" }).locator("[aria-current]");
  await expect(entry).toBeInViewport({ ratio: 1 });
});

test("the columns chosen for a list are kept", async ({ console: page }) => {
  await open(page, "/documents");
  const head = page.getByRole("columnheader", { name: "Mã văn bản" });
  await expect(head).toHaveCount(0);
  await page.getByRole("button", { name: "Cột" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Mã văn bản" }).click();
  await expect(head).toBeVisible();
  await open(page, "/documents");
  await expect(head).toBeVisible();
});

test("paper is light in the dark theme too", async ({ console: page }) => {
  await prefer(page, { theme: "dark" });
  await open(page, "/documents");
  await page.emulateMedia({ media: "print" });
  await expect(page.getByText(/ in lúc \d\d\/\d\d\/\d{4} \d\d:\d\d$/)).toBeVisible();
  const colours = await page.evaluate(() => {
    const cell = document.querySelector("tbody td a");
    return [getComputedStyle(document.body).backgroundColor, cell && getComputedStyle(cell).color];
  });
  expect(colours).toEqual(["rgb(255, 255, 255)", "rgb(27, 36, 48)"]);
});

test("a dialog begins at its first field, and a harmful one at the way out", async ({
  console: page,
}) => {
  const { items } = await (await page.request.get("/api/v1/accounts?q=nam.vanthu")).json();
  await open(page, `/accounts/${items[0].id}`);
  await page.getByRole("button", { name: "Cấp vai trò" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("Vai trò")).toBeFocused();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Thu hồi: Văn thư" }).click();
  await expect(dialog.getByRole("button", { name: "Hủy" })).toBeFocused();
});

test("keys are listed under the question mark", async ({ console: page }) => {
  await open(page, "/");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Phím tắt" })).toBeVisible();
  await expectAccessible(page, "keys");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("the skip link leads to the content", async ({ console: page }) => {
  await open(page, "/documents");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.locator("#content")).toBeFocused();
});

test("the menu folds on a desk and slides in on a phone", async ({ console: page }) => {
  await open(page, "/");
  await page.getByRole("button", { name: "Thu gọn trình đơn" }).click();
  await expect(page.getByRole("button", { name: "Mở rộng trình đơn" })).toBeVisible();
  await expectAccessible(page, "folded menu");
  await page.getByRole("button", { name: "Mở rộng trình đơn" }).click();
  await page.setViewportSize({ width: 360, height: 800 });
  await page.getByRole("button", { name: "Mở trình đơn" }).click();
  await page.getByRole("dialog").getByRole("link", { name: "Cảnh báo" }).click();
  await expect(page.locator("h1")).toHaveText("Cảnh báo");
});

test("an address that leads nowhere says so", async ({ console: page }) => {
  await open(page, "/khong-co-trang-nay");
  await expect(page.locator("h1")).toHaveText("Không có trang này");
});

test("a lost connection is told, and old data stays", async ({ console: page }) => {
  await open(page, "/documents");
  await page.route("**/api/v1/documents*", (route) => route.abort());
  await expect(page.getByText(/đang kết nối lại/)).toBeVisible({ timeout: 20_000 });
  await expect(page.locator("[data-row-link]").first()).toBeVisible();
});

test("sign-out ends the session", async ({ console: page }) => {
  await open(page, "/");
  await page.getByRole("button", { name: /Tài khoản của/ }).click();
  await page.getByRole("menuitem", { name: "Đăng xuất" }).click();
  await page.waitForURL(/\/sign-in/);
  expect((await page.request.get("/api/v1/me")).status()).toBe(401);
});
