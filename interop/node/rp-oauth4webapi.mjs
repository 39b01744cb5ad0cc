// oauth4webapi as an application: a key instead of a secret, signed and pushed requests, tokens
// bound to a key (DPoP), signed user info.
// Argument: {base, token, username, password}; prints what it saw.
import * as oauth from "oauth4webapi";

import { Browser, refusal } from "./browser.mjs";

const argument = JSON.parse(process.argv[2]);
const redirectUri = "http://127.0.0.1:9102/vao";
const afterLogout = "http://127.0.0.1:9102/ra";
const insecure = { [oauth.allowInsecureRequests]: true };

const issuer = new URL(argument.base);
const as = await oauth.processDiscoveryResponse(
  issuer,
  await oauth.discoveryRequest(issuer, { algorithm: "oidc", ...insecure }),
);
const found = {};
const plain = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure });
found.oauthMetadata = (await oauth.processDiscoveryResponse(issuer, plain)).issuer === as.issuer;

const { privateKey, publicKey } = await oauth.generateKeyPair("ES256", { extractable: true });
const jwk = await crypto.subtle.exportKey("jwk", publicKey);
const client = await oauth.processDynamicClientRegistrationResponse(
  await oauth.dynamicClientRegistrationRequest(
    as,
    {
      client_name: "oauth4webapi",
      redirect_uris: [redirectUri],
      post_logout_redirect_uris: [afterLogout],
      grant_types: ["authorization_code", "refresh_token"],
      token_endpoint_auth_method: "private_key_jwt",
      jwks: { keys: [{ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y, kid: "k1", use: "sig" }] },
      id_token_signed_response_alg: "ES256",
      userinfo_signed_response_alg: "ES256",
      request_object_signing_alg: "ES256",
      dpop_bound_access_tokens: true,
    },
    { initialAccessToken: argument.token, ...insecure },
  ),
);
const key = { key: privateKey, kid: "k1" };
const auth = oauth.PrivateKeyJwt(key);
const bound = { DPoP: oauth.DPoP(client, await oauth.generateKeyPair("ES256")), ...insecure };

const browser = new Browser(argument);
const signOn = async () => {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const nonce = oauth.generateRandomNonce();
  const parameters = {
    client_id: client.client_id,
    redirect_uri: redirectUri,
    response_type: "code",
    scope: "openid profile offline_access",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
  };
  const request = await oauth.issueRequestObject(as, client, parameters, key);
  const pushed = await oauth.processPushedAuthorizationResponse(
    as,
    client,
    await oauth.pushedAuthorizationRequest(as, client, auth, { request }, bound),
  );
  const url = new URL(as.authorization_endpoint);
  url.searchParams.set("client_id", client.client_id);
  url.searchParams.set("request_uri", pushed.request_uri);
  const back = oauth.validateAuthResponse(as, client, await browser.leave(url), state);
  const answer = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    auth,
    back,
    redirectUri,
    verifier,
    bound,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, answer, {
    expectedNonce: nonce,
    requireIdToken: true,
  });
  await oauth.validateApplicationLevelSignature(as, answer, insecure);
  return tokens;
};

const tokens = await signOn();
found.signIns = browser.signedIn;
found.consents = browser.consented;
found.tokenType = tokens.token_type;
const { sub } = oauth.getValidatedIdTokenClaims(tokens);

const info = async (token) => {
  const response = await oauth.userInfoRequest(as, client, token, bound);
  const kept = response.clone();
  const claims = await oauth.processUserInfoResponse(as, client, sub, response);
  await oauth.validateApplicationLevelSignature(as, response, insecure);
  return { type: kept.headers.get("content-type"), claims };
};
const seen = await info(tokens.access_token);
found.infoType = seen.type;
found.username = seen.claims.preferred_username;
const unbound = await fetch(as.userinfo_endpoint, {
  headers: { authorization: `Bearer ${tokens.access_token}` },
});
found.unbound = unbound.status;

const renew = async (token) =>
  oauth.processRefreshTokenResponse(
    as,
    client,
    await oauth.refreshTokenGrantRequest(as, client, auth, token, bound),
  );
const second = await renew(tokens.refresh_token);
found.rotated = second.refresh_token !== tokens.refresh_token;
const third = await renew(second.refresh_token);
found.renewedName = (await info(third.access_token)).claims.preferred_username;
found.reused = await refusal(() => renew(tokens.refresh_token));
found.afterReuse = await refusal(() => renew(third.refresh_token));

const last = await signOn();
const revoking = await oauth.revocationRequest(as, client, auth, last.refresh_token, insecure);
await oauth.processRevocationResponse(revoking);
found.revoked = await refusal(() => renew(last.refresh_token));

const state = oauth.generateRandomState();
const out = new URL(as.end_session_endpoint);
out.search = new URLSearchParams({
  id_token_hint: last.id_token,
  post_logout_redirect_uri: afterLogout,
  state,
});
found.loggedOut = (await browser.leave(out)).href === `${afterLogout}?state=${state}`;
found.signedInAfterLogout = await browser.isSignedIn();
console.log(JSON.stringify(found));
