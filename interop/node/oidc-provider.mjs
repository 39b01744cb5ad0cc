// An OpenID provider that others wrote, for proofs of upstream sign-on: signs in whomever the
// parameter `login_hint` names, without a page. Prints its issuer, then serves for two minutes.

import { createServer } from "node:http";

import Provider from "oidc-provider";

const { redirectUri, secret, lifeMs = 120_000 } = JSON.parse(process.argv[2]);

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "lgsp",
        client_secret: secret,
        redirect_uris: [redirectUri],
        response_types: ["code"],
        grant_types: ["authorization_code"],
        token_endpoint_auth_method: "client_secret_basic",
      },
    ],
    claims: { openid: ["sub"], profile: ["name"], email: ["email"], phone: ["phone_number"] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, accountId) => ({
      accountId,
      claims: () => ({
        sub: accountId,
        name: `Người ${accountId}`,
        email: `${accountId}@congdan.example`,
        phone_number: "0000000001",
      }),
    }),
  });
  const serve = provider.callback();
  server.on("request", (request, response) => {
    if (request.url.startsWith("/interaction/")) {
      interact(provider, request, response).catch((error) => {
        response.writeHead(500).end(String(error));
      });
    } else {
      serve(request, response);
    }
  });
  console.log(JSON.stringify({ issuer }));
});
setTimeout(() => process.exit(0), lifeMs);

async function interact(provider, request, response) {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (prompt.name === "login") {
    const login = { accountId: params.login_hint };
    return provider.interactionFinished(request, response, { login });
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const consent = { grantId: await grant.save() };
  const merge = { mergeWithLastSubmission: true };
  return provider.interactionFinished(request, response, { consent }, merge);
}
