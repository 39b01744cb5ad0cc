// Every page of sign-on and of the own account, walked through as a person does: looked at in
// both languages, and once more without script.
import type { Page } from "@playwright/test";
import { origin } from "../support.ts";
import {
  alertOf,
  expect,
  type Office,
  oneTimeCode,
  type Person,
  signIn,
  signOut,
  test,
  typePassword,
} from "./kit.ts";
import { look } from "./look.ts";

interface Reader {
  language: "vi" | "en";
  locale: string;
  hasScript: boolean;
}

const READERS: Reader[] = [
  { language: "vi", locale: "vi-VN", hasScript: false },
  { language: "vi", locale: "vi-VN", hasScript: true },
  { language: "en", locale: "en-US", hasScript: true },
];

const send = (page: Page, action: string) =>
  page.locator(`form[action="${action}"] button`).first().click();

/** Types a new password twice. */
async function choosePassword(page: Page, action: string, password: string, repeat = password) {
  await page.locator("#new").fill(password);
  await page.locator("#repeat").fill(repeat);
  await send(page, action);
}

async function typeCode(page: Page, action: string, code: string) {
  await page.locator("#code").fill(code);
  await send(page, action);
}

for (const { language, locale, hasScript } of READERS) {
  test.describe(`pages in ${language}, ${hasScript ? "with" : "without"} script`, () => {
    test.use({ locale, javaScriptEnabled: hasScript });
    // The tools that look at a page are scripts themselves.
    const see = async (page: Page, name: string) =>
      hasScript
        ? look(page, name, language)
        : await expect(page.locator("h1"), name).toHaveCount(1);

    test("first sign-in: factor, recovery codes, password; second sign-in; own account", async ({
      page,
      office,
    }) => {
      test.setTimeout(6 * 60_000);
      const person = await office.person({ kind: "citizen" });
      const { secret, codes } = await firstSignIn(page, person);
      await signInAgain(page, person, codes);
      await ownFactors(page, secret);
      await ownAccount(page);
    });

    async function firstSignIn(page: Page, person: Person) {
      await page.goto("/sign-in?next=/account");
      await see(page, "sign-in");
      await typePassword(page, { ...person, password: "sai" });
      await expect(alertOf(page)).toBeVisible();
      await see(page, "sign-in-refused");
      await typePassword(page, person);
      await see(page, "enrol-choice");
      await page.locator('a[href*="with=passkey"]').click();
      await see(page, "enrol-passkey");
      await page.locator('a[href*="with=totp"]').click();
      await see(page, "enrol-totp");
      const secret = await page.locator(".secret").innerText();
      await typeCode(page, "/sign-in/enrol", "000000");
      await expect(alertOf(page)).toBeVisible();
      await see(page, "enrol-totp-refused");
      expect(await page.locator(".secret").innerText()).toBe(secret);
      await typeCode(page, "/sign-in/enrol", oneTimeCode(secret));
      await see(page, "enrol-codes");
      const codes = await page.locator(".codes code").allInnerTexts();
      expect(codes).toHaveLength(10);
      await send(page, "/sign-in/continue");
      await see(page, "first-password");
      await choosePassword(page, "/sign-in/password", person.password);
      await expect(alertOf(page)).toBeVisible();
      await choosePassword(page, "/sign-in/password", "Khac-Nhau-2026-a!", "Khac-Nhau-2026-b!");
      await expect(alertOf(page)).toBeVisible();
      await see(page, "first-password-refused");
      person.password = `Moi-${person.password}`;
      await choosePassword(page, "/sign-in/password", person.password);
      await expect(page).toHaveURL(/\/account$/);
      await see(page, "account");
      await send(page, "/account/notices");
      await expect(page.locator(".lines .new")).toHaveCount(0);
      await page.goto("/sign-out");
      await see(page, "sign-out");
      await send(page, "/sign-out");
      await see(page, "signed-out");
      return { secret, codes };
    }

    async function signInAgain(page: Page, person: Person, codes: string[]) {
      await typePassword(page, person, "/account/factors");
      await see(page, "second-totp");
      await typeCode(page, "/sign-in/code", "000000");
      await expect(alertOf(page)).toBeVisible();
      await see(page, "second-totp-refused");
      await page.locator('a[href*="with=recovery"]').click();
      await see(page, "second-recovery");
      await typeCode(page, "/sign-in/code", "AAAA-BBBB");
      await expect(alertOf(page)).toBeVisible();
      await see(page, "second-recovery-refused");
      await typeCode(page, "/sign-in/code", codes[0] ?? "");
      await expect(page).toHaveURL(/\/account\/factors$/);
    }

    async function ownFactors(page: Page, known: string) {
      await page.locator(".rows summary").click();
      await see(page, "factors");
      await page.locator('a[href^="/account/factors/passkey"]').click();
      await see(page, "factor-passkey");
      await page.goto("/account/factors/totp");
      await see(page, "factor-totp");
      const secret = await page.locator(".secret").innerText();
      expect(secret).not.toBe(known);
      await page.locator("#label").fill("Điện thoại thứ hai");
      await typeCode(page, "/account/factors/totp", "000000");
      await expect(alertOf(page)).toBeVisible();
      await see(page, "factor-totp-refused");
      await page.locator("#label").fill("Điện thoại thứ hai");
      await typeCode(page, "/account/factors/totp", oneTimeCode(secret));
      await expect(page.locator(".rows li")).toHaveCount(2);
      await send(page, "/account/factors/recovery");
      await see(page, "factor-codes");
      await page.goto("/account/factors");
      await page.locator('form[action="/account/factors/remove"] button').first().click();
      await expect(page.locator(".rows li")).toHaveCount(1);
    }

    async function ownAccount(page: Page) {
      for (const name of ["sessions", "links", "access", "activity", "password"]) {
        await page.goto(`/account/${name}`);
        await expect(page.locator('footer a[href^="/sign-out"]')).toBeVisible();
        await see(page, `account-${name}`);
      }
      await page.locator("#current").fill("sai");
      await choosePassword(page, "/account/password", "Khac-Nhau-2026-Qx!");
      await expect(alertOf(page)).toBeVisible();
      await see(page, "account-password-refused");
      await page.goto("/account/sessions");
      await page
        .locator('input[name="csrf_token"]')
        .first()
        .evaluate((field) => field.setAttribute("value", "x"));
      await send(page, "/account/devices");
      await expect(page.locator("main code")).toHaveText(/^[0-9a-f]{32}$/);
      await see(page, "error");
    }

    test("links: activation, lost password, a link that was used", async ({ page, office }) => {
      const invited = await office.person({ invite: true });
      const activation = await linkOf(office, invited, "activation");
      await page.goto(activation);
      await see(page, "activate");
      await choosePassword(page, "/activate", "ngan");
      await expect(alertOf(page)).toBeVisible();
      await see(page, "activate-refused");
      await choosePassword(page, "/activate", invited.password);
      await see(page, "password-set");
      await typePassword(page, invited);
      await expect(page).toHaveURL(/\/account$/);
      await page.goto(activation);
      await expect(alertOf(page)).toBeVisible();
      await see(page, "activate-used");
      await page.goto(await linkOf(office, invited, "reset"));
      await see(page, "reset");
      await choosePassword(page, "/reset", `Moi-${invited.password}`);
      await expect(page).toHaveURL(/notice=password-set/);
    });

    test("access, delegations, application passwords", async ({ page, office }) => {
      const [chief, deputy] = [await office.person(), await office.person()];
      const roles = [{ role: "leader", agency: "H34" }];
      await office.call("put", `/accounts/${chief.id}/roles`, { roles });
      await signIn(page, chief, "/account/access");
      await expect(page.locator('section[aria-labelledby="roles"] li')).toHaveCount(1);
      await see(page, "account-access");
      await page.goto("/account/delegations");
      await see(page, "delegations");
      const day = (ahead: number) =>
        new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
      await page.locator("#delegate").fill("khong.co.ai");
      await page.locator("#from").fill(day(-1));
      await page.locator("#until").fill(day(30));
      await page.locator("#decision_no").fill("12/QĐ-UBND");
      await send(page, "/account/delegations");
      await expect(alertOf(page)).toBeVisible();
      await expect(page.locator("#decision_no")).toHaveValue("12/QĐ-UBND");
      await see(page, "delegations-refused");
      await page.locator("#delegate").fill(deputy.username);
      await send(page, "/account/delegations");
      await expect(page.locator('section[aria-labelledby="given"] li')).toHaveCount(1);
      await see(page, "delegations-given");
      await signOut(page);
      await signIn(page, deputy, "/account/delegations");
      await see(page, "delegations-received");
      await send(page, "/account/delegations/accept");
      await expect(page.locator('form[action="/account/delegations/accept"]')).toHaveCount(0);
      await send(page, "/account/delegations/revoke");
      await expect(page.locator('form[action="/account/delegations/revoke"]')).toHaveCount(0);
      await page.goto("/account/app-passwords");
      await see(page, "app-passwords");
      await page.locator("#label").fill("Điện thoại của tôi");
      await send(page, "/account/app-passwords");
      await expect(page.locator(".secret")).toHaveText(/^lgspap-.{43}$/);
      await see(page, "app-password-made");
      await send(page, "/account/app-passwords/revoke");
      await expect(page.locator(".rows li")).toHaveCount(0);
    });

    test("applications: consent, refusal, sign-out", async ({ page, office, request }) => {
      const person = await office.person();
      await typePassword(page, person);
      await page.goto(authorize("demo-web", "http://localhost:3000/callback"));
      await see(page, "consent");
      const registered = await request.post(`${origin()}/oauth2/register`, {
        headers: { Authorization: `Bearer ${process.env.LGSP_E2E_TOKEN}` },
        data: {
          client_name: "Ứng dụng lạ",
          redirect_uris: ["http://localhost:3000/callback"],
          policy_uri: "https://la.example/chinh-sach",
          tos_uri: "https://la.example/dieu-khoan",
        },
      });
      const { client_id } = await registered.json();
      await page.goto(authorize(client_id, "http://localhost:3000/callback"));
      await see(page, "consent-untrusted");
      await page.route("http://localhost:3000/**", (route) => route.fulfill({ body: "đã về" }));
      await page.locator('button[value="deny"]').click();
      await page.waitForURL(/^http:\/\/localhost:3000\/callback\?error=access_denied/);
      await page.goto(authorize("khong-co", "http://localhost:3000/callback"));
      await see(page, "oidc-error");
      await page.goto("/cas/login?service=https%3A%2F%2Fla.example%2F");
      await see(page, "cas-refused");
      await page.goto("/saml/sso");
      await see(page, "saml-refused");
      await page.goto("/oidc/logout");
      await see(page, "oidc-sign-out");
      await send(page, "/oidc/logout");
      await see(page, "oidc-signed-out");
    });

    test("devices: code, wrong code, question, answer", async ({ page, office, request }) => {
      await office.put("oidc-client", "thiet-bi-thu", {
        name: "Màn hình phòng họp",
        client_type: "native",
        grant_types: ["urn:ietf:params:oauth:grant-type:device_code"],
        auth_method: "none",
        scopes: ["openid", "profile"],
      });
      const begun = await request.post(`${origin()}/oauth2/device_authorization`, {
        form: { client_id: "thiet-bi-thu", scope: "openid profile" },
      });
      const { user_code } = await begun.json();
      await typePassword(page, await office.person(), "/device");
      await see(page, "device");
      await page.locator("#user_code").fill("BBBB-BBBB");
      await send(page, "/device");
      await expect(alertOf(page)).toBeVisible();
      await see(page, "device-wrong");
      await page.locator("#user_code").fill(user_code);
      await send(page, "/device");
      await see(page, "device-asked");
      await page.locator('button[value="allow"]').click();
      await see(page, "device-allowed");
    });

    test("the chooser asks a signed-in person again and offers the other ways", async ({
      page,
      office,
    }) => {
      const person = await office.person();
      await typePassword(page, person);
      await page.goto(`/sign-in?again=1&hint=${person.username}&next=/account`);
      await expect(page.locator("#username")).toHaveValue(person.username);
      await expect(page.locator("#password")).toBeFocused();
      await expect(page.locator('a[href^="/sign-in/with/"]')).toHaveCount(2);
      await see(page, "chooser");
      await page.goto("/sign-in?again=1&problem=sso.upstream.denied");
      await expect(alertOf(page)).toBeVisible();
      await see(page, "upstream-denied");
    });
  });
}

