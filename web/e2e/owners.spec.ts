// Persons who answer for programs: named in forms, shown on pages, handed over at a leave.
import type { Page } from "@playwright/test";
import { expect, expectAccessible, open, test } from "./fixtures.ts";
import { chooseIn, communes, makeAccount, post, put, unique } from "./work.ts";

/** A person with a service account and an application, and who may take them over. */
async function furnish(page: Page) {
  const [commune] = await communes(page, 1);
  const agency = commune?.code ?? "";
  const leaving = await makeAccount(page, agency, "Nguyễn Văn Bàn Giao");
  const next = await makeAccount(page, agency, "Trần Thị Tiếp Nhận");
  const service = await post(page, "/accounts", {
    username: `dich-vu.${unique()}`,
    display_name: "Báo cáo hằng ngày",
    agency,
    kind: "service",
    owner: leaving.username,
  });
  const app = `lich-${unique()}`;
  await put(page, `/resources/cas-service/${app}`, {
    agency,
    spec: {
      title: "Lịch công tác",
      services: [`https://${app}.example/`],
      owner: leaving.username,
    },
  });
  return { leaving, next, service, app, agency };
}

async function menu(page: Page, name: string) {
  await page.getByRole("button", { name: "Thao tác khác" }).click();
  await page.getByRole("menuitem", { name }).click();
}

test("who answers for programs leaves only with a successor, who has them at once", async ({
  console: page,
}) => {
  const { leaving, next, service, app } = await furnish(page);
  await open(page, `/accounts/${leaving.id}`);
  const owns = page.getByRole("region", { name: "Đang phụ trách" });
  await expect(owns.getByRole("link")).toHaveText(["Báo cáo hằng ngày", "Lịch công tác"]);
  await expectAccessible(page, "the account of an owner");

  await menu(page, "Cho thôi việc");
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("link", { name: "Lịch công tác" })).toBeVisible();
  await dialog.getByRole("textbox", { name: leaving.username }).fill(leaving.username);
  const act = dialog.getByRole("button", { name: "Cho thôi việc" });
  await expect(act).toBeDisabled();
  await chooseIn(page, "Người tiếp nhận", next.username);
  await expectAccessible(page, "a leave with hand-over");
  await act.click();
  await expect(page.locator("header").getByText("Đã thôi việc")).toBeVisible();

  for (const address of [`/accounts/${service.id}`, `/applications/cas-service/${app}`]) {
    await open(page, address);
    const link = page.getByRole("link", { name: "Trần Thị Tiếp Nhận" });
    await expect(link).toHaveAttribute("href", `/accounts/${next.id}`);
  }
  await open(page, `/audit?subject=${service.username}`);
  await expect(page.getByText("Đổi người phụ trách tài khoản").first()).toBeVisible();
  await open(page, `/audit?subject=${app}`);
  await expect(page.getByText("Đổi người phụ trách ứng dụng").first()).toBeVisible();
});

test("another person is put in charge of a service account", async ({ console: page }) => {
  const { next, service } = await furnish(page);
  await open(page, `/accounts/${service.id}`);
  await expect(page.getByRole("link", { name: "Nguyễn Văn Bàn Giao" })).toBeVisible();
  await menu(page, "Đổi người phụ trách");
  const save = page.getByRole("dialog").getByRole("button", { name: "Lưu" });
  await expect(save).toBeDisabled();
  await chooseIn(page, "Người phụ trách", next.username);
  await save.click();
  await expect(page.getByRole("link", { name: "Trần Thị Tiếp Nhận" })).toBeVisible();
});

test("new accounts and applications are given the person in charge in their forms", async ({
  console: page,
}) => {
  const { next } = await furnish(page);
  await open(page, "/accounts/new");
  await page.getByLabel("Loại").selectOption("service");
  await page.getByRole("textbox", { name: "Họ và tên" }).fill("Đồng bộ đêm");
  await page.getByRole("textbox", { name: "Tên đăng nhập" }).fill(`dong-bo.${unique()}`);
  await chooseIn(page, "Người phụ trách", next.username);
  await expectAccessible(page, "a new service account");
  await page.getByRole("button", { name: "Tạo tài khoản" }).click();
  await expect(page.getByRole("link", { name: "Trần Thị Tiếp Nhận" })).toBeVisible();

  await open(page, "/applications/new?type=cas");
  await page.getByRole("textbox", { name: "Tên hiển thị" }).fill(`Sổ trực ${unique()}`);
  await page
    .getByRole("textbox", { name: "Địa chỉ của ứng dụng" })
    .fill(`https://truc-${unique()}.example/`);
  await chooseIn(page, "Người phụ trách", next.username);
  await page.getByRole("button", { name: "Thêm ứng dụng" }).click();
  await expect(page.getByRole("link", { name: "Trần Thị Tiếp Nhận" })).toBeVisible();
});
