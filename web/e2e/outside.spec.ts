// Outside systems: providers, directories, secrets of applications, as an administrator works with them.
import { createServer } from "node:net";
import type { Browser, Page } from "@playwright/test";
import { expect, expectAccessible, open, test } from "./fixtures.ts";

const stamp = () => String(Date.now() % 10_000_000);

interface Named {
  name: string;
  spec: Record<string, unknown>;
}

/** The simulated national portal that the demo runs beside itself. */
async function simulated(page: Page): Promise<Named> {
  const answer = await page.request.get("/api/v1/resources/identity-provider/cong-dvc");
  return answer.json();
}

async function make(page: Page, title: string, issuer: string) {
  await open(page, "/identity-providers/new?profile=national_portal");
  await page.getByLabel("Tên hiển thị").fill(title);
  await page.getByLabel("Issuer").fill(issuer);
  await page.getByLabel("Mã ứng dụng (client id)").fill("lgsp-demo");
  await page.getByRole("textbox", { name: "Khóa bí mật" }).fill("khong-dung-khoa-nay");
  await page.getByLabel("Cho phép địa chỉ nội bộ và http").check();
  await page.getByRole("button", { name: "Thêm nhà cung cấp" }).click();
  await expect(page.locator("h1")).toHaveText(title);
}

test("a provider is added, checked, its claims previewed and its levels set", async ({
  console: page,
}) => {
  const { spec } = await simulated(page);
  await make(page, `Cổng thử ${stamp()}`, String(spec.issuer));
  await expect(page.getByText("Dùng được.", { exact: true })).toBeVisible();
  await expect(page.getByText(/\d+ khóa dùng được/)).toBeVisible();

  const result = page.getByRole("group", { name: "Nền tảng sẽ hiểu là" });
  await expect(result).toContainText("Nguyễn Văn An");
  await expect(result).toContainText("•••••••••789");
  await expect(result).toContainText("1 – một yếu tố");
  await expect(result).toContainText("Từ chối");

  await page.getByRole("button", { name: "Thêm dòng" }).click();
  await page.getByLabel("acr của nhà cung cấp 1").fill("LoA2");
  await page.getByLabel("Mức tại đây 1").selectOption("2");
  await page.getByRole("button", { name: "Lưu bảng" }).click();
  await expect(page.getByText("Đã lưu bảng mức bảo đảm.")).toBeVisible();
  await expect(result).toContainText("2 – hai yếu tố");

  // A map is tried before it is saved.
  const sample = page.getByLabel("Thông tin mẫu (JSON)");
  await sample.fill('{"sub": "1", "TechName": "Trần Bình", "HoVaTen": "Khác", "so": "12"}');
  await expect(result).toContainText("Khác");
  await page.getByLabel("Họ và tên").fill("{TechName}\nHoVaTen");
  await page.getByLabel("Số định danh cá nhân").fill("so");
  await page.getByLabel("Điện thoại").fill("khong_co");
  await expect(page.getByText("Ánh xạ chưa lưu")).toBeVisible();
  await expect(result).toContainText("Trần Bình");
  await expect(result).toContainText("Số định danh cá nhân: Giá trị không phải số định danh");
  await expect(result).toContainText("Điện thoại: Không nguồn nào ở đây có giá trị");
  await expectAccessible(page, "provider with a map that is not saved");
  await page.getByLabel("Số định danh cá nhân").fill("");
  await page.getByLabel("Điện thoại").fill("");
  await page.getByRole("button", { name: "Lưu ánh xạ" }).click();
  await expect(page.getByText("Đã lưu ánh xạ.")).toBeVisible();
  await expect(page.getByText("Ánh xạ chưa lưu")).toBeHidden();
  await expect(result).toContainText("Trần Bình");
  await sample.fill("{ nửa chừng");
  await expect(page.getByText(/JSON chưa đúng/)).toBeVisible();
  await expectAccessible(page, "provider with an unreadable sample");
});

test("a wrong issuer is told with what to do about it", async ({ console: page }) => {
  const { spec } = await simulated(page);
  await make(page, `Cổng sai ${stamp()}`, `${spec.issuer}/`);
  await expect(page.getByText("Chưa dùng được.")).toBeVisible();
  await expect(page.getByText("Cần làm:")).toBeVisible();
  await expect(page.getByText(/phải giống từng ký tự/)).toBeVisible();
});

