// Settings of software that signs people on by SAML or CAS, and calls of systems.

import type { Recipe } from "../recipes.ts";
import { SECRET } from "./place.ts";

/** Names under which people's data leave unless the application's attributes are changed. */
const USERNAME = "urn:oid:0.9.2342.19200300.100.1.1";
const DISPLAY_NAME = "urn:oid:2.16.840.1.113730.3.1.241";
const MAIL = "urn:oid:0.9.2342.19200300.100.1.3";

export function saml(issuer: string): readonly Recipe[] {
  const metadata = `${issuer}/saml/metadata`;
  return [
    {
      name: "Apache (mod_auth_mellon)",
      isTried: true,
      text: [
        "# in /etc/apache2/mellon: mellon_create_metadata 'https://<app>' 'https://<app>/mellon'",
        "# then rename the three files to sp.key, sp.cert, sp.xml; sp.xml is what is added here",
        `# curl -o /etc/apache2/mellon/idp.xml ${metadata}`,
        "<Location />",
        "  MellonEnable auth",
        "  AuthType Mellon",
        "  Require valid-user",
        "  MellonEndpointPath /mellon",
        "  MellonIdPMetadataFile /etc/apache2/mellon/idp.xml",
        "  MellonSPMetadataFile /etc/apache2/mellon/sp.xml",
        "  MellonSPPrivateKeyFile /etc/apache2/mellon/sp.key",
        "  MellonSPCertFile /etc/apache2/mellon/sp.cert",
        "  MellonSignatureMethod rsa-sha256",
        `  MellonUser "${USERNAME}"`,
        `  MellonSetEnv "name" "${DISPLAY_NAME}"`,
        `  MellonSetEnv "mail" "${MAIL}"`,
        "</Location>",
      ].join("\n"),
    },
    {
      name: "Python (pysaml2)",
      isTried: true,
      text: [
        "import requests",
        "CONFIG = {",
        '    "entityid": "https://<app>/metadata",',
        `    "metadata": {"inline": [requests.get("${metadata}", timeout=30).text]},`,
        '    "key_file": "sp.key", "cert_file": "sp.cert",',
        '    "service": {"sp": {',
        '        "endpoints": {"assertion_consumer_service": [',
        '            ("https://<app>/acs", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"),',
        "        ]},",
        '        "authn_requests_signed": True, "want_assertions_signed": True,',
        '        "want_response_signed": False,',
        '        "signing_algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",',
        '        "digest_algorithm": "http://www.w3.org/2001/04/xmlenc#sha256",',
        "    }},",
        "}",
      ].join("\n"),
    },
    {
      name: "Nextcloud (user_saml)",
      isTried: false,
      text: [
        "# metadata: https://<nextcloud>/apps/user_saml/saml/metadata",
        `Attribute to map the UID to: ${USERNAME}`,
        `Attribute to map the displayname to: ${DISPLAY_NAME}`,
        `Attribute to map the email address to: ${MAIL}`,
        `Identifier of the IdP entity: ${metadata}`,
        `URL target for the authentication request: ${issuer}/saml/sso`,
        `URL location for the SLO request: ${issuer}/saml/slo`,
        "Public X.509 certificate of the IdP: <X509Certificate of the metadata>",
      ].join("\n"),
    },
    {
      name: "Moodle (auth_saml2)",
      isTried: false,
      text: [
        "# metadata: https://<moodle>/auth/saml2/sp/metadata.php",
        `IdP metadata xml OR public xml URL: ${metadata}`,
        `Mapping IdP: ${USERNAME}`,
        "Mapping Moodle: username",
      ].join("\n"),
    },
    {
      name: "GitLab",
      isTried: false,
      text: [
        "# metadata: https://<gitlab>/users/auth/saml/metadata",
        "gitlab_rails['omniauth_providers'] = [{",
        '  name: "saml", label: "LGSP",',
        "  args: {",
        '    assertion_consumer_service_url: "https://<gitlab>/users/auth/saml/callback",',
        '    issuer: "https://<gitlab>",',
        `    idp_sso_target_url: "${issuer}/saml/sso",`,
        '    idp_cert: "<X509Certificate of the metadata>",',
        '    name_identifier_format: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",',
        `    attribute_statements: { nickname: ["${USERNAME}"],`,
        `      name: ["${DISPLAY_NAME}"], email: ["${MAIL}"] }`,
        "  }",
        "}]",
      ].join("\n"),
    },
  ];
}

export function cas(service: string, issuer: string): readonly Recipe[] {
  const server = URL.canParse(service) ? new URL(service).origin : service || "<service>";
  return [
    {
      name: "Java CAS client",
      isTried: false,
      text: [
        `cas.server-url-prefix=${issuer}/cas`,
        `cas.server-login-url=${issuer}/cas/login`,
        `cas.client-host-url=${server}`,
        "cas.validation-type=cas3",
      ].join("\n"),
    },
    {
      name: "Moodle (auth_cas)",
      isTried: false,
      text: [
        `Hostname: ${URL.canParse(issuer) ? new URL(issuer).host : issuer}`,
        "Base URI: cas/",
        "Port: 443",
        "CAS protocol version: CAS 3.0",
        "Log out: yes",
      ].join("\n"),
    },
  ];
}

export function scim(issuer: string): readonly Recipe[] {
  return [
    {
      name: "curl",
      isTried: true,
      text: [
        `curl -H 'Authorization: Bearer ${SECRET}' \\`,
        `     '${issuer}/scim/v2/Users?filter=userName%20eq%20%22van.thu%22'`,
      ].join("\n"),
    },
  ];
}

export function machine(client: string, issuer: string): readonly Recipe[] {
  return [
    {
      name: "curl",
      isTried: true,
      text: [
        `curl -u '${client}:${SECRET}' \\`,
        "     -d grant_type=client_credentials \\",
        `     ${issuer}/oauth2/token`,
      ].join("\n"),
    },
  ];
}
