// The working day of an official: see, write, send, accept, answer, take back.
import type { Page } from "@playwright/test";
import { choose, expect, expectAccessible, open, test } from "./fixtures.ts";
import { rest } from "./work.ts";

interface Party {
  code: string;
  name: string;
}

type Item = Party & { level: string };

async function below(page: Page, parent: string, level: string): Promise<Item[]> {
  const answer = await page.request.get(`/api/v1/agencies?parent=${parent}&limit=200`);
  const { items }: { items: Item[] } = await answer.json();
  return items.filter((item) => item.level === level);
}

/** A department that sends, and a commune that has no software of its own and works here. */
async function twoAgencies(page: Page): Promise<[Party, Party]> {
  const { province } = await (await page.request.get("/api/v1/about")).json();
  const [from] = await below(page, province, "department");
  for (const district of (await below(page, province, "district")).reverse()) {
    for (const commune of (await below(page, district.code, "commune")).reverse()) {
      const detail = await (await page.request.get(`/api/v1/agencies/${commune.code}`)).json();
      if (from && detail.systems.length === 0) return [from, commune];
    }
  }
  throw new Error("the demo province has no commune without a system");
}

async function chooseAgency(page: Page, label: string, agency: Party) {
  await page.getByRole("textbox", { name: label }).fill(agency.code);
  await rest(page);
  await page
    .getByRole("option", { name: new RegExp(`${agency.code}$`) })
    .first()
    .click();
}

async function compose(page: Page, subject: string): Promise<[Party, Party]> {
  const [from, to] = await twoAgencies(page);
  await open(page, "/mailbox/compose");
  await chooseAgency(page, "Cơ quan gửi", from);
  await chooseAgency(page, "Nơi nhận", to);
  await page.getByLabel("Trích yếu").fill(subject);
  await page.getByLabel("Nội dung tóm tắt").fill("Đề nghị các cơ quan gửi báo cáo trước ngày 25.");
  await page.getByLabel("Số", { exact: true }).fill(String(Date.now() % 1_000_000));
  await page.getByLabel("Ký hiệu").fill("UBND-VP");
  await page.getByLabel("Độ khẩn").selectOption("1");
  await page.locator('input[type="file"]').setInputFiles({
    name: "Phụ lục số liệu.txt",
    mimeType: "text/plain",
    buffer: Buffer.from("Số liệu quý III\n", "utf8"),
  });
  await expect(page.getByText("Phụ lục số liệu.txt")).toBeVisible();
  return [from, to];
}

test("home shows the exchange moving", async ({ console: page }) => {
  await open(page, "/");
  const documents = page.locator('[data-figure="documents"]');
  const first = await documents.innerText();
  await expect(documents).not.toHaveText(first, { timeout: 45_000 });
  await expect(page.getByRole("img", { name: /dòng văn bản/ })).toBeVisible();
  await choose(page, "Bảng");
  await expect(page.getByRole("columnheader", { name: "Bên gửi" })).toBeVisible();
  await expectAccessible(page, "flow table");
});

test("a document is written, sent, found, accepted and finished", async ({ console: page }) => {
  test.setTimeout(120_000);
  const subject = `V/v thử nghiệm gửi nhận ${Date.now()}`;
  const [, to] = await compose(page, subject);
  await page.getByRole("button", { name: "Gửi", exact: true }).click();
  await expect(page.locator("h1")).toHaveText(subject);
  await expect(page.getByText("Phụ lục số liệu.txt")).toBeVisible();
  await expectAccessible(page, "document");

  await page.getByRole("tab", { name: "XML" }).click();
  await expect(page.getByText(subject)).toHaveCount(2);
  await page.getByRole("tab", { name: "Đường đi" }).click();
  await expect(page.getByRole("tabpanel").getByRole("listitem").first()).toBeVisible();

  await open(page, "/documents");
  await page.getByRole("searchbox", { name: "Tìm văn bản" }).fill(subject);
  await expect(page).toHaveURL(/q=/);
  await expect(page.locator("[data-row-link]")).toHaveCount(1);

  // Reading the document above has taken it out of the unread ones.
  await open(page, `/mailbox?agency=${to.code}&box=waiting`);
  await page.getByRole("button", { name: `Tiếp nhận: ${subject}` }).click();
  await expect(page.getByText("Đã tiếp nhận văn bản.")).toBeVisible();
  await page.getByRole("button", { name: `Hoàn thành: ${subject}` }).click();
  await expect(page.getByText("Đã ghi hoàn thành.")).toBeVisible();

  await choose(page, "Đã xong");
  await page.getByRole("link", { name: subject }).click();
  await expect(page.getByRole("tabpanel").getByText("Hoàn thành").first()).toBeVisible();
});