async function linkOf(office: Office, person: Person, purpose: string): Promise<string> {
  const { url } = await office.call("post", `/accounts/${person.id}/links`, { purpose });
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** The address to which an application sends a person. */
function authorize(client: string, redirect: string): string {
  const query = new URLSearchParams({
    response_type: "code",
    client_id: client,
    redirect_uri: redirect,
    scope: "openid profile email phone org groups offline_access",
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
    state: "a",
  });
  return `/oauth2/authorize?${query}`;
}

test("passwords are hidden, may be pasted, and are known to password managers", async ({
  page,
  office,
}) => {
  const fields = async (expected: Record<string, string>) => {
    for (const [id, purpose] of Object.entries(expected)) {
      const field = page.locator(`#${id}`);
      await expect(field).toHaveAttribute("type", "password");
      await expect(field).toHaveAttribute("autocomplete", purpose);
      const isAllowed = await field.evaluate((input) => {
        const clipboardData = new DataTransfer();
        const paste = { clipboardData, bubbles: true, cancelable: true };
        return input.dispatchEvent(new ClipboardEvent("paste", paste));
      });
      expect(isAllowed, "nobody forbids pasting").toBe(true);
    }
  };
  await page.goto("/sign-in");
  await fields({ password: "current-password" });
  await signIn(page, await office.person());
  await page.goto("/account/password");
  const changed = { new: "new-password", repeat: "new-password" };
  await fields({ current: "current-password", ...changed });
  await page.goto(await linkOf(office, await office.person({ invite: true }), "activation"));
  await fields(changed);
});

test("a person sees and ends the own sessions, and forgets a device", async ({
  page,
  office,
  browser,
}) => {
  const person = await office.person();
  const elsewhere = await (await browser.newContext({ baseURL: origin() })).newPage();
  await signIn(elsewhere, person);
  await signIn(page, person);
  await page.goto("/account/sessions");
  const sessions = page.locator('section[aria-labelledby="sessions"] li');
  await expect(sessions).toHaveCount(2);
  await sessions.getByRole("button").first().click();
  await expect(sessions).toHaveCount(1);
  expect((await elsewhere.request.get("/api/v1/me")).status()).toBe(401);
  const devices = page.locator('section[aria-labelledby="devices"] li');
  await expect(devices).toHaveCount(2);
  await devices.filter({ hasNotText: "Thiết bị này" }).getByRole("button").click();
  await expect(devices).toHaveCount(1);
  await elsewhere.context().close();
});

test("the other language stays on the page and keeps its way", async ({ page, office }) => {
  const person = await office.person();
  await page.goto("/sign-in?next=/account/sessions");
  await page.getByRole("link", { name: "English" }).click();
  await expect(page.locator("h1")).toHaveText("Sign in");
  await page.locator("#username").fill(person.username);
  await page.locator("#password").fill("wrong");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await page.locator("#password").fill(person.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/\/account\/sessions/);
});

test("the keyboard goes through the sign-in page in the order of reading", async ({ page }) => {
  await page.goto("/sign-in");
  const names: string[] = [];
  for (let stop = 0; stop < 7; stop += 1) {
    names.push(
      await page.evaluate(
        () => document.activeElement?.id || (document.activeElement?.textContent ?? "").trim(),
      ),
    );
    await page.keyboard.press("Tab");
  }
  expect(names).toEqual([
    "username",
    "password",
    "Đăng nhập",
    "Đăng nhập bằng khóa truy cập",
    "Cổng dịch vụ công (mô phỏng)",
    "VNeID (mô phỏng)",
    "English",
  ]);
});
