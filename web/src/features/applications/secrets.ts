// The secrets of applications: one shape over the interfaces of the kinds.

import { client } from "../../api/client.ts";
import type { Resource } from "../../api/types.ts";
import { fieldOf } from "./kinds.ts";

export interface AppSecret {
  id: string;
  created_at: string;
  /** When it stops working, if that is known. */
  ends_at?: string | null | undefined;
}

export interface SecretApi {
  list: () => Promise<AppSecret[]>;
  create: () => Promise<string>;
  revoke: (id: string) => Promise<void>;
  /** Who may make and revoke them. */
  permission: string;
}

function oidc(name: string): SecretApi {
  const path = { client: name };
  return {
    permission: "sso.client.write",
    async list() {
      const { data } = await client.GET("/oidc-clients/{client}/secrets", { params: { path } });
      return (data?.items ?? []).map((secret) => ({ ...secret, ends_at: secret.expires_at }));
    },
    async create() {
      const { data } = await client.POST("/oidc-clients/{client}/secrets", {
        params: { path },
        body: {},
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
    permission: "directory.ldap_app.secret",
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

/** The secrets of an application; nothing where its protocol has none. */
export function secretsOf(resource: Resource): SecretApi | null {
  const method = fieldOf(resource, "auth_method");
  switch (resource.kind) {
    case "oidc-client":
      return method === "none" || method === "private_key_jwt" ? null : oidc(resource.name);
    case "ldap-app":
      return ldap(resource.name);
    default:
      return null;
  }
}
