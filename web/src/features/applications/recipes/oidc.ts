// Settings of software that signs people on by OpenID Connect.

import { newKey } from "../../../api/client.ts";
import type { Recipe } from "../recipes.ts";
import { SECRET } from "./place.ts";

interface Facts {
  issuer: string;
  client: string;
  redirect: string;
  scopes: readonly string[];
}

/** Encrypts the application's own cookies; nobody here has to know it. */
const PASSPHRASE = newKey();
/** What software that keeps no refresh tokens asks for. */
const PERSON = "openid profile email";

export function recipes(facts: Facts): readonly Recipe[] {
  return [
    { name: "Apache (mod_auth_openidc)", isTried: true, text: apache(facts) },
    { name: "Nextcloud (user_oidc)", isTried: false, notes: ["post"], text: nextcloud(facts) },
    { name: "GitLab", isTried: false, text: gitlab(facts) },
    { name: "Grafana", isTried: false, text: grafana(facts) },
    { name: "Moodle (OAuth 2)", isTried: false, notes: ["pkce"], text: moodle(facts) },
    { name: "Odoo (OCA auth_oidc)", isTried: false, notes: ["implicit"], text: odoo(facts) },
    { name: "Spring Boot", isTried: false, text: spring(facts) },
    { name: "ASP.NET Core", isTried: false, text: aspnet(facts) },
  ];
}

function apache({ issuer, client, redirect, scopes }: Facts): string {
  return [
    `OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration`,
    `OIDCClientID ${client}`,
    `OIDCClientSecret ${SECRET}`,
    `OIDCRedirectURI ${redirect}`,
    `OIDCScope "${scopes.join(" ")}"`,
    "OIDCPKCEMethod S256",
    "OIDCRemoteUserClaim preferred_username",
    `OIDCCryptoPassphrase ${PASSPHRASE}`,
    "<Location />",
    "  AuthType openid-connect",
    "  Require valid-user",
    "</Location>",
  ].join("\n");
}

function nextcloud({ issuer, client }: Facts): string {
  return [
    "# redirect_uri: https://<nextcloud>/apps/user_oidc/code",
    "# backchannel_logout_uri: https://<nextcloud>/apps/user_oidc/backchannel-logout/lgsp",
    "php occ app:install user_oidc",
    "php occ user_oidc:provider lgsp \\",
    `    --clientid='${client}' \\`,
    `    --clientsecret='${SECRET}' \\`,
    `    --discoveryuri='${issuer}/.well-known/openid-configuration' \\`,
    `    --scope='${PERSON} groups' --unique-uid=0 \\`,
    "    --mapping-uid=preferred_username --mapping-display-name=name \\",
    "    --mapping-email=email --mapping-groups=groups",
  ].join("\n");
}

function gitlab({ issuer, client }: Facts): string {
  const callback = "https://<gitlab>/users/auth/openid_connect/callback";
  return [
    `# redirect_uri: ${callback}`,
    "# /etc/gitlab/gitlab.rb, then: gitlab-ctl reconfigure",
    "gitlab_rails['omniauth_providers'] = [{",
    '  name: "openid_connect", label: "LGSP",',
    "  args: {",
    '    name: "openid_connect", response_type: "code", discovery: true, pkce: true,',
    '    scope: ["openid", "profile", "email"], uid_field: "preferred_username",',
    `    issuer: "${issuer}", client_auth_method: "basic",`,
    "    client_options: {",
    `      identifier: "${client}", secret: "${SECRET}",`,
    `      redirect_uri: "${callback}"`,
    "    }",
    "  }",
    "}]",
  ].join("\n");
}

function grafana({ issuer, client }: Facts): string {
  return [
    "# redirect_uri: https://<grafana>/login/generic_oauth",
    "[auth.generic_oauth]",
    "enabled = true",
    "name = LGSP",
    `client_id = ${client}`,
    `client_secret = ${SECRET}`,
    `scopes = ${PERSON}`,
    `auth_url = ${issuer}/oauth2/authorize`,
    `token_url = ${issuer}/oauth2/token`,
    `api_url = ${issuer}/oauth2/userinfo`,
    "use_pkce = true",
    "login_attribute_path = preferred_username",
    "name_attribute_path = name",
    "email_attribute_path = email",
  ].join("\n");
}

function moodle({ issuer, client }: Facts): string {
  return [
    "# redirect_uri: https://<moodle>/admin/oauth2callback.php",
    "# Site administration > Server > OAuth 2 services > Custom",
    "Name: LGSP",
    `Client ID: ${client}`,
    `Client secret: ${SECRET}`,
    "Authenticate token requests via HTTP headers: yes",
    `Scopes included in a login request: ${PERSON}`,
    `Scopes included in a login request for offline access: ${PERSON} offline_access`,
    `Service base URL: ${issuer}`,
    "# Site administration > Plugins > Authentication: enable OAuth 2",
  ].join("\n");
}

function odoo({ issuer, client }: Facts): string {
  return [
    "# redirect_uri: https://<odoo>/auth_oauth/signin",
    "# Settings > Users & Companies > OAuth Providers",
    "Auth Flow: OpenID Connect (authorization code flow)",
    `Client ID: ${client}`,
    `Client Secret: ${SECRET}`,
    "Token Map: preferred_username:user_id",
    `Scope: ${PERSON}`,
    `Authentication URL: ${issuer}/oauth2/authorize`,
    `Token URL: ${issuer}/oauth2/token`,
    `JWKS URL: ${issuer}/oauth2/jwks`,
    "Allowed: yes",
  ].join("\n");
}

function spring({ issuer, client, redirect, scopes }: Facts): string {
  return [
    "spring.security.oauth2.client:",
    "  provider.lgsp:",
    `    issuer-uri: ${issuer}`,
    "  registration.lgsp:",
    `    client-id: ${client}`,
    `    client-secret: ${SECRET}`,
    `    scope: ${scopes.join(", ")}`,
    `    redirect-uri: ${redirect}`,
  ].join("\n");
}

function aspnet({ issuer, client }: Facts): string {
  return [
    "builder.Services.AddAuthentication().AddOpenIdConnect(options => {",
    `  options.Authority = "${issuer}";`,
    `  options.ClientId = "${client}";`,
    `  options.ClientSecret = "${SECRET}";`,
    '  options.ResponseType = "code";',
    "  options.UsePkce = true;",
    "});",
  ].join("\n");
}
