// The peer of the identity benchmark: oidc-provider with its store in memory.
//
// Prints one line of JSON when it listens: its client and as many refresh tokens as asked for.
import { generateKeyPairSync } from "node:crypto";
import Provider from "oidc-provider";

// Its notices would go to standard output, which nobody reads after the first line.
console.info = console.error;

const [port, count] = process.argv.slice(2).map(Number);
const issuer = `http://127.0.0.1:${port}`;
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const client = {
  client_id: "bench",
  client_secret: "bench-secret-bench-secret-bench-secret",
  grant_types: ["client_credentials", "refresh_token", "authorization_code"],
  redirect_uris: ["http://127.0.0.1/cb"],
  token_endpoint_auth_method: "client_secret_post",
  id_token_signed_response_alg: "ES256",
  scope: "openid offline_access api",
};
const provider = new Provider(issuer, {
  clients: [client],
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), alg: "ES256", use: "sig" }] },
  scopes: ["openid", "offline_access", "api"],
  rotateRefreshToken: true,
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => "urn:bench",
      useGrantedResource: () => true,
      // JSON web tokens cannot be asked about at its introspection endpoint, opaque ones can.
      getResourceServerInfo: (_, indicator) => ({
        scope: "api",
        audience: indicator,
        ...(indicator === "urn:bench:opaque"
          ? { accessTokenFormat: "opaque" }
          : { accessTokenFormat: "jwt", jwt: { sign: { alg: "ES256" } } }),
      }),
    },
  },
});

const registered = await provider.Client.find("bench");
const tokens = [];
for (let index = 0; index < count; index += 1) {
  const grant = new provider.Grant({ accountId: `person-${index}`, clientId: "bench" });
  grant.addOIDCScope("openid offline_access");
  grant.addResourceScope("urn:bench", "api");
  const token = new provider.RefreshToken({
    accountId: `person-${index}`,
    client: registered,
    grantId: await grant.save(),
    scope: "openid offline_access api",
    resource: "urn:bench",
    gty: "authorization_code",
  });
  tokens.push(await token.save());
}
provider.listen(port, "127.0.0.1", () => {
  console.log(JSON.stringify({ ...client, tokens }));
});
