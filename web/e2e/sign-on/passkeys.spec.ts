// Passkeys with Chromium's virtual authenticator, and with answers that only an attacker sends.
import type { Page } from "@playwright/test";
import { expectAccessible } from "../fixtures.ts";
import { consoleUrl, contextOptions, origin, signIn as signInToConsole } from "../support.ts";
import { Authenticator, answerOf, type Key, Wire } from "./authenticator.ts";
import { alertOf, expect, type Person, signIn, signOut, test, typePassword } from "./kit.ts";

const MAKE = "Tạo khóa truy cập";
const SIGN_IN = "Đăng nhập bằng khóa truy cập";
const USE = "Dùng khóa truy cập";
const REFUSED = /Khóa truy cập không được chấp nhận/;

/** Asks for a key on the page of factors; gives the recovery codes if there were any. */
async function makeKey(page: Page, label = ""): Promise<string[]> {
  await page.goto("/account/factors/passkey");
  await page.locator("#label").fill(label);
  await page.getByRole("button", { name: MAKE }).click();
  await page.locator(".codes, .rows").first().waitFor();
  return page.locator(".codes code").allInnerTexts();
}

/** A virtual authenticator chooses at once what a browser offers in the name field. */
async function withoutOffer(page: Page) {
  await page.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = async () => false;
  });
}

/** Somebody who is signed in and has just made a key, which is used only where a test asks. */
async function keyHolder(page: Page, person: Person, label?: string) {
  await withoutOffer(page);
  const authenticator = await Authenticator.plug(page);
  await signIn(page, person);
  const codes = await makeKey(page, label);
  return { authenticator, codes, key: await authenticator.key() };
}

async function pressKey(page: Page) {
  await page.goto("/sign-in?next=/account");
  await page.getByRole("button", { name: SIGN_IN }).click();
}

/** Signs in with the key alone and ends on the own page. */
async function signInByKey(page: Page) {
  await pressKey(page);
  await page.waitForURL((url) => url.pathname === "/account");
}

/** The page of factors, for which a key has to be used anew. */
async function proveAnew(page: Page, address: string) {
  await page.goto(address);
  await page.waitForURL(/\/sign-in/);
  await page.getByRole("button", { name: SIGN_IN }).click();
  await page.waitForURL((url) => url.pathname.startsWith("/account"));
}

/** A refusal opens nothing and says the same for every reason. */
async function expectRefused(page: Page, answer: { status(): number; text(): Promise<string> }) {
  expect(answer.status()).toBe(422);
  expect(await answer.text()).toMatch(REFUSED);
  expect((await page.request.get("/api/v1/me")).status()).toBe(401);
}

