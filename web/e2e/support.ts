// What all browser runs share: where the server is, how to sign in, which pages there are.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { APIRequestContext, LaunchOptions, Page } from "@playwright/test";

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; see web/e2e/README.md`);
  return value;
}

export function credentials() {
  return {
    url: required("LGSP_E2E_URL"),
    username: required("LGSP_E2E_USERNAME"),
    password: required("LGSP_E2E_PASSWORD"),
  };
}

/** The administrator's token of the demo. */
export const token = () => required("LGSP_E2E_TOKEN");

/** Where the console is opened. */
export const consoleUrl = () => process.env.LGSP_E2E_URL ?? "http://127.0.0.1:8800";

/** Where the sign-on pages are opened: browsers give passkeys to a name, never to a number. */
export function origin(): string {
  const url = new URL(consoleUrl());
  url.hostname = "localhost";
  return url.origin;
}

/** Chromium of the system; a browser is never downloaded. */
export function chromiumPath(): string {
  const named = process.env.LGSP_TEST_CHROMIUM;
  if (named) return named;
  const folders = (process.env.PATH ?? "").split(delimiter);
  for (const program of ["chromium", "chromium-browser", "google-chrome"]) {
    for (const folder of folders) {
      const path = join(folder, program);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not here; the next folder.
      }
    }
  }
  throw new Error(
    "no Chromium found: install the package chromium, or name one in LGSP_TEST_CHROMIUM",
  );
}

export function browserOptions(): LaunchOptions {
  return {
    executablePath: chromiumPath(),
    args: [
      "--headless=new",
      "--no-sandbox",
      "--disable-dev-shm-usage",
      "--disable-gpu",
      "--font-render-hinting=none",
      "--force-color-profile=srgb",
      "--hide-scrollbars",
      "--lang=vi",
    ],
  };
}

export const contextOptions = {
  locale: "vi-VN",
  timezoneId: "Asia/Ho_Chi_Minh",
  reducedMotion: "reduce",
} as const;

export async function signIn(page: Page, next = "/") {
  const { username, password } = credentials();
  await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
  await page.locator('input[name="username"]').fill(username);
  await page.locator('input[name="password"]').fill(password);
  await page
    .locator('form[action^="/sign-in"] button[type="submit"], form button[type="submit"]')
    .first()
    .click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
}

export interface PageAddress {
  name: string;
  address: string;
}

async function first(
  request: APIRequestContext,
  path: string,
): Promise<Record<string, string> | undefined> {
  const answer = await request.get(path);
  if (!answer.ok()) return undefined;
  const body: { items?: Record<string, string>[] } = await answer.json();
  return body.items?.[0];
}

/** Pages of single resources: name, kind, beginning of the address. */
const DETAILS = [
  ["provider", "identity-provider", "/identity-providers"],
  ["directory", "directory-connection", "/directory-connections"],
  ["application", "oidc-client", "/applications/oidc-client"],
  ["application-ldap", "ldap-app", "/applications/ldap-app"],
  ["application-scim", "scim-client", "/applications/scim-client"],
] as const;

/** Every page of the console, detail pages with the first thing that the server has; LGSP_E2E_PAGES
 * (names, comma-separated) narrows them. */
export async function pages(request: APIRequestContext): Promise<PageAddress[]> {
  const document = await first(request, "/api/v1/documents?limit=1");
  const delivery = await first(request, "/api/v1/deliveries?limit=1");
  const system = await first(request, "/api/v1/systems?limit=1");
  const agency = await first(request, "/api/v1/agencies?limit=1");
  const account = await first(request, "/api/v1/accounts?limit=1");
  const review = await first(request, "/api/v1/reviews?limit=1");
  const policy = await first(request, "/api/v1/resources/access-policy?limit=1");
  const group = await first(request, "/api/v1/groups?limit=1");
  const kind = system ? "system" : (await first(request, "/api/v1/kinds"))?.kind;
  const resource = kind ? await first(request, `/api/v1/resources/${kind}?limit=1`) : undefined;
  const list: PageAddress[] = [
    { name: "home", address: "/" },
    { name: "mailbox", address: "/mailbox?box=all" },
    { name: "compose", address: "/mailbox/compose" },
    { name: "documents", address: "/documents" },
    { name: "deliveries", address: "/deliveries" },
    { name: "alarms", address: "/alarms" },
    { name: "unmatched", address: "/unmatched-statuses" },
    { name: "systems", address: "/systems" },
    { name: "agencies", address: "/agencies" },
    { name: "registry", address: "/registry" },
    { name: "accounts", address: "/accounts" },
    { name: "account-new", address: "/accounts/new" },
    { name: "account-import", address: "/accounts/import" },
    { name: "groups", address: "/groups" },
    { name: "sessions", address: "/sessions" },
    { name: "grant-requests", address: "/grant-requests" },
    { name: "delegations", address: "/delegations" },
    { name: "own-delegations", address: "/profile/delegations" },
    { name: "reviews", address: "/reviews" },
    { name: "unit-moves", address: "/unit-moves" },
    { name: "policies", address: "/policies" },
    { name: "policy-new", address: "/policies/new" },
    { name: "explain", address: "/explain" },
    { name: "applications", address: "/applications" },
    { name: "application-new", address: "/applications/new?type=web" },
    { name: "application-saml", address: "/applications/new?type=saml" },
    { name: "providers", address: "/identity-providers" },
    { name: "provider-new", address: "/identity-providers/new?profile=national_portal" },
    { name: "account-requests", address: "/account-requests" },
    { name: "account-links", address: "/account-requests/links" },
    { name: "directories", address: "/directory-connections" },
    { name: "directory-new", address: "/directory-connections/new?product=active_directory" },
    { name: "directory-conflicts", address: "/directory-conflicts" },
    { name: "signing-keys", address: "/signing-keys" },
    { name: "security-report", address: "/security-report" },
    { name: "audit", address: "/audit" },
    { name: "proof", address: "/audit/proof" },
    { name: "profile", address: "/profile" },
    { name: "missing", address: "/khong-co" },
  ];
  if (document) {
    const base = `/documents/${document.id}`;
    list.push({ name: "document", address: base });
    for (const tab of ["content", "timeline", "raw"])
      list.push({ name: `document-${tab}`, address: `${base}?tab=${tab}` });
  }
  if (delivery) list.push({ name: "delivery", address: `/deliveries/${delivery.id}` });
  if (system) list.push({ name: "system", address: `/systems/${system.name}` });
  for (const [name, kind, base] of DETAILS) {
    const found = await first(request, `/api/v1/resources/${kind}?limit=1`);
    if (found) list.push({ name, address: `${base}/${found.name}` });
  }
  if (agency) list.push({ name: "agency", address: `/agencies/${agency.code}` });
  if (account) {
    const base = `/accounts/${account.id}`;
    list.push({ name: "account", address: base });
    for (const tab of ["sign-in", "history", "why"])
      list.push({ name: `account-${tab}`, address: `${base}?tab=${tab}` });
  }
  if (review) list.push({ name: "review", address: `/reviews/${review.id}` });
  if (policy) {
    list.push({ name: "policy", address: `/policies/${policy.name}` });
    list.push({ name: "policy-history", address: `/policies/${policy.name}?tab=history` });
  }
  if (group) list.push({ name: "group", address: `/groups/${group.id}` });
  if (kind) {
    list.push({ name: "resources", address: `/registry/${kind}` });
    list.push({ name: "resource-new", address: `/registry/${kind}/new` });
    if (resource) {
      list.push({ name: "resource", address: `/registry/${kind}/${resource.name}` });
      list.push({
        name: "resource-history",
        address: `/registry/${kind}/${resource.name}?tab=history`,
      });
    }
  }
  const only = process.env.LGSP_E2E_PAGES?.split(",");
  return only ? list.filter(({ name }) => only.includes(name)) : list;
}
