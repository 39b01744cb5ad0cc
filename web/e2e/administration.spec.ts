// Configuration, systems, accounts, journal, profile.
import { choose, expect, expectAccessible, open, test } from "./fixtures.ts";
import { rest } from "./work.ts";

test("a resource is changed as a form, compared, and rolled back", async ({ console: page }) => {
  const { items } = await (await page.request.get("/api/v1/resources/system?limit=1")).json();
  const { name, revision } = items[0];
  await open(page, `/registry/system/${name}`);
  const title = page.getByRole("tabpanel").getByRole("textbox").first();
  const before = await title.inputValue();
  await title.fill(`${before} (sửa)`);
  await page.getByRole("button", { name: "Lưu phiên bản mới" }).click();
  await expect(page.getByText(`phiên bản ${revision + 1}`)).toBeVisible();

  await page.getByRole("tab", { name: "Lịch sử" }).click();
  await expect(page.getByRole("heading", { name: "So sánh phiên bản" })).toBeVisible();
  await expect(page.getByRole("cell", { name: `${before} (sửa)` })).toBeVisible();
  await expectAccessible(page, "history");
  await page.getByRole("button", { name: `Quay lại phiên bản ${revision}`, exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Quay lại" }).click();
  await expect(page.getByText(`phiên bản ${revision + 2}`)).toBeVisible();
  await page.getByRole("tab", { name: "Nội dung" }).click();
  await expect(title).toHaveValue(before);
});

test("a resource is changed as text, and what cannot be read is told", async ({
  console: page,
}) => {
  const { items } = await (await page.request.get("/api/v1/resources/system?limit=1")).json();
  await open(page, `/registry/system/${items[0].name}`);
  await choose(page, "Văn bản");
  const source = page.getByLabel("Nội dung dạng JSON");
  await source.fill("{ nửa chừng");
  await expect(page.getByText(/JSON chưa đúng/)).toBeVisible();
  await expectAccessible(page, "source with an error");
});

test("a system's secret is shown once and can be retired", async ({ console: page }) => {
  const { items } = await (await page.request.get("/api/v1/systems?limit=4")).json();
  const { name } = items.at(-1);
  await open(page, `/systems/${name}`);
  await page.getByRole("button", { name: "Tạo khóa mới" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Tạo khóa mới" }).click();
  const once = page.getByRole("dialog", { name: "Khóa bí mật mới" });
  await expect(once.getByText("Chỉ hiện một lần")).toBeVisible();
  const secret = await once.locator("code").innerText();
  expect(secret.length).toBeGreaterThan(15);
  await expectAccessible(page, "secret");
  await once.getByRole("button", { name: "Đóng" }).last().click();
  await expect(page.getByText(secret)).toHaveCount(0);
  await page
    .getByRole("button", { name: /^Thu hồi: / })
    .first()
    .click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "Thu hồi" })).toBeDisabled();
  await dialog.getByRole("textbox").fill(name);
  await dialog.getByRole("button", { name: "Thu hồi" }).click();
  await expect(page.getByText("Đã thu hồi khóa.")).toBeVisible();
});

test("the tree of agencies changes with its day", async ({ console: page }) => {
  await open(page, "/agencies");
  await expect(page.getByRole("treeitem").nth(5)).toBeVisible();
  await page.getByRole("searchbox", { name: "Tìm cơ quan" }).fill("noi vu");
  await expect(page.locator("[data-row-link]").first()).toContainText("Nội vụ");
  await page.locator("[data-row-link]").first().click();
  await expect(page.getByRole("heading", { name: "Mã định danh", exact: true })).toBeVisible();
  await open(page, "/agencies?at=2020-06-01");
  const before = await page.getByRole("treeitem").first().innerText();
  await open(page, "/agencies?at=2025-08-01");
  await expect(page.getByRole("treeitem").first()).not.toHaveText(before);
});

test("an account is made, given a role, and found", async ({ console: page }) => {
  const username = `thu.nghiem.${Date.now()}`;
  await open(page, "/accounts/new");
  await page.getByLabel("Họ và tên").fill("Người Dùng Thử Nghiệm");
  await page.getByLabel("Tên đăng nhập").fill(username);
  const { items } = await (await page.request.get("/api/v1/agencies?limit=1")).json();
  await page.getByRole("textbox", { name: "Cơ quan" }).fill(items[0].code);
  await rest(page);
  await page.getByRole("listbox").getByRole("option").first().click();
  await page.getByRole("textbox", { name: "Mật khẩu" }).fill("Mat-khau-thu-2026-rat-dai");
  await page.getByRole("button", { name: "Tạo tài khoản" }).click();
  await expect(page.locator("h1")).toHaveText("Người Dùng Thử Nghiệm");
  await page.getByRole("button", { name: "Cấp vai trò" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Vai trò").selectOption("official");
  await dialog.getByRole("button", { name: "Cấp vai trò" }).click();
  await expect(page.getByText("Đã cấp vai trò.")).toBeVisible();
  await expect(page.getByRole("main").getByText("Cán bộ, công chức")).toBeVisible();
  await open(page, `/accounts?q=${username}`);
  await expect(page.locator("[data-row-link]")).toHaveCount(1);
});

test("the journal is searched, opened and verified", async ({ console: page }) => {
  await open(page, "/audit");
  await page.locator("[data-row-link]").first().click();
  await expect(page.getByRole("dialog", { name: "Sự kiện" })).toBeVisible();
  await expectAccessible(page, "event");
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Kiểm chứng" }).click();
  await page.getByRole("button", { name: "Kiểm chứng ngay" }).click();
  await expect(page.getByText(/Nhật ký nguyên vẹn/)).toBeVisible({ timeout: 30_000 });
});

test("an access token is shown once and revoked", async ({ console: page }) => {
  const name = `mã thử ${Date.now()}`;
  await open(page, "/profile");
  await page.getByRole("button", { name: "Tạo mã truy cập" }).click();
  await page.getByRole("dialog").getByLabel("Tên").fill(name);
  await page.getByRole("dialog").getByRole("button", { name: "Tạo mã truy cập" }).click();
  const once = page.getByRole("dialog", { name: "Mã truy cập mới" });
  await expect(once.locator("code")).toHaveText(/^lgsp_pat_/);
  await once.getByRole("button", { name: "Đóng" }).last().click();
  await page.getByRole("button", { name: `Thu hồi: ${name}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Thu hồi" }).click();
  await expect(page.getByText("Đã thu hồi mã.")).toBeVisible();
  await expect(page.getByRole("button", { name: `Thu hồi: ${name}` })).toHaveCount(0);
});
