// openid-client as an application: registers itself, signs on, renews, signs out;
// a second one with requests that are pushed and a secret that is never sent.
// Argument: {base, token, username, password}; prints what it saw.
import * as client from "openid-client";

import { Browser, refusal } from "./browser.mjs";

const argument = JSON.parse(process.argv[2]);
const redirectUri = "http://127.0.0.1:9101/vao";
const afterLogout = "http://127.0.0.1:9101/ra";

const register = async (method, authentication) => {
  const config = await client.dynamicClientRegistration(
    new URL(argument.base),
    {
      client_name: `openid-client ${method}`,
      redirect_uris: [redirectUri],
      post_logout_redirect_uris: [afterLogout],
      grant_types: ["authorization_code", "refresh_token"],
      token_endpoint_auth_method: method,
    },
    authentication,
    { initialAccessToken: argument.token, execute: [client.allowInsecureRequests] },
  );
  // Signatures are verified also where the standard lets a client trust the connection.
  client.enableNonRepudiationChecks(config);
  return config;
};

let config = await register("client_secret_basic", client.ClientSecretBasic());
const browser = new Browser(argument);
const found = {};
const signOn = async (build, parameters = {}) => {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const expectedNonce = client.randomNonce();
  const url = await build(config, {
    redirect_uri: redirectUri,
    scope: "openid profile email offline_access",
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    state: expectedState,
    nonce: expectedNonce,
    prompt: "consent",
    ...parameters,
  });
  const back = await browser.leave(url);
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true };
  if (parameters.max_age) checks.maxAge = Number(parameters.max_age);
  return { back, checks, tokens: await client.authorizationCodeGrant(config, back, checks) };
};

const { tokens } = await signOn(client.buildAuthorizationUrl, { max_age: "600" });
const claims = tokens.claims();
found.signIns = browser.signedIn;
found.consents = browser.consented;
found.alg = JSON.parse(Buffer.from(tokens.id_token.split(".")[0], "base64url")).alg;
const info = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
found.username = info.preferred_username;
found.email = info.email;

const second = await client.refreshTokenGrant(config, tokens.refresh_token);
found.rotated = second.refresh_token !== tokens.refresh_token;
found.sameSub = second.claims().sub === claims.sub;
const third = await client.refreshTokenGrant(config, second.refresh_token);
found.renewedInfo =
  (await client.fetchUserInfo(config, third.access_token, claims.sub)).sub === claims.sub;
found.reused = await refusal(() => client.refreshTokenGrant(config, tokens.refresh_token));
found.afterReuse = await refusal(() => client.refreshTokenGrant(config, third.refresh_token));

// Another application of the same person: it signs with its secret and pushes its requests.
config = await register("client_secret_jwt", client.ClientSecretJwt());
const pushed = await signOn(client.buildAuthorizationUrlWithPAR, {});
found.pushed = pushed.tokens.claims().sub === claims.sub;
found.signInsPushed = browser.signedIn;
found.codeTwice = await refusal(() =>
  client.authorizationCodeGrant(config, pushed.back, pushed.checks),
);
found.passive = await refusal(() =>
  signOn(client.buildAuthorizationUrl, { prompt: "none", scope: "openid phone" }),
);

await client.tokenRevocation(config, pushed.tokens.refresh_token);
found.revoked = await refusal(() =>
  client.refreshTokenGrant(config, pushed.tokens.refresh_token),
);

const state = client.randomState();
const last = await browser.leave(
  client.buildEndSessionUrl(config, {
    id_token_hint: pushed.tokens.id_token,
    post_logout_redirect_uri: afterLogout,
    state,
  }),
);
found.loggedOut = last.href === `${afterLogout}?state=${state}`;
found.signedInAfterLogout = await browser.isSignedIn();
console.log(JSON.stringify(found));
