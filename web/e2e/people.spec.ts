// People: import, account page, moves, delegations, reviews, mergers, policies, explanations.
import { readFileSync } from "node:fs";
import { chromium, type Page } from "@playwright/test";
import { expect, expectAccessible, open, prefer, test } from "./fixtures.ts";
import { browserOptions } from "./support.ts";
import { chooseIn, communes, makeAccount, post, signedIn, unique } from "./work.ts";

async function upload(page: Page, name: string, content: string | Buffer) {
  await page
    .locator('input[type="file"]')
    .setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(content) });
}

test("accounts are imported: an error is told by line and column, then the mended file is done", async ({
  console: page,
}) => {
  const [commune] = await communes(page, 1);
  const one = `nhap.${unique()}`;
  const head = "Tên đăng nhập,Họ và tên,Mã đơn vị,Chức vụ,Loại";
  await open(page, "/accounts");
  await page.getByRole("link", { name: "Nhập từ tệp" }).click();
  await upload(
    page,
    "sai.csv",
    `${head}\n${one},Nguyễn Thị Ẩn,${commune?.code},Chuyên viên,Cán bộ\n${one}2,Y Ngọc,H34.KHONG,,Giám đốc\n`,
  );
  await expect(page.getByText("Tệp có dòng sai", { exact: true })).toBeVisible();
  const broken = page.getByRole("row").filter({ hasText: `${one}2` });
  await expect(broken).toContainText("Đơn vị:");
  await expect(broken).toContainText("Loại:");
  await expect(broken.getByRole("cell").first()).toHaveText("3");
  await expect(page.getByRole("button", { name: "Ghi vào hệ thống" })).toHaveCount(0);
  await expectAccessible(page, "import with an error");

  await upload(
    page,
    "dung.csv",
    `${head}\n${one},Nguyễn Thị Ẩn,${commune?.code},Chuyên viên,Cán bộ\n${one}2,Y Ngọc,${commune?.code},,\n`,
  );
  await expect(page.getByText("Tệp hợp lệ")).toBeVisible();
  await page.getByRole("button", { name: "Ghi vào hệ thống" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Ghi vào hệ thống" }).click();
  await expect(page.getByText("Đã ghi xong")).toBeVisible();
  const [links] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Tạo 2 liên kết và tải về" }).click(),
  ]);
  const table = readFileSync(await links.path(), "utf8");
  expect(table.match(/https?:\/\/\S+\/activate/g)).toHaveLength(2);
  await open(page, `/accounts?q=${one}`);
  await expect(page.locator("[data-row-link]")).toHaveCount(2);
  await page.locator("[data-row-link]").first().click();
  await expect(page.locator("header").getByText("Chờ kích hoạt")).toBeVisible();
});

test("an administrator of one agency is told that a line lies outside, before anything is done", async ({
  console: page,
}) => {
  const [own, other] = await communes(page, 2);
  const admin = await makeAccount(page, own?.code ?? "", "Quản Trị Xã");
  await post(page, `/accounts/${admin.id}/grants`, { role: "agency-admin", agency: own?.code });
  const browser = await chromium.launch(browserOptions());
  const second = await signedIn(browser, admin.username, "/accounts/import");
  const inside = `trong.${unique()}`;
  await upload(
    second,
    "nguoi.csv",
    `username;display_name;agency\n${inside};Y Trong;${own?.code}\n${inside}9;Y Ngoài;${other?.code}\n`,
  );
  const row = second.getByRole("row").filter({ hasText: `${inside}9` });
  await expect(row).toContainText("Đơn vị:");
  await expect(second.getByRole("button", { name: "Ghi vào hệ thống" })).toHaveCount(0);
  await open(second, "/unit-moves");
  await chooseIn(second, "Đơn vị cũ", own?.code ?? "");
  await chooseIn(second, "Đơn vị mới", other?.code ?? "");
  await second.getByRole("button", { name: "Xem trước" }).click();
  await expect(second.getByRole("alert")).toBeVisible();
  await browser.close();
});

