// oidc-client-ts as a page in a browser: no secret, and every call obeys what the provider allows
// to pages of other origins.
// Argument: {base, token, username, password}; prints what it saw.
import { InMemoryWebStorage, OidcClient, WebStorageStateStore } from "oidc-client-ts";

import { Browser, refusal } from "./browser.mjs";

const argument = JSON.parse(process.argv[2]);
const origin = "http://127.0.0.1:9103";
const redirectUri = `${origin}/vao`;
const afterLogout = `${origin}/ra`;
const clientId = `trang-${Date.now()}`;
const found = {};

const made = await fetch(`${argument.base}/api/v1/resources/oidc-client/${clientId}`, {
  method: "PUT",
  headers: { authorization: `Bearer ${argument.token}`, "content-type": "application/json" },
  body: JSON.stringify({
    spec: {
      name: "Trang oidc-client-ts",
      client_type: "spa",
      auth_method: "none",
      redirect_uris: [redirectUri],
      post_logout_redirect_uris: [afterLogout],
      cors_origins: [origin],
      scopes: ["openid", "profile", "email", "offline_access"],
      grant_types: ["authorization_code", "refresh_token"],
    },
  }),
});
if (!made.ok) throw new Error(`the client: ${made.status} ${await made.text()}`);

const browser = new Browser(argument);

// What a browser does around the calls of a page: asks before calls that are not simple, shows
// the page only answers that its origin may read.
const direct = globalThis.fetch;
const simple = ["accept", "content-type"];
const simpleTypes = ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"];
let preflights = 0;
const mayRead = (answer) => ["*", origin].includes(answer.headers.get("access-control-allow-origin"));
globalThis.fetch = async (input, init = {}) => {
  const headers = new Headers(init.headers);
  const method = (init.method ?? "GET").toUpperCase();
  const type = headers.get("content-type");
  const asked = [...headers.keys()].filter(
    (name) => !simple.includes(name) || (name === "content-type" && !simpleTypes.includes(type)),
  );
  if (asked.length > 0) {
    preflights += 1;
    const answer = await direct(input, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": method,
        "access-control-request-headers": asked.join(","),
      },
    });
    const allowed = (answer.headers.get("access-control-allow-headers") ?? "").toLowerCase();
    const names = allowed.split(",").map((name) => name.trim());
    if (!answer.ok || !mayRead(answer) || asked.some((name) => !names.includes(name))) {
      throw new TypeError(`CORS: ${input} may not be called with ${asked}`);
    }
  }
  headers.set("origin", origin);
  const answer = await direct(input, { ...init, headers });
  if (!mayRead(answer)) throw new TypeError(`CORS: ${input} may not be read`);
  return answer;
};
const asPage = globalThis.fetch;
/** The browser itself opens addresses, not the page. */
const leave = async (url) => {
  globalThis.fetch = direct;
  try {
    return (await browser.leave(url)).href;
  } finally {
    globalThis.fetch = asPage;
  }
};

const client = new OidcClient({
  authority: argument.base,
  client_id: clientId,
  redirect_uri: redirectUri,
  post_logout_redirect_uri: afterLogout,
  scope: "openid profile email offline_access",
  prompt: "consent",
  loadUserInfo: true,
  stateStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
});
const request = await client.createSigninRequest({ nonce: "n-0S6_WzA2Mj", state: { page: "/a" } });
const user = await client.processSigninResponse(await leave(request.url));
found.signIns = browser.signedIn;
found.consents = browser.consented;
found.state = user.userState;
found.username = user.profile.preferred_username;
found.email = user.profile.email;
found.sessionState = typeof user.session_state === "string";

const renew = (held, refresh_token) =>
  client.useRefreshToken({
    state: {
      refresh_token,
      id_token: held.id_token,
      session_state: held.session_state,
      scope: held.scope,
      profile: held.profile,
    },
  });
const second = await renew(user, user.refresh_token);
found.rotated = second.refresh_token !== user.refresh_token;
found.sameSub = second.profile.sub === user.profile.sub;
const third = await renew(user, second.refresh_token);
found.reused = await refusal(() => renew(user, user.refresh_token));
found.afterReuse = await refusal(() => renew(user, third.refresh_token));
await client.revokeToken(third.refresh_token, "refresh_token");
found.preflights = preflights > 0;

const out = await client.createSignoutRequest({ id_token_hint: user.id_token, state: { page: "/b" } });
const answer = await client.processSignoutResponse(await leave(out.url));
found.logoutState = answer.userState;
globalThis.fetch = direct;
found.signedInAfterLogout = await browser.isSignedIn();
console.log(JSON.stringify(found));
