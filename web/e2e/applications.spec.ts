// Applications: who may use them, and what is encrypted for them.
import { expect, expectAccessible, open, test } from "./fixtures.ts";
import { chooseIn, communes, unique } from "./work.ts";

test("who may use an application is asked, shown, and changed on its page", async ({
  console: page,
}) => {
  const [commune] = await communes(page, 1);
  const name = `han-che-${unique()}`;
  await open(page, "/applications/new?type=web");
  await page.getByLabel("Tên hiển thị").fill("Phần mềm của phường");
  await page.getByRole("textbox", { name: "Mã", exact: true }).fill(name);
  await page.getByRole("textbox", { name: "Địa chỉ quay về" }).fill(`https://${name}.example/cb`);
  await page.getByLabel("Chỉ những đối tượng dưới đây").check();
  // Named, but nobody is: nobody could use it.
  await expect(page.getByRole("button", { name: "Thêm ứng dụng" })).toBeDisabled();
  await page.getByRole("button", { name: "Chọn trong cây" }).click();
  const tree = page.getByRole("dialog", { name: "Cơ quan" });
  await tree
    .getByRole("treeitem", { name: /^Ủy ban nhân dân tỉnh/ })
    .first()
    .click();
  await expectAccessible(page, "agencies in the tree");
  await tree.getByRole("button", { name: "Xong (1 cơ quan)" }).click();
  await page.getByRole("checkbox", { name: "Cán bộ, công chức" }).last().check();
  await expectAccessible(page, "who may use it");
  await page.getByRole("button", { name: "Thêm ứng dụng" }).click();
  await expect(page.locator("h1")).toHaveText("Phần mềm của phường");
  const panel = page.locator("main section").filter({ hasText: "Ai được dùng" });
  await expect(panel).toContainText("Ủy ban nhân dân tỉnh");
  await expect(panel).toContainText("Cán bộ, công chức");

  await panel.getByRole("button", { name: "Thay đổi" }).click();
  const dialog = page.getByRole("dialog", { name: "Ai được dùng" });
  await dialog.getByRole("button", { name: /^Bỏ Ủy ban nhân dân tỉnh/ }).click();
  await chooseIn(page, "Cơ quan", commune?.code ?? "");
  await expectAccessible(page, "changing who may use it");
  await dialog.getByRole("button", { name: "Lưu" }).click();
  await expect(page.getByText("Đã lưu đối tượng được dùng.")).toBeVisible();
  await expect(panel).toContainText(commune?.name ?? "");

  await panel.getByRole("button", { name: "Thay đổi" }).click();
  await dialog.getByLabel("Mọi người có tài khoản").check();
  await dialog.getByRole("button", { name: "Lưu" }).click();
  await expect(panel).toContainText("Mọi người có tài khoản đều dùng được.");
});

test("a SAML application that has given a key is sent what only it can read", async ({
  console: page,
}) => {
  const name = `kin-${unique()}`;
  // Any certificate will do as a key to encrypt with; the province's own is at hand.
  const own = await (await page.request.get("/saml/metadata")).text();
  const certificate = /<(?:\w+:)?X509Certificate>([^<]+)</.exec(own)?.[1];
  const key = `<KeyDescriptor use="encryption"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${certificate}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`;
  await open(page, "/applications/new?type=saml");
  await page
    .getByRole("textbox", { name: "Nội dung siêu dữ liệu (XML)" })
    .fill(
      `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://${name}.example/sp"><SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${key}<AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://${name}.example/acs" index="0" isDefault="true"/></SPSSODescriptor></EntityDescriptor>`,
    );
  await page.getByRole("button", { name: "Xem trước" }).click();
  await page.getByLabel("Tên hiển thị").fill("Ứng dụng kín");
  await page.getByRole("textbox", { name: "Mã", exact: true }).fill(name);
  await page.getByRole("button", { name: "Thêm ứng dụng" }).click();
  await expect(page.locator("h1")).toHaveText("Ứng dụng kín");
  const panel = page.locator("main section").filter({ hasText: "Mã hóa thông tin gửi đi" });
  await expect(panel).toContainText("Có mã hóa");
  await expectAccessible(page, "SAML application");
  await panel.getByRole("button", { name: "Tắt mã hóa" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Tắt mã hóa" }).click();
  await expect(panel).toContainText("Không mã hóa riêng");
  await expect(panel.getByRole("button", { name: "Bật mã hóa" })).toBeVisible();
});

test("a list holds all applications, also past what the server gives at once", async ({
  console: page,
}) => {
  const me = await (await page.request.get("/api/v1/me")).json();
  const headers = { "X-CSRF-Token": me.csrf_token };
  const prefix = `dem-${unique()}`;
  const names = Array.from({ length: 51 }, (_, index) => `${prefix}-${index}`);
  for (const name of names) {
    const answer = await page.request.put(`/api/v1/resources/ldap-app/${name}`, {
      data: { spec: { title: name }, base_revision: null },
      headers,
    });
    expect(answer.ok(), await answer.text()).toBe(true);
  }
  await open(page, `/applications?protocol=ldap-app&q=${prefix}`);
  await expect(page.locator("[data-row-link]")).toHaveCount(names.length);
  for (const name of names) {
    const answer = await page.request.delete(`/api/v1/resources/ldap-app/${name}`, { headers });
    expect(answer.ok(), await answer.text()).toBe(true);
  }
});