test.describe("making", () => {
  test("a key is made with its name, and the first brings recovery codes", async ({
    page,
    office,
  }) => {
    const person = await office.person();
    const { codes, key } = await keyHolder(page, person, "Máy ở phòng Nội vụ");
    expect(codes).toHaveLength(10);
    expect(key).toMatchObject({ rpId: "localhost", isResidentCredential: true });
    await page.getByRole("link", { name: "Tôi đã cất các mã" }).click();
    await expect(page.locator(".rows li")).toContainText(["Máy ở phòng Nội vụ"]);
    const [event] = await office.events(person, "factor.added");
    expect(event?.detail.kind).toBe("passkey");
  });

  test("a key without a name is called what it is", async ({ page, office }) => {
    await keyHolder(page, await office.person());
    await page.getByRole("link", { name: "Tôi đã cất các mã" }).click();
    await expect(page.locator(".rows strong")).toHaveText("Khóa truy cập");
  });

  test("an authenticator that holds a key makes no second one", async ({ page, office }) => {
    await keyHolder(page, await office.person());
    await proveAnew(page, "/account/factors/passkey");
    await page.getByRole("button", { name: MAKE }).click();
    await expect(alertOf(page)).toHaveText(/Thiết bị này đã có khóa truy cập/);
    await expect(page.getByRole("button", { name: MAKE })).toBeFocused();
    await page.goto("/account/factors");
    await expect(page.locator(".rows li")).toHaveCount(1);
  });

  test("an account has ten keys and no eleventh", async ({ page, office }) => {
    const { authenticator } = await keyHolder(page, await office.person(), "Khóa 1");
    await proveAnew(page, "/account/factors/passkey");
    await authenticator.unplug();
    for (let number = 2; number <= 10; number += 1) {
      const next = await Authenticator.plug(page);
      await makeKey(page, `Khóa ${number}`);
      await next.unplug();
    }
    await page.goto("/account/factors");
    await expect(page.locator(".rows li")).toHaveCount(10);
    await page.goto("/account/factors/passkey");
    await expect(alertOf(page)).toHaveText(/tối đa 10/);
    await expect(page.getByRole("button", { name: MAKE })).toHaveCount(0);
  });

  test("whoever cancels is told what to do", async ({ page, office }) => {
    const authenticator = await Authenticator.plug(page);
    await signIn(page, await office.person());
    await authenticator.recognise(false);
    await page.goto("/account/factors/passkey");
    await page.getByRole("button", { name: MAKE }).click();
    await expect(alertOf(page)).toHaveText(/Hãy thử lại, hoặc thêm ứng dụng xác thực/);
    await authenticator.recognise(true);
    await page.getByRole("button", { name: MAKE }).click();
    await expect(page.locator(".codes li")).toHaveCount(10);
  });

  test("a key gets another name", async ({ page, office }) => {
    const person = await office.person();
    await keyHolder(page, person, "Tên cũ");
    await page.goto("/account/factors");
    await page.getByText("Đổi tên").click();
    await page.getByRole("textbox", { name: "Tên mới của Tên cũ" }).fill("Tên mới");
    await page.getByRole("button", { name: "Lưu" }).click();
    await expect(page.locator(".rows strong")).toHaveText("Tên mới");
    expect(await office.events(person, "factor.renamed")).toHaveLength(1);
  });
});

test.describe("signing in", () => {
  test("a key alone signs in at level three", async ({ page, office }) => {
    const person = await office.person();
    await keyHolder(page, person);
    await signOut(page);
    await signInByKey(page);
    await expect(page.locator("main")).toContainText(person.username);
    expect(await office.level(person)).toBe(3);
  });

  test("the name field offers keys, and choosing one signs in", async ({ page, office }) => {
    const person = await office.person();
    const authenticator = await Authenticator.plug(page);
    await signIn(page, person);
    await makeKey(page);
    await authenticator.touch(false);
    await signOut(page);
    const field = page.locator("#username");
    await expect(field).toHaveAttribute("autocomplete", "username webauthn");
    await expect(field).toBeFocused();
    // The page that asks already would answer the touch itself, and lead elsewhere.
    await page.goto("about:blank");
    await authenticator.touch(true);
    await page.goto("/sign-in?next=/account");
    await page.waitForURL((url) => url.pathname === "/account");
    expect(await office.level(person)).toBe(3);
  });

  test("after the password a key is the second factor", async ({ page, office }) => {
    const person = await office.person();
    await keyHolder(page, person);
    await signOut(page);
    await typePassword(page, person);
    await page.waitForURL(/\/sign-in\/step/);
    expect((await page.request.get("/api/v1/me")).status()).toBe(401);
    await page.getByRole("button", { name: USE }).click();
    await page.waitForURL((url) => url.pathname === "/account");
    expect(await office.level(person)).toBe(3);
  });

  test("a key that does not know its owner is only a second factor", async ({ page, office }) => {
    const person = await office.person();
    await signIn(page, person);
    await Authenticator.plugWithoutVerification(page);
    await makeKey(page);
    await signOut(page);
    await page.getByRole("button", { name: SIGN_IN }).click();
    await expect(alertOf(page)).toHaveText(/đăng nhập bằng mật khẩu/);
    await typePassword(page, person);
    await page.getByRole("button", { name: USE }).click();
    await page.waitForURL((url) => url.pathname === "/account");
    expect(await office.level(person)).toBe(2);
  });

  test("whoever cancels can go on with the password", async ({ page, office }) => {
    const person = await office.person();
    const { authenticator } = await keyHolder(page, person);
    await signOut(page);
    await authenticator.recognise(false);
    await pressKey(page);
    await expect(alertOf(page)).toHaveText(/Hãy thử lại hoặc đăng nhập bằng mật khẩu/);
    await page.locator("#username").fill(person.username);
    await page.locator("#password").fill(person.password);
    await page.locator('form[action="/sign-in"] button').click();
    await page.waitForURL(/\/sign-in\/step/);
  });

  test("a key works while the password is locked", async ({ page, office }) => {
    const person = await office.person();
    await keyHolder(page, person);
    await signOut(page);
    // A browser that is known would pass the lock.
    await page.context().clearCookies();
    for (let attempt = 0; attempt < 5; attempt += 1)
      await typePassword(page, { ...person, password: "sai" });
    await typePassword(page, person);
    await expect(alertOf(page)).toContainText("bị khóa 12 giờ");
    await signInByKey(page);
  });

  test("the key of an account that is switched off opens nothing", async ({ page, office }) => {
    const person = await office.person();
    await keyHolder(page, person);
    await signOut(page);
    await office.call("patch", `/accounts/${person.id}`, { enabled: false });
    await pressKey(page);
    await expect(alertOf(page)).toContainText("Chưa đăng nhập được");
    expect((await page.request.get("/api/v1/me")).status()).toBe(401);
  });

  test("a removed key opens nothing", async ({ page, office }) => {
    const person = await office.person();
    await keyHolder(page, person, "Máy cũ");
    await signOut(page);
    await signInByKey(page);
    await page.goto("/account/factors");
    await page.getByRole("button", { name: "Gỡ Máy cũ" }).click();
    await expect(page.locator(".rows")).toHaveCount(0);
    expect(await office.events(person, "factor.removed")).toHaveLength(1);
    await signOut(page);
    await pressKey(page);
    await expect(alertOf(page)).toContainText(REFUSED);
    await signIn(page, person);
  });
});