test("the Excel template is read by the server as it was made", async ({ console: page }) => {
  await open(page, "/accounts/import");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Tải mẫu Excel" }).click(),
  ]);
  await upload(page, "mau.xlsx", readFileSync(await download.path()));
  await expect(page.getByText("Tệp không thay đổi gì.")).toBeVisible();
});

test("a list is saved as a workbook that is read back with every letter", async ({
  console: page,
}) => {
  const [commune] = await communes(page, 1);
  const account = await makeAccount(page, commune?.code ?? "", "Nguyễn Thị Ẫn & Ứng");
  await open(page, `/accounts?q=${account.username}`);
  await page.getByRole("button", { name: "Xuất trang này" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: "Excel (XLSX)" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("tai-khoan.xlsx");
  await open(page, "/accounts/import");
  await upload(page, "lai.xlsx", readFileSync(await download.path()));
  // The name of the unit stands where the import wants its code; the name of the person is the same.
  const row = page.getByRole("row").filter({ hasText: account.username });
  await expect(row).toContainText("Đơn vị:");
  await expect(row).not.toContainText("Họ và tên");
});

test("an account moves: the roles that end are shown before and gone after", async ({
  console: page,
}) => {
  const [from, to] = await communes(page, 2);
  const account = await makeAccount(page, from?.code ?? "");
  await post(page, `/accounts/${account.id}/grants`, { role: "clerk", agency: from?.code });
  await open(page, `/accounts/${account.id}`);
  await expect(page.getByText("Văn thư")).toBeVisible();
  await page.getByRole("button", { name: "Chuyển đơn vị" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("Vai trò sẽ kết thúc")).toBeVisible();
  await expect(dialog.getByText(/Văn thư/)).toBeVisible();
  await chooseIn(page, "Đơn vị mới", to?.code ?? "");
  await dialog.getByLabel("Số quyết định").fill("12/QĐ-UBND");
  await expectAccessible(page, "move");
  await dialog.getByRole("button", { name: "Chuyển đơn vị" }).click();
  await expect(page.getByText("Đã chuyển đơn vị.")).toBeVisible();
  await expect(page.getByRole("main").getByText("Chưa có vai trò nào.")).toBeVisible();
  await expect(page.getByRole("main").getByRole("link", { name: to?.name ?? "" })).toBeVisible();
  await page.getByRole("tab", { name: "Nhật ký" }).click();
  await expect(page.getByText("12/QĐ-UBND")).toBeVisible();
});

test("a move is planned for a day, shown, and given up", async ({ console: page }) => {
  const [from, to] = await communes(page, 2);
  const account = await makeAccount(page, from?.code ?? "");
  await open(page, `/accounts/${account.id}`);
  await page.getByRole("button", { name: "Chuyển đơn vị" }).click();
  await chooseIn(page, "Đơn vị mới", to?.code ?? "");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Từ ngày" }).fill("01/12/2099");
  await dialog.getByLabel("Số quyết định").click();
  await dialog.getByRole("button", { name: "Lên lịch chuyển" }).click();
  await expect(page.getByText(/vào ngày 01\/12\/2099/).first()).toBeVisible();
  await page.getByRole("button", { name: "Hủy lịch chuyển" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Hủy lịch chuyển" }).click();
  await expect(page.getByText("Đã hủy lịch chuyển.")).toBeVisible();
});

test("somebody is helped in: reset link shown once, session ended, account turned off", async ({
  console: page,
}) => {
  const [commune] = await communes(page, 1);
  const account = await makeAccount(page, commune?.code ?? "");
  await open(page, `/accounts/${account.id}?tab=sign-in`);
  await page.getByRole("button", { name: "Tạo liên kết đặt lại mật khẩu" }).click();
  const making = page.getByRole("dialog");
  // Nobody can be mailed without an address.
  await expect(making.getByLabel("Gửi vào thư điện tử")).toBeDisabled();
  await expectAccessible(page, "how a link is handed over");
  await making.getByRole("button", { name: "Tạo liên kết đặt lại mật khẩu" }).click();
  const once = page.getByRole("dialog", { name: "Liên kết đặt mật khẩu" });
  await expect(once.locator("code")).toHaveText(/^https?:\/\/.+/);
  const link = await once.locator("code").innerText();
  await once.getByRole("button", { name: "Đóng" }).last().click();
  await expect(page.getByText(link)).toHaveCount(0);
  await expectAccessible(page, "sign-in of an account");

  await page.getByRole("button", { name: "Thao tác khác" }).click();
  await page.getByRole("menuitem", { name: "Sửa thông tin" }).click();
  const edit = page.getByRole("dialog");
  await edit.getByLabel("Chức vụ").fill("Phó Trưởng phòng");
  await expectAccessible(page, "editing an account");
  await edit.getByRole("button", { name: "Lưu" }).click();
  await expect(page.locator("main dd").getByText("Phó Trưởng phòng")).toBeVisible();

  await page.getByRole("button", { name: "Thao tác khác" }).click();
  await page.getByRole("menuitem", { name: "Tắt tài khoản" }).click();
  const off = page.getByRole("dialog");
  await expect(off.getByRole("button", { name: "Tắt tài khoản" })).toBeDisabled();
  await off.getByLabel("Lý do").fill("Nghỉ không lương");
  await off.getByRole("button", { name: "Tắt tài khoản" }).click();
  await expect(page.locator("header").getByText("Đã tắt")).toBeVisible();
  await expect(page.locator("main dd").getByText("Nghỉ không lương")).toBeVisible();
  await page.getByRole("button", { name: "Thao tác khác" }).click();
  await page.getByRole("menuitem", { name: "Cho thôi việc" }).click();
  const leave = page.getByRole("dialog");
  await expect(leave.getByRole("button", { name: "Cho thôi việc" })).toBeDisabled();
  await leave.getByRole("textbox").fill(account.username);
  await leave.getByRole("button", { name: "Cho thôi việc" }).click();
  await expect(page.locator("header").getByText("Đã thôi việc")).toBeVisible();
  await expect(page.getByRole("button", { name: "Thao tác khác" })).toHaveCount(0);
});

test("a link to a password is mailed, and it is told when no mail can be sent", async ({
  console: page,
}) => {
  const [commune] = await communes(page, 1);
  const account = await post(page, "/accounts", {
    username: `thu.${unique()}`,
    display_name: "Người Có Thư",
    invite: true,
    agency: commune?.code,
    kind: "official",
    email: `thu.${unique()}@h34.example`,
  });
  await open(page, `/accounts/${account.id}?tab=sign-in`);
  await page.getByRole("button", { name: "Tạo liên kết kích hoạt" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Gửi vào thư điện tử").check();
  await dialog.getByRole("button", { name: "Gửi liên kết" }).click();
  // The demo has no mail server.
  await expect(dialog.getByRole("alert")).toContainText("chưa được cấu hình máy chủ thư");
  await dialog.getByLabel("Hiện ở đây một lần").check();
  await dialog.getByRole("button", { name: "Tạo liên kết kích hoạt" }).click();
  const once = page.getByRole("dialog", { name: "Liên kết đặt mật khẩu" });
  await expect(once.locator("code")).toHaveText(/^https?:\/\/.+activate/);
});

test("a program gets a token, shown once, and it is revoked", async ({ console: page }) => {
  const [commune] = await communes(page, 1);
  const account = await post(page, "/accounts", {
    username: `may.${unique()}`,
    display_name: "Phần mềm một cửa",
    agency: commune?.code,
    kind: "service",
  });
  await open(page, `/accounts/${account.id}?tab=sign-in`);
  await page.getByRole("button", { name: "Tạo mã truy cập" }).click();
  await page.getByRole("dialog").getByLabel("Tên").fill("đồng bộ");
  await page.getByRole("dialog").getByRole("button", { name: "Tạo mã truy cập" }).click();
  const once = page.getByRole("dialog", { name: "Mã truy cập mới" });
  await expect(once.locator("code")).toHaveText(/^lgsp_pat_/);
  await once.getByRole("button", { name: "Đóng" }).last().click();
  await page.getByRole("button", { name: "Thu hồi: đồng bộ" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Thu hồi" }).click();
  await expect(page.getByRole("button", { name: "Thu hồi: đồng bộ" })).toHaveCount(0);
});

test("why somebody may do something is explained, and the answer follows the roles", async ({
  console: page,
}) => {
  const [commune] = await communes(page, 1);
  const account = await makeAccount(page, commune?.code ?? "");
  await open(page, `/accounts/${account.id}?tab=why`);
  await chooseIn(page, "Việc", "exchange.document.send");
  await chooseIn(page, "Tại cơ quan", commune?.code ?? "");
  await expect(page.getByText("Không được phép", { exact: true })).toBeVisible();
  await expectAccessible(page, "explained");
  await post(page, `/accounts/${account.id}/grants`, { role: "clerk", agency: commune?.code });
  await page.reload();
  await expect(page.getByText("Được phép", { exact: true })).toBeVisible();
  await expect(page.getByText(/Vai trò Văn thư tại/)).toBeVisible();
});

test("a review is opened, its lines decided together and alone, then closed", async ({
  console: page,
}) => {
  const [, , commune] = await communes(page, 3);
  const kept = await makeAccount(page, commune?.code ?? "", "Người Được Giữ");
  const locked = await makeAccount(page, commune?.code ?? "", "Người Bị Khóa");
  await open(page, "/reviews");
  await page.getByRole("button", { name: "Mở đợt rà soát" }).click();
  await chooseIn(page, "Cơ quan", commune?.code ?? "");
  await page.getByRole("dialog").getByRole("button", { name: "Mở đợt rà soát" }).click();
  await expect(page.getByRole("main").getByText(/Đã kết luận 0\//)).toBeVisible();
  await expectAccessible(page, "review");

  const row = page.getByRole("row").filter({ hasText: locked.username });
  await row.getByRole("button", { name: /^Khóa: / }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "Khóa" })).toBeDisabled();
  await dialog.getByLabel("Ghi chú").fill("Đã chuyển công tác");
  await dialog.getByRole("button", { name: "Khóa" }).click();
  await expect(row).toHaveCount(0);

  // All others are kept at once.
  await page.getByLabel("Chọn tất cả các dòng đang hiện").check();
  await page.locator("main").getByRole("button", { name: "Giữ", exact: true }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Giữ" }).click();
  await expect(page.getByText("Đã kết luận xong")).toBeVisible();
  await page.getByRole("button", { name: "Đóng đợt rà soát" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Đóng đợt rà soát" }).click();
  await expect(page.locator("header").getByText("Đã đóng")).toBeVisible();
  await expect(
    page.getByRole("row").filter({ hasText: kept.username }).getByText("Giữ", { exact: true }),
  ).toBeVisible();
  const file = await page.request.get(
    (await page.getByRole("link", { name: "Tải kết quả (CSV)" }).getAttribute("href")) ?? "",
  );
  expect(await file.text()).toContain("Đã chuyển công tác");
  const document = await page.request.get(
    (await page.getByRole("link", { name: "Tải kết quả (PDF)" }).getAttribute("href")) ?? "",
  );
  expect((await document.body()).subarray(0, 5).toString()).toBe("%PDF-");
  await expectAccessible(page, "closed review with its files");
});

test("a unit is merged: what goes along is shown, its name is typed, then it is done", async ({
  console: page,
}) => {
  const found = await communes(page, 5);
  const [from, to] = [found[3], found[4]];
  const account = await makeAccount(page, from?.code ?? "");
  await open(page, "/unit-moves");
  await chooseIn(page, "Đơn vị cũ", from?.code ?? "");
  await chooseIn(page, "Đơn vị mới", to?.code ?? "");
  const decision = `${unique()}/NQ-HĐND`;
  await page.getByLabel("Số quyết định").fill(decision);
  await page.getByRole("button", { name: "Xem trước" }).click();
  await expect(page.getByRole("link", { name: account.username })).toBeVisible();
  await expectAccessible(page, "merger");
  await page.getByRole("button", { name: "Tiếp tục" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").fill(from?.code ?? "");
  await dialog.getByRole("button", { name: "Chuyển ngay" }).click();
  await expect(page.getByText(decision)).toBeVisible();
  const moved = await (await page.request.get(`/api/v1/accounts/${account.id}`)).json();
  expect(moved.agency.code).toBe(to?.code);
});

test("a delegation is proposed by one, taken on by the other, and taken back", async ({
  console: page,
}) => {
  const [commune] = await communes(page, 1);
  const boss = await makeAccount(page, commune?.code ?? "", "Người Vắng Mặt");
  const deputy = await makeAccount(page, commune?.code ?? "", "Người Làm Thay");
  await post(page, `/accounts/${boss.id}/grants`, { role: "clerk", agency: commune?.code });
  const browser = await chromium.launch(browserOptions());
  const first = await signedIn(browser, boss.username, "/profile/delegations");
  await first.getByRole("button", { name: "Ủy quyền", exact: true }).click();
  const dialog = first.getByRole("dialog");
  await dialog.getByLabel("Tên đăng nhập của người nhận").fill(deputy.username);
  await dialog.getByRole("checkbox", { name: /Văn thư/ }).check();
  const end = new Date(Date.now() + 10 * 86_400_000);
  const [year, month, day] = end.toISOString().slice(0, 10).split("-");
  await dialog.getByRole("textbox", { name: "Đến hết ngày" }).fill(`${day}/${month}/${year}`);
  await dialog.getByLabel("Số quyết định").fill("05/QĐ");
  await expectAccessible(first, "proposing");
  await dialog.getByRole("button", { name: "Ủy quyền" }).click();
  await expect(first.getByText("Chờ người nhận")).toBeVisible();
  const second = await signedIn(browser, deputy.username, "/profile/delegations");
  await second.getByRole("button", { name: `Nhận: ${boss.username}` }).click();
  await second.getByRole("dialog").getByRole("button", { name: "Nhận" }).click();
  await expect(second.getByText("Đang có hiệu lực")).toBeVisible();
  await browser.close();

  await open(page, "/delegations");
  const row = page.getByRole("row").filter({ hasText: deputy.username });
  await row.getByRole("button", { name: /^Thu hồi/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Thu hồi" }).click();
  await expect(row.getByText("Đã thu hồi")).toBeVisible();
});

test("a policy is tried before it is in force, saved, compared and deleted", async ({
  console: page,
}) => {
  const [commune] = await communes(page, 1);
  const account = await makeAccount(page, commune?.code ?? "");
  await post(page, `/accounts/${account.id}/grants`, { role: "clerk", agency: commune?.code });
  const name = `thu-${unique()}`;
  await open(page, "/policies/new");
  await page.getByLabel("Mô tả").fill("Cấm thử");
  await page.getByLabel("Mã chính sách").fill(name);
  const rule = page.getByLabel("Nội dung (Cedar)");
  await rule.fill('forbid (principal, action == Lgsp::Action::"khong.co", resource);');
  await chooseIn(page, "Người", account.username);
  await chooseIn(page, "Việc", "exchange.document.send");
  await chooseIn(page, "Tại cơ quan", commune?.code ?? "");
  await page.getByRole("button", { name: "Thử", exact: true }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(rule).toHaveAttribute("aria-invalid", "true");

  await rule.fill(
    `forbid (principal, action == Lgsp::Action::"exchange.document.send", resource) when { principal.username == "${account.username}" };`,
  );
  await page.getByRole("button", { name: "Thử", exact: true }).click();
  const today = page.getByRole("region", { name: "Hôm nay" });
  await expect(today.getByText("Được phép", { exact: true })).toBeVisible();
  const tried = page.getByRole("region", { name: "Khi áp dụng quy tắc" });
  await expect(tried.getByText("Không được phép", { exact: true })).toBeVisible();
  await expectAccessible(page, "tried policy");
  await page.getByRole("button", { name: "Lưu và áp dụng" }).click();
  await expect(page.locator("h1")).toHaveText(name);

  await page.getByRole("switch", { name: "Áp dụng" }).setChecked(false, { force: true });
  await page.getByRole("button", { name: "Lưu", exact: true }).click();
  await expect(page.locator("header").getByText("Đã tắt")).toBeVisible();
  await page.getByRole("tab", { name: "Lịch sử" }).click();
  await expect(page.getByText("Ngừng áp dụng.")).toBeVisible();
  await page.getByRole("button", { name: "Xóa chính sách" }).click();
  await page.getByRole("dialog").getByRole("textbox").fill(name);
  await page.getByRole("dialog").getByRole("button", { name: "Xóa chính sách" }).click();
  await expect(page.getByText("Đã xóa chính sách.")).toBeVisible();
});

test("the pages for people work on a phone in the dark", async ({ console: page }) => {
  await page.setViewportSize({ width: 360, height: 800 });
  await prefer(page, { theme: "dark" });
  const [commune] = await communes(page, 1);
  const account = await makeAccount(page, commune?.code ?? "");
  await open(page, `/accounts/${account.id}?tab=history`);
  await expect(page.getByText("Tạo tài khoản")).toBeVisible();
  await expectAccessible(page, "history on a phone");
});

test("groups are put into each other, and the way through them is told", async ({
  console: page,
}) => {
  const [own] = await communes(page, 1);
  const mark = unique();
  const inner = await post(page, "/groups", { name: `Tổ ${mark}`, agency: own?.code });
  const outer = await post(page, "/groups", { name: `Khối ${mark}`, agency: own?.code });
  const person = await makeAccount(page, own?.code ?? "", "Người Trong Tổ");
  await post(page, `/groups/${inner.id}/members`, { add: [person.id] });
  await post(page, `/groups/${outer.id}/grants`, { role: "clerk", agency: own?.code });

  await open(page, `/groups/${outer.id}`);
  await expect(page.getByText("Chưa có nhóm con.")).toBeVisible();
  await page.getByRole("button", { name: "Thêm nhóm con" }).click();
  await chooseIn(page, "Nhóm", `Tổ ${mark}`);
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Thêm nhóm con" }).click();
  await expect(dialog).toBeHidden();
  await page.getByRole("link", { name: `Tổ ${mark}` }).click();
  await expect(page.locator("h1")).toHaveText(`Tổ ${mark}`);
  await expect(page.getByRole("link", { name: `Khối ${mark}` })).toBeVisible();
  await expectAccessible(page, "group in a group");

  // The outer one into the inner one would be a ring.
  await page.getByRole("button", { name: "Thêm nhóm con" }).click();
  await chooseIn(page, "Nhóm", `Khối ${mark}`);
  await dialog.getByRole("button", { name: "Thêm nhóm con" }).click();
  await expect(dialog).toContainText("Nhóm không thể chứa chính nó");
  await dialog.getByRole("button", { name: "Đóng" }).first().click();

  await open(page, `/accounts/${person.id}`);
  await expect(page.getByText(`qua nhóm Tổ ${mark}`)).toBeVisible();
  await open(page, `/groups/${inner.id}`);
  await page.getByRole("button", { name: `Rời nhóm: Khối ${mark}` }).click();
  await dialog.getByRole("button", { name: "Rời nhóm" }).click();
  await expect(page.getByText("Chưa thuộc nhóm nào.")).toBeVisible();
});
