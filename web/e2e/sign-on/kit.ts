// What the tests of the sign-on pages share: people, the server's own interfaces, one-time codes.
import { createHmac } from "node:crypto";
import { type APIRequestContext, test as base, expect, type Page } from "@playwright/test";
import { origin, token } from "../support.ts";

export { expect };

/** Somebody who may sign in. */
export interface Person {
  id: string;
  username: string;
  password: string;
}

export type Wish = Partial<{ kind: string; agency: string; invite: boolean; password: string }>;

/** The administrator's interface. */
export class Office {
  constructor(readonly api: APIRequestContext) {}

  async call(method: "get" | "post" | "put" | "patch" | "delete", path: string, data?: unknown) {
    const answer = await this.api[method](`/api/v1${path}`, { data });
    expect(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`).toBe(true);
    const text = await answer.text();
    return text === "" ? undefined : JSON.parse(text);
  }

  /** Makes an account that no other test knows. */
  async person(wish: Wish = {}): Promise<Person> {
    const unique = Math.random().toString(36).slice(2, 10);
    const username = `nguoi.${unique}`;
    const password = wish.password ?? `Chim-Bay-${unique}-Q7!`;
    const { id } = await this.call("post", "/accounts", {
      username,
      display_name: `Nguyễn Thị Thử ${unique}`,
      kind: "official",
      agency: "H34",
      email: `${username}@demo.example`,
      ...(wish.invite ? {} : { password }),
      ...wish,
    });
    return { id, username, password };
  }

  /** What the journal notes of an account, newest first. */
  async events(
    person: Person,
    action: string,
  ): Promise<{ action: string; result: string; detail: Record<string, unknown> }[]> {
    const query = new URLSearchParams({ actor: person.username, action });
    return (await this.call("get", `/journal?${query}`)).items;
  }

  /** Level of proof with which somebody signed in last. */
  async level(person: Person): Promise<unknown> {
    const [last] = await this.events(person, "signin.succeeded");
    return last?.detail.acr;
  }

  async put(kind: string, name: string, spec: unknown) {
    const path = `/resources/${kind}/${name}`;
    const known = await this.api.get(`/api/v1${path}`);
    const base_revision = known.ok() ? (await known.json()).revision : null;
    return this.call("put", path, { spec, base_revision });
  }
}

interface Fixtures {
  /** Fails when the policy blocked something, a script threw, or an error was logged. */
  quiet: undefined;
}

interface Shared {
  office: Office;
}

export const test = base.extend<Fixtures, Shared>({
  office: [
    async ({ playwright }, use) => {
      const api = await playwright.request.newContext({
        baseURL: origin(),
        extraHTTPHeaders: { Authorization: `Bearer ${token()}` },
      });
      await use(new Office(api));
      await api.dispose();
    },
    { scope: "worker" },
  ],
  quiet: [
    async ({ context }, use) => {
      const complaints: string[] = [];
      context.on("weberror", (error) => complaints.push(`thrown: ${error.error().message}`));
      context.on("console", (message) => {
        const text = message.text();
        // An answer that is an error is a matter of its test, not of the page.
        if (message.type() === "error" && !text.startsWith("Failed to load resource"))
          complaints.push(text);
      });
      await use(undefined);
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

/** Types name and password; the page that follows may be a further step. */
export async function typePassword(page: Page, person: Person, next = "/account", demand = "") {
  await page.goto(`/sign-in?next=${encodeURIComponent(next)}${demand}`);
  await page.locator("#username").fill(person.username);
  await page.locator("#password").fill(person.password);
  await page.locator('form[action="/sign-in"] button').click();
}

/** Signs in with a password alone and ends at `next`. */
export async function signIn(page: Page, person: Person, next = "/account") {
  await typePassword(page, person, next);
  await page.waitForURL((url) => url.pathname === next);
}

/** Ends the session, so that the next sign-in starts from nothing. */
export async function signOut(page: Page) {
  await page.goto("/sign-out");
  await page.locator('form[action="/sign-out"] button').click();
  await page.waitForURL(/\/sign-in\?notice=signed-out/);
}

/** What a page says of an error. */
export const alertOf = (page: Page) => page.getByRole("alert").filter({ visible: true });

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP_MS = 30_000;

/** The code that an authenticator application shows now, or `ahead` steps later (RFC 6238). */
export function oneTimeCode(secret: string, ahead = 0): string {
  let bits = "";
  for (const letter of secret.replace(/\s/g, ""))
    bits += ALPHABET.indexOf(letter).toString(2).padStart(5, "0");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / STEP_MS) + ahead));
  const tag = createHmac("sha1", key).update(counter).digest();
  const place = (tag.at(-1) ?? 0) & 15;
  return String((tag.readUInt32BE(place) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
