// Settings of software that looks people up and checks passwords by LDAP.
//
// The address and the base of the directory are in the configuration of the installation.

import type { Recipe } from "../recipes.ts";
import { SECRET } from "./place.ts";

const HOST = "<ldap-server>";
const BASE = "<base>";

export function recipes(app: string): readonly Recipe[] {
  const bind = `cn=${app},ou=apps,${BASE}`;
  const recipe = (name: string, isTried: boolean, lines: readonly string[]): Recipe => ({
    name,
    isTried,
    notes: ["base"],
    text: lines.join("\n"),
  });
  return [
    recipe("ldapsearch", true, [
      `ldapsearch -H ldaps://${HOST}:8636 -x -D '${bind}' -w '${SECRET}' \\`,
      `    -b 'ou=people,${BASE}' '(uid=van.thu)' cn mail memberOf`,
    ]),
    recipe("Nextcloud (user_ldap)", false, [
      "php occ app:enable user_ldap",
      "php occ ldap:create-empty-config",
      ...[
        ["ldapHost", `ldaps://${HOST}`],
        ["ldapPort", "8636"],
        ["ldapAgentName", bind],
        ["ldapAgentPassword", SECRET],
        ["ldapBase", BASE],
        ["ldapUserFilter", "(objectClass=inetOrgPerson)"],
        ["ldapLoginFilter", "(&(objectClass=inetOrgPerson)(uid=%uid))"],
        ["ldapGroupFilter", "(objectClass=groupOfNames)"],
        ["ldapGroupMemberAssocAttr", "member"],
        ["ldapUserDisplayName", "cn"],
        ["ldapEmailAttribute", "mail"],
        ["ldapExpertUUIDUserAttr", "entryUUID"],
        ["ldapConfigurationActive", "1"],
      ].map(([key, value]) => `php occ ldap:set-config s01 ${key} '${value}'`),
    ]),
    recipe("GitLab", false, [
      "gitlab_rails['ldap_enabled'] = true",
      "gitlab_rails['ldap_servers'] = {",
      "  'main' => {",
      `    'label' => 'LGSP', 'host' => '${HOST}', 'port' => 8636, 'encryption' => 'simple_tls',`,
      `    'bind_dn' => '${bind}', 'password' => '${SECRET}',`,
      `    'base' => 'ou=people,${BASE}', 'uid' => 'uid',`,
      "    'user_filter' => '(objectClass=inetOrgPerson)', 'active_directory' => false",
      "  }",
      "}",
    ]),
    recipe("Grafana", false, [
      "[[servers]]",
      `host = "${HOST}"`,
      "port = 8636",
      "use_ssl = true",
      `bind_dn = "${bind}"`,
      `bind_password = "${SECRET}"`,
      'search_filter = "(uid=%s)"',
      `search_base_dns = ["ou=people,${BASE}"]`,
      "[servers.attributes]",
      'username = "uid"',
      'name = "givenName"',
      'surname = "sn"',
      'email = "mail"',
      'member_of = "memberOf"',
    ]),
    recipe("Moodle", false, [
      "# Site administration > Plugins > Authentication > LDAP server",
      `Host URL: ldaps://${HOST}:8636`,
      `Distinguished name: ${bind}`,
      `Password: ${SECRET}`,
      "User type: posixAccount (rfc2307)",
      `Contexts: ou=people,${BASE}`,
      "User attribute: uid",
      "Object class: inetOrgPerson",
    ]),
    recipe("Odoo (auth_ldap)", false, [
      "# Settings > General Settings > LDAP Server",
      "# it speaks StartTLS and no ldaps://: start_tls = true in [ldap]",
      `LDAP Server address: ${HOST}`,
      "LDAP Server port: <port of listen>",
      "Use TLS: yes",
      `LDAP binddn: ${bind}`,
      `LDAP password: ${SECRET}`,
      `LDAP base: ou=people,${BASE}`,
      "LDAP filter: (&(objectClass=inetOrgPerson)(uid=%s))",
    ]),
  ];
}
