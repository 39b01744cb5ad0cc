// Secrets of a system: with its id it signs each call with one of them.

import { client } from "../../api/client.ts";
import { type SecretApi, SecretsPanel } from "../../kit/Secrets.tsx";

function secretsOf(system: string): SecretApi {
  const path = { name: system };
  return {
    key: ["system", system],
    permission: "exchange.system.secret",
    overlaps: ["24", "0", "168", "720"],
    tells: ["use", "end"],
    async list() {
      const { data } = await client.GET("/systems/{name}/secrets", { params: { path } });
      return (data?.items ?? []).map((secret) => ({ ...secret, ends_at: secret.retires_at }));
    },
    async create(overlap) {
      const query = { overlap_hours: Number(overlap) };
      const { data } = await client.POST("/systems/{name}/secrets", { params: { path, query } });
      return data?.secret ?? "";
    },
    async revoke(id) {
      await client.DELETE("/systems/{name}/secrets/{id}", {
        params: { path: { name: system, id } },
      });
    },
  };
}

export function Secrets({ system }: { system: string }) {
  return <SecretsPanel api={secretsOf(system)} owner={system} />;
}