test("an administrator removes the key of somebody who lost it", async ({ page, office }) => {
  const person = await office.person();
  await keyHolder(page, person, "Khóa đã mất");
  await signOut(page);
  const { items } = await office.call("get", `/accounts/${person.id}/factors`);
  await office.call("delete", `/accounts/${person.id}/factors/${items[0].id}`, {
    recognised_by: "identity_card",
    note: "Đến trực tiếp",
  });
  await pressKey(page);
  await expect(alertOf(page)).toContainText(REFUSED);
  await signIn(page, person);
  await expect(page.locator(".lines")).toContainText("Đã gỡ yếu tố xác thực: Khóa đã mất");
});

test("the console asks how somebody who lost a key was recognised", async ({
  page,
  office,
  browser,
}) => {
  const person = await office.person();
  await keyHolder(page, person, "Khóa đã mất");
  const context = await browser.newContext({ ...contextOptions, baseURL: consoleUrl() });
  const desk = await context.newPage();
  await signInToConsole(desk, `/accounts/${person.id}?tab=sign-in`);
  await desk.getByRole("button", { name: "Gỡ: Khóa đã mất" }).click();
  const dialog = desk.getByRole("dialog");
  const remove = dialog.getByRole("button", { name: "Gỡ", exact: true });
  await dialog.getByRole("textbox").fill("Phó Chánh Văn phòng xác nhận");
  await expect(remove).toBeDisabled();
  await dialog.getByLabel("Thủ trưởng đơn vị xác nhận").check();
  await expectAccessible(desk, "how somebody was recognised");
  await remove.click();
  await expect(desk.getByText("Đã gỡ yếu tố xác thực.")).toBeVisible();
  await expect(desk.getByText("Khóa đã mất")).toHaveCount(0);
  await context.close();
  expect((await office.call("get", `/accounts/${person.id}/factors`)).items).toHaveLength(0);
});