test("a dry run signs in at the provider and shows what would follow", async ({
  console: page,
  context,
}) => {
  await open(page, "/identity-providers/cong-dvc");
  await expect(page.getByText("Dùng được.", { exact: true })).toBeVisible();
  const opening = context.waitForEvent("page");
  await page.getByRole("button", { name: "Đăng nhập thử" }).click();
  const provider = await opening;
  await provider.getByRole("button", { name: "Đăng nhập với người đã chọn" }).click();
  await expect(provider.locator("body")).toContainText("chưa lưu gì");
  await expect(provider.locator("body")).toContainText("→ Họ và tên");
});

test("who is linked is listed, tried on and unlinked", async ({ console: page, browser }) => {
  const base = new URL(page.url()).origin;
  const context = await browser.newContext({ baseURL: base, locale: "vi-VN" });
  const person = await context.newPage();
  // Somebody comes from the simulated portal for the first time, and once more.
  const number = 5 * Math.floor(Math.random() * 190) + 2;
  for (const _ of [1, 2]) {
    await context.clearCookies();
    await person.goto("/sign-in/with/cong-dvc?next=/account");
    await person.goto(`${person.url()}&person=${number}`);
    await person.waitForURL(/\/account/);
  }
  const { username, display_name: name } = await (await context.request.get("/api/v1/me")).json();

  await open(page, "/identity-providers/cong-dvc");
  const row = page.getByRole("row").filter({ hasText: username });
  await expect(row).toContainText(name);
  await page.getByLabel("Thử với").selectOption("last");
  await page.getByRole("button", { name: "Thử với lần đăng nhập gần nhất" }).click();
  const told = page.getByLabel("Thông tin đã gửi (che giá trị)");
  await expect(told).toHaveValue(/"HoVaTen": "•+"/);
  const result = page.getByRole("group", { name: "Nền tảng sẽ hiểu là" });
  await expect(result).toContainText("Đăng nhập ngay, vì đã nối");
  await expectAccessible(page, "provider with its links");

  await row.getByRole("button", { name: `Gỡ: ${name}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Gỡ", exact: true }).click();
  await expect(page.getByText("Đã gỡ liên kết.")).toBeVisible();
  await expect(row).toHaveCount(0);
  expect((await context.request.get("/api/v1/me")).status()).toBe(401);
  await context.close();
});

test("a directory that refuses connections is told in words", async ({ console: page }) => {
  // A port that nobody listens on.
  const port = await new Promise<number>((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      const found = typeof address === "object" && address ? address.port : 0;
      server.close(() => resolve(found));
    });
  });
  const title = `Thư mục thử ${stamp()}`;
  await open(page, "/directory-connections/new?product=openldap");
  await page.getByRole("textbox", { name: "Tên hiển thị" }).fill(title);
  await page
    .getByRole("textbox", { name: "Địa chỉ", exact: true })
    .fill(`ldap://127.0.0.1:${port}`);
  await page.getByLabel("Cho phép địa chỉ trên chính máy chủ này").check();
  await page.getByRole("textbox", { name: "Tài khoản đọc" }).fill("cn=reader,dc=tinh");
  await page.getByRole("textbox", { name: "Mật khẩu đọc" }).fill("mat-khau-doc");
  await page.getByRole("textbox", { name: "Nhánh người dùng" }).fill("ou=people,dc=tinh");
  await page.getByRole("button", { name: "Thêm kết nối" }).click();
  await expect(page.locator("h1")).toHaveText(title);
  await page.getByRole("button", { name: "Kiểm tra", exact: true }).click();
  const failure = page.getByRole("alert").filter({ hasText: "từ chối kết nối" });
  await expect(failure).toBeVisible();
  await expect(failure).toContainText("Connection refused");
  await expectAccessible(page, "directory that refuses");

  await page.getByRole("button", { name: "Đổi lịch" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Thay đổi mỗi (phút)").fill("30");
  await dialog.getByRole("button", { name: "Lưu lịch" }).click();
  await expect(page.getByText("Đã lưu lịch.")).toBeVisible();
  await expect(page.getByText("30 phút")).toBeVisible();

  await page.getByRole("button", { name: "Chạy thử" }).click();
  await expect(page.getByText("Đã xếp lượt chạy.")).toBeVisible();
  await expect(page.getByText("Đang chạy").first()).toBeVisible();
});

test("the province's own directory face is read as a directory of others", async ({
  console: page,
}) => {
  // `cargo xtask e2e` tells it, as it tells the address and the sign-in.
  const ldap = JSON.parse(process.env.LGSP_E2E_LDAP ?? "{}");
  expect(ldap.url, "LGSP_E2E_LDAP").toBeTruthy();
  const title = `Thư mục thật ${stamp()}`;
  await open(page, "/directory-connections/new?product=openldap");
  await page.getByRole("textbox", { name: "Tên hiển thị" }).fill(title);
  await page.getByRole("textbox", { name: "Địa chỉ", exact: true }).fill(ldap.url);
  await page.getByLabel("Dùng StartTLS với ldap://").uncheck();
  await page.getByLabel("Cho phép địa chỉ trên chính máy chủ này").check();
  await page.getByRole("textbox", { name: "Tài khoản đọc" }).fill(ldap.bind_dn);
  await page.getByRole("textbox", { name: "Mật khẩu đọc" }).fill(ldap.password);
  await page.getByRole("textbox", { name: "Nhánh người dùng" }).fill(`ou=people,${ldap.base_dn}`);
  await page.getByRole("button", { name: "Thêm kết nối" }).click();
  await expect(page.locator("h1")).toHaveText(title);
  await page.getByRole("button", { name: "Kiểm tra", exact: true }).click();
  await expect(page.getByText("Đọc được", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Chạy thử" }).click();
  await expect(page.getByText("Xong").first()).toBeVisible({ timeout: 30_000 });

  // Everybody there has an account here already: nothing is taken over before one decides.
  await page.getByRole("button", { name: "Đồng bộ toàn bộ" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Đồng bộ toàn bộ" }).click();
  const conflicts = page.getByRole("region", { name: "Trùng lặp" });
  await expect(conflicts).toBeVisible({ timeout: 30_000 });
  const ignore = conflicts.getByRole("button", { name: /^Bỏ qua: / });
  // The run may still be adding others; what counts is that this one goes.
  const one = (await ignore.first().getAttribute("aria-label")) ?? "";
  expect(one).toContain("Bỏ qua: ");
  await conflicts.getByRole("button", { name: one, exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Bỏ qua" }).click();
  await expect(page.getByText("Đã bỏ qua.")).toBeVisible();
  await expect(conflicts.getByRole("button", { name: one, exact: true })).toHaveCount(0);
});

test("metadata of a SAML application is read from a file, and again when it was mended", async ({
  console: page,
}) => {
  const name = `saml-${stamp()}`;
  const metadata = `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://${name}.example/sp"><SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://${name}.example/acs" index="0" isDefault="true"/></SPSSODescriptor></EntityDescriptor>`;
  await open(page, "/applications/new?type=saml");
  const input = page.locator('input[type="file"]');
  const choose = (text: string) =>
    input.setInputFiles({ name: "sp.xml", mimeType: "text/xml", buffer: Buffer.from(text) });
  await choose(metadata.slice(0, -30));
  await expect(page.getByRole("alert")).toBeVisible();
  // A browser tells of a choice only when it differs from what the field holds.
  await expect(input).toHaveValue("");
  await choose(metadata);
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(page.getByText(`https://${name}.example/acs`, { exact: true })).toBeVisible();
  await expectAccessible(page, "metadata that was read");
  await page.getByLabel("Tên hiển thị").fill("Cổng SAML thử");
  await page.getByRole("textbox", { name: "Mã", exact: true }).fill(name);
  await page.getByRole("button", { name: "Thêm ứng dụng" }).click();
  await expect(page.locator("h1")).toHaveText("Cổng SAML thử");
  await expect(page.getByText("Đã thêm ứng dụng", { exact: true })).toBeVisible();
});

test("a token of a SCIM client is made, shown once, replaced and revoked", async ({
  console: page,
}) => {
  const title = `Nhân sự ${stamp()}`;
  await open(page, "/applications/new?type=scim");
  await page.getByLabel("Tên hiển thị").fill(title);
  await page.getByRole("button", { name: "Thêm ứng dụng" }).click();
  await expect(page.locator("h1")).toHaveText(title);
  const once = page.getByRole("dialog", { name: "Khóa bí mật mới" });
  const code = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  const tokens: string[] = [];
  for (const _ of [1, 2]) {
    await page.getByRole("button", { name: "Tạo khóa mới" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Tạo khóa mới" }).click();
    await expect(once.locator("code")).toHaveText(/^lgsp_scim_/);
    tokens.push(await once.locator("code").innerText());
    await once.getByRole("button", { name: "Đóng" }).last().click();
  }
  await expect(page.getByText(tokens[1] ?? "")).toHaveCount(0);
  const asked = (token: string | undefined) =>
    page.request.get("/scim/v2/Users?count=1", { headers: { authorization: `Bearer ${token}` } });
  // The first goes on working for a day beside the second.
  expect((await asked(tokens[0])).status()).toBe(200);
  expect((await asked(tokens[1])).status()).toBe(200);
  for (const count of [1, 0]) {
    await page
      .getByRole("button", { name: /^Thu hồi: / })
      .first()
      .click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox").fill(code);
    await dialog.getByRole("button", { name: "Thu hồi" }).click();
    await expect(page.getByRole("button", { name: /^Thu hồi: / })).toHaveCount(count);
  }
  expect((await asked(tokens[0])).status()).toBe(401);
  expect((await asked(tokens[1])).status()).toBe(401);
});

/** Sets what happens to people whom nobody knows here; gives back what it was. */
async function setUnknown(page: Page, unknown: string): Promise<string> {
  const path = "/api/v1/resources/identity-provider/cong-dvc";
  const { spec, revision } = await (await page.request.get(path)).json();
  const me = await (await page.request.get("/api/v1/me")).json();
  const answer = await page.request.put(path, {
    data: { spec: { ...spec, unknown }, base_revision: revision },
    headers: { "X-CSRF-Token": me.csrf_token },
  });
  expect(answer.ok()).toBe(true);
  return String(spec.unknown);
}

/** Somebody of the simulated portal signs in, in a browser of their own; gives their name. */
async function arrive(browser: Browser, base: string, number: number): Promise<string> {
  const context = await browser.newContext({ baseURL: base, locale: "vi-VN" });
  try {
    const visitor = await context.newPage();
    await visitor.goto("/sign-in/with/cong-dvc");
    await visitor.goto(`${visitor.url()}&person=${number}`);
    await expect(visitor.locator("h1")).toHaveText("Đã gửi yêu cầu cấp tài khoản");
    const told = await visitor.locator("main, body").first().innerText();
    return /(.+) đã đăng nhập từ/.exec(told)?.[1]?.trim() ?? "";
  } finally {
    await context.close();
  }
}

test("people who came from a provider are given an account or refused", async ({
  console: page,
  browser,
}) => {
  const base = new URL(page.url()).origin;
  const before = await setUnknown(page, "ask_administrator");
  const first = 5 * Math.floor(Math.random() * 190) + 1;
  let names: string[] = [];
  try {
    names = [await arrive(browser, base, first), await arrive(browser, base, first + 1)];
  } finally {
    await setUnknown(page, before);
  }
  const [given = "", refused = ""] = names;
  await open(page, "/account-requests");
  await page
    .getByRole("button", { name: `Cấp: ${given}`, exact: true })
    .first()
    .click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Tạo tài khoản mới").check();
  await dialog.getByLabel("Tên đăng nhập").fill(`moi.${stamp()}`);
  await expectAccessible(page, "giving an account");
  await dialog.getByRole("button", { name: "Cấp", exact: true }).click();
  await expect(page.getByText(/Đã cấp; người này/)).toBeVisible();

  await page
    .getByRole("button", { name: `Không cấp: ${refused}`, exact: true })
    .first()
    .click();
  await dialog.getByLabel("Lý do").fill("Không thuộc cơ quan nào của tỉnh");
  await dialog.getByRole("button", { name: "Không cấp" }).click();
  await expect(page.getByText("Đã từ chối yêu cầu.")).toBeVisible();

  // The account that was made is linked; its number came with it, and only its end is seen.
  await open(page, "/account-requests?state=approved");
  const row = page.getByRole("row").filter({ hasText: given }).last();
  const link = row.getByRole("link", { name: "Xem tài khoản" });
  const account = (await link.getAttribute("href"))?.split("/").at(-1);
  await open(page, `/account-requests/links?account=${account}`);
  await expect(page.getByText("Cổng dịch vụ công (mô phỏng)")).toBeVisible();
  await expect(page.getByText(/^•{9}\d{3}$/)).toBeVisible();
  await page.getByRole("button", { name: /^Gỡ liên kết: / }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Gỡ liên kết" }).click();
  await expect(page.getByText("Đã gỡ liên kết.")).toBeVisible();
  await expect(page.getByText("Chưa nối với nhà cung cấp nào.")).toBeVisible();
});
