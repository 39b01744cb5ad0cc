// The secrets of applications: one shape over the interfaces of the kinds.

import { client } from "../../api/client.ts";
import type { Resource } from "../../api/types.ts";
import { fieldOf } from "../../kit/resource.ts";
import type { SecretApi } from "../../kit/Secrets.tsx";

function oidc(name: string): SecretApi {
  const path = { client: name };
  return {
    key: ["oidc-client", name],
    permission: "sso.client.write",
    overlaps: ["168", "0"],
    tells: ["use", "end"],
    async list() {
      const { data } = await client.GET("/oidc-clients/{client}/secrets", { params: { path } });
      return (data?.items ?? []).map((secret) => ({ ...secret, ends_at: secret.expires_at }));
    },
    async create(overlap) {
      const { data } = await client.POST("/oidc-clients/{client}/secrets", {
        params: { path },
        body: { at_once: overlap === "0" },
      });
      return data?.secret ?? "";
    },
    async revoke(id) {
      await client.DELETE("/oidc-clients/{client}/secrets/{id}", {
        params: { path: { client: name, id } },
      });
    },
  };
}

function ldap(name: string): SecretApi {
  const path = { name };
  return {
    key: ["ldap-app", name],
    permission: "directory.ldap_app.secret",
    overlaps: ["kept"],
    tells: ["maker", "use"],
    async list() {
      const { data } = await client.GET("/ldap-apps/{name}/secrets", { params: { path } });
      return data?.items ?? [];
    },
    async create() {
      const { data } = await client.POST("/ldap-apps/{name}/secrets", { params: { path } });
      return data?.secret ?? "";
    },
    async revoke(id) {
      await client.DELETE("/ldap-apps/{name}/secrets/{id}", { params: { path: { name, id } } });
    },
  };
}

function scim(name: string): SecretApi {
  const path = { name };
  return {
    key: ["scim-client", name],
    permission: "directory.scim_client.write",
    overlaps: ["24", "kept"],
    tells: ["maker", "use", "end"],
    async list() {
      const { data } = await client.GET("/scim-clients/{name}/tokens", { params: { path } });
      return (data?.items ?? []).map((token) => ({ ...token, ends_at: token.expires_at }));
    },
    async create(overlap) {
      const { data } =
        overlap === "kept"
          ? await client.POST("/scim-clients/{name}/tokens", { params: { path } })
          : await client.POST("/scim-clients/{name}/tokens/rotate", { params: { path } });
      return data?.token ?? "";
    },
    async revoke(id) {
      await client.DELETE("/scim-clients/{name}/tokens/{id}", { params: { path: { name, id } } });
    },
  };
}

/** Ways by which a client proves itself without a secret. */
const WITHOUT_SECRET: readonly unknown[] = [
  "none",
  "private_key_jwt",
  "tls_client_auth",
  "self_signed_tls_client_auth",
];

/** The secrets of an application; nothing where its protocol has none. */
export function secretsOf(resource: Resource): SecretApi | null {
  const method = fieldOf(resource, "auth_method");
  switch (resource.kind) {
    case "oidc-client":
      return WITHOUT_SECRET.includes(method) ? null : oidc(resource.name);
    case "ldap-app":
      return ldap(resource.name);
    case "scim-client":
      return scim(resource.name);
    default:
      return null;
  }
}