test.describe("attacks", () => {
  /** A key whose owner has signed out, and the sign-in page of somebody who stole it. */
  async function stolen(page: Page, person: Person): Promise<{ key: Key; wire: Wire }> {
    const { authenticator, key } = await keyHolder(page, person);
    await signOut(page);
    await authenticator.unplug();
    await page.goto("/sign-in?next=/account");
    return { key, wire: new Wire(page) };
  }

  test("what is forged in an answer is refused, though the key signed it", async ({
    page,
    office,
  }) => {
    const { key, wire } = await stolen(page, await office.person());
    for (const lie of [
      { origin: "http://localhost:1" },
      { origin: origin().replace("localhost", "127.0.0.1") },
      { rpId: "127.0.0.1" },
      { type: "webauthn.create" },
      { crossOrigin: true },
      { isPresent: false },
      { isVerified: false },
    ]) {
      const answer = await wire.send(answerOf(key, await wire.challenge(), lie));
      await test.step(JSON.stringify(lie), () => expectRefused(page, answer));
    }
    const honest = await wire.send(answerOf(key, await wire.challenge()));
    expect([honest.status(), honest.headers().location]).toEqual([303, "/account"]);
  });

  test("a page at another address gets no answer that counts here", async ({ page, office }) => {
    const person = await office.person();
    const { key, wire } = await stolen(page, person);
    const challenge = await wire.challenge();
    await page.route("http://localhost:9/**", (route) =>
      route.fulfill({ contentType: "text/html", body: "<!doctype html><title>LGSP</title>" }),
    );
    await page.goto("http://localhost:9/sign-in");
    const authenticator = await Authenticator.plug(page);
    await authenticator.hold(key);
    const answer = await page.evaluate(async (text) => {
      const bytes = (base64url: string) =>
        Uint8Array.from(atob(base64url.replace(/-/g, "+").replace(/_/g, "/")), (letter) =>
          letter.charCodeAt(0),
        );
      const encoded = (buffer: ArrayBuffer) =>
        btoa(String.fromCharCode(...new Uint8Array(buffer)))
          .replace(/\+/g, "-")
          .replace(/\//g, "_")
          .replace(/=+$/, "");
      const found = (await navigator.credentials.get({
        publicKey: { challenge: bytes(text), rpId: "localhost", userVerification: "required" },
      })) as PublicKeyCredential;
      const response = found.response as AuthenticatorAssertionResponse;
      return JSON.stringify({
        id: found.id,
        client_data: encoded(response.clientDataJSON),
        authenticator_data: encoded(response.authenticatorData),
        signature: encoded(response.signature),
        user_handle: encoded(response.userHandle ?? new ArrayBuffer(0)),
      });
    }, challenge);
    await page.goto("/sign-in");
    await expectRefused(page, await wire.send(answer));
  });

  test("an answer counts once", async ({ page, office }) => {
    const { key, wire } = await stolen(page, await office.person());
    const answer = answerOf(key, await wire.challenge());
    expect((await wire.send(answer)).status()).toBe(303);
    await page.context().clearCookies({ name: "lgsp_session" });
    await page.goto("/sign-in");
    await expectRefused(page, await wire.send(answer));
  });

  test("a challenge counts for what it was made for, and one of nobody for nothing", async ({
    page,
    office,
  }) => {
    const person = await office.person();
    const { key, wire } = await stolen(page, person);
    const invented = Buffer.alloc(32, 7).toString("base64url");
    await expectRefused(page, await wire.send(answerOf(key, invented)));
    await typePassword(page, person);
    await page.waitForURL(/\/sign-in\/step/);
    const ofSignIn = await wire.challenge("sign-in");
    const refused = await wire.send(answerOf(key, ofSignIn), "second");
    expect([refused.status(), await refused.text()]).toEqual([422, expect.stringMatching(REFUSED)]);
    const ofSecond = await wire.challenge("second");
    await expectRefused(page, await wire.send(answerOf(key, ofSecond), "sign-in"));
  });

  test("a signature that was tampered with is refused", async ({ page, office }) => {
    await keyHolder(page, await office.person());
    await signOut(page);
    await page.route("**/sign-in/passkey", async (route) => {
      const form = new URLSearchParams(route.request().postData() ?? "");
      const answer = JSON.parse(form.get("answer") ?? "{}");
      const signature = Buffer.from(answer.signature, "base64url");
      signature.writeUInt8(signature.readUInt8(signature.length - 1) ^ 1, signature.length - 1);
      form.set("answer", JSON.stringify({ ...answer, signature: signature.toString("base64url") }));
      await route.continue({ postData: form.toString() });
    });
    await pressKey(page);
    await expect(alertOf(page)).toContainText(REFUSED);
    expect((await page.request.get("/api/v1/me")).status()).toBe(401);
  });

  test("the key of somebody else is no second factor", async ({ page, office }) => {
    const [own, other] = [await office.person(), await office.person()];
    const theirs = await keyHolder(page, other);
    await theirs.authenticator.unplug();
    await signOut(page);
    await keyHolder(page, own);
    await signOut(page);
    await typePassword(page, own);
    await page.waitForURL(/\/sign-in\/step/);
    const wire = new Wire(page);
    const answer = answerOf(theirs.key, await wire.challenge("second"));
    const refused = await wire.send(answer, "second");
    expect([refused.status(), await refused.text()]).toEqual([422, expect.stringMatching(REFUSED)]);
    expect((await page.request.get("/api/v1/me")).status()).toBe(401);
  });

  test("a key signs nobody in but its owner", async ({ page, office }) => {
    const [own, other] = [await office.person(), await office.person()];
    const { key, wire } = await stolen(page, own);
    const handle = Buffer.from(other.id.replaceAll("-", ""), "hex").toString("base64url");
    await expectRefused(page, await wire.send(answerOf(key, await wire.challenge(), { handle })));
  });

  test("a copied key is found by its counter, blocked, and told of", async ({ page, office }) => {
    const person = await office.person();
    const { authenticator, key } = await keyHolder(page, person, "Khóa USB");
    await signOut(page);
    const before = await countRegressed(page);
    await signInByKey(page);
    await signOut(page);
    await authenticator.hold(key);
    await pressKey(page);
    await expect(alertOf(page)).toContainText(REFUSED);
    const [event] = await office.events(person, "factor.counter_regressed");
    expect(event?.result).toBe("refused");
    expect(await countRegressed(page)).toBe(before + 1);
    // The original does not work any more either: nobody knows which of both is the copy.
    await authenticator.hold({ ...key, signCount: 50 });
    await page.getByRole("button", { name: SIGN_IN }).click();
    await expect(alertOf(page)).toContainText(REFUSED);
    await typePassword(page, person);
    await expect(page.locator("main")).toContainText("Mã khôi phục");
  });

  /** What the metrics say of copied keys. */
  async function countRegressed(page: Page): Promise<number> {
    const text = await (await page.request.get("/metrics")).text();
    const line = text.split("\n").find((one) => one.includes("counter_regressed"));
    return Number(line?.split(" ").at(-1) ?? 0);
  }
});

test.describe("elsewhere", () => {
  test("at an address that is a number no key is offered, and the page says where", async ({
    page,
    office,
  }) => {
    const numbered = origin().replace("localhost", "127.0.0.1");
    const person = await office.person();
    await page.goto(`${numbered}/sign-in?next=/account/factors/passkey`);
    await expect(page.getByRole("button", { name: SIGN_IN })).toHaveCount(0);
    await page.locator("#username").fill(person.username);
    await page.locator("#password").fill(person.password);
    await page.locator('form[action="/sign-in"] button').click();
    await expect(page.getByRole("button", { name: MAKE })).toHaveCount(0);
    await expect(page.getByRole("link", { name: origin() })).toBeVisible();
  });

  test("a browser without passkeys offers the other ways", async ({ page, office }) => {
    await page.addInitScript(() => {
      Reflect.deleteProperty(window, "PublicKeyCredential");
    });
    await page.goto("/sign-in");
    await expect(page.getByRole("button", { name: SIGN_IN })).toHaveCount(0);
    await signIn(page, await office.person());
  });
});

test.describe("without script", () => {
  test("the pages offer every way but the key", async ({ page, office, browser }) => {
    const person = await office.person();
    const { codes } = await keyHolder(page, person);
    const plain = await (
      await browser.newContext({ javaScriptEnabled: false, baseURL: origin(), locale: "vi-VN" })
    ).newPage();
    await plain.goto("/sign-in?next=/account");
    await expect(plain.getByRole("button", { name: SIGN_IN })).toBeHidden();
    await typePassword(plain, person);
    await expect(plain.locator("noscript p")).toBeVisible();
    await expect(plain.getByRole("button", { name: USE })).toBeHidden();
    await plain.getByRole("link", { name: "Mã khôi phục" }).click();
    await plain.locator("#code").fill(codes[0] ?? "");
    await plain.getByRole("button", { name: "Tiếp tục" }).click();
    await expect(plain).toHaveURL(/\/account$/);
    expect(await office.level(person)).toBe(2);
    await plain.context().close();
  });
});
