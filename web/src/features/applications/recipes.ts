// Ready settings for software that provinces run, filled with the addresses of this installation.
//
// Owns: the texts; they are settings, not prose, and the same in both languages.

import type { Resource } from "../../api/types.ts";
import { textsOf } from "./kinds.ts";

export interface Recipe {
  name: string;
  text: string;
}

const SECRET = "<client-secret>";

export function recipesOf(resource: Resource, issuer: string): Recipe[] {
  switch (resource.kind) {
    case "oidc-client":
      return textsOf(resource, "grant_types").includes("client_credentials")
        ? [{ name: "curl", text: curl(resource, issuer) }]
        : oidc(resource, issuer);
    case "saml-sp":
      return [{ name: "mod_auth_mellon", text: mellon(issuer) }];
    case "cas-service":
      return [{ name: "Java CAS client", text: cas(resource, issuer) }];
    case "scim-client":
      return [{ name: "curl", text: scim(issuer) }];
    default:
      return [];
  }
}

function oidc(resource: Resource, issuer: string): Recipe[] {
  const redirect = textsOf(resource, "redirect_uris")[0] ?? "<redirect-uri>";
  const scopes = textsOf(resource, "scopes").join(" ");
  const client = resource.name;
  return [
    {
      name: "Apache (mod_auth_openidc)",
      text: [
        `OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration`,
        `OIDCClientID ${client}`,
        `OIDCClientSecret ${SECRET}`,
        `OIDCRedirectURI ${redirect}`,
        `OIDCScope "${scopes}"`,
        "OIDCPKCEMethod S256",
        "OIDCCryptoPassphrase <random>",
      ].join("\n"),
    },
    {
      name: "Spring Boot",
      text: [
        "spring.security.oauth2.client:",
        "  provider.lgsp:",
        `    issuer-uri: ${issuer}`,
        "  registration.lgsp:",
        `    client-id: ${client}`,
        `    client-secret: ${SECRET}`,
        `    scope: ${scopes.replaceAll(" ", ", ")}`,
        `    redirect-uri: ${redirect}`,
      ].join("\n"),
    },
    {
      name: "ASP.NET Core",
      text: [
        "builder.Services.AddAuthentication().AddOpenIdConnect(options => {",
        `  options.Authority = "${issuer}";`,
        `  options.ClientId = "${client}";`,
        `  options.ClientSecret = "${SECRET}";`,
        '  options.ResponseType = "code";',
        "  options.UsePkce = true;",
        "});",
      ].join("\n"),
    },
  ];
}

function curl(resource: Resource, issuer: string): string {
  return [
    `curl -u '${resource.name}:${SECRET}' \\`,
    "     -d grant_type=client_credentials \\",
    `     ${issuer}/oauth2/token`,
  ].join("\n");
}

function mellon(issuer: string): string {
  return [
    `# curl ${issuer}/saml/metadata -o idp.xml`,
    "<Location />",
    "  MellonEnable auth",
    "  AuthType Mellon",
    "  Require valid-user",
    "  MellonEndpointPath /mellon",
    "  MellonIdPMetadataFile /etc/apache2/idp.xml",
    "  MellonSPPrivateKeyFile /etc/apache2/sp.key",
    "  MellonSPCertFile /etc/apache2/sp.cert",
    "</Location>",
  ].join("\n");
}

function cas(resource: Resource, issuer: string): string {
  const service = textsOf(resource, "services")[0] ?? "<service>";
  const server = URL.canParse(service) ? new URL(service).origin : service;
  return [
    `cas.server-url-prefix=${issuer}/cas`,
    `cas.server-login-url=${issuer}/cas/login`,
    `cas.client-host-url=${server}`,
    "cas.validation-type=cas3",
  ].join("\n");
}

function scim(issuer: string): string {
  return [
    "curl -H 'Authorization: Bearer <token>' \\",
    `     '${issuer}/scim/v2/Users?filter=userName%20eq%20%22van.thu%22'`,
  ].join("\n");
}