test("what is wrong in a letter is told at its field", async ({ console: page }) => {
  await open(page, "/mailbox/compose");
  await page.getByRole("button", { name: "Gửi", exact: true }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.getByLabel("Trích yếu")).toHaveAttribute("aria-invalid", "true");
  await expectAccessible(page, "letter with errors");
});

test("receivers are chosen in the tree by keyboard", async ({ console: page }) => {
  await open(page, "/mailbox/compose");
  await page.getByRole("button", { name: "Chọn từ cây cơ quan" }).click();
  const tree = page.getByRole("tree");
  await tree.getByRole("treeitem").first().focus();
  await expect(tree.getByRole("treeitem").nth(2)).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await expectAccessible(page, "tree dialog");
  await page.getByRole("button", { name: /Xong \(2 nơi nhận\)/ }).click();
  await expect(page.getByRole("list", { name: /2 nơi nhận/ }).getByRole("listitem")).toHaveCount(2);
});

test("a sent document is taken back with a reason", async ({ console: page }) => {
  await compose(page, `V/v văn bản gửi nhầm ${Date.now()}`);
  await page.getByRole("button", { name: "Gửi", exact: true }).click();
  await page.getByRole("button", { name: "Thu hồi" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "Thu hồi" })).toBeDisabled();
  await dialog.getByLabel("Lý do thu hồi").fill("Gửi nhầm nơi nhận");
  await dialog.getByRole("button", { name: "Thu hồi" }).click();
  await expect(page.getByText("Đã gửi đề nghị thu hồi.")).toBeVisible();
});

test("the mailbox is walked with j and k", async ({ console: page }) => {
  const { items } = await (await page.request.get("/api/v1/documents?limit=1")).json();
  await open(page, `/mailbox?box=all&agency=${items[0].to[0].code}`);
  await page.keyboard.press("j");
  await expect(page.locator("[data-row-link]").first()).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/documents\//);
});

test("a delivery shows its attempts and can be cancelled or sent again", async ({
  console: page,
}) => {
  await open(page, "/deliveries");
  await page.locator("[data-row-link]").first().click();
  await expect(page.getByRole("heading", { name: "Diễn biến" })).toBeVisible();
  await open(page, "/deliveries?state=dead");
  await expect(page.getByLabel("Trạng thái", { exact: true })).toHaveValue("dead");
  const rows = page.locator("tbody tr");
  if ((await rows.count()) === 0) {
    await expect(page.getByText("Không có kết quả")).toBeVisible();
    return;
  }
  await rows.first().getByRole("checkbox").check();
  await page.getByRole("button", { name: "Gửi lại", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Gửi lại" }).click();
  await expect(page.getByText(/Đã đưa \d+ lượt gửi/)).toBeVisible();
});

test("all dead letters are sent again, of every queue when none is chosen", async ({
  console: page,
}) => {
  for (const filter of ["state=dead", "state=dead&queue=vxp"]) {
    await open(page, `/deliveries?${filter}`);
    await page.getByRole("button", { name: "Gửi lại tất cả bản tin lỗi" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Gửi lại" }).click();
    await expect(page.getByText(/Đã đưa \d+ lượt gửi/).first()).toBeVisible();
    await expect(dialog).toBeHidden();
  }
});
