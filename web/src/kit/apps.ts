// The applications that people sign on to, by what people call them.

import { api } from "../api/client.ts";
import { titleOf } from "./resource.ts";
import { useCan } from "./session.ts";

const KINDS = ["oidc-client", "saml-sp", "cas-service"] as const;
const FRESH_MS = 300_000;

export interface App {
  kind: string;
  name: string;
  title: string;
}

function useKind(kind: (typeof KINDS)[number], enabled: boolean): App[] {
  const query = api.useQuery(
    "get",
    "/resources/{kind}",
    { params: { path: { kind } } },
    { enabled, staleTime: FRESH_MS, retry: false },
  );
  return (query.data?.items ?? []).map((row) => ({
    kind,
    name: row.name,
    title: titleOf(row),
  }));
}

/** All of them by title; none for who may not read the configuration. */
export function useApps(): readonly App[] {
  const can = useCan();
  const mayRead = can("registry.resource.read");
  const oidc = useKind("oidc-client", mayRead);
  const saml = useKind("saml-sp", mayRead);
  const cas = useKind("cas-service", mayRead);
  return [...oidc, ...saml, ...cas].sort((one, two) => one.title.localeCompare(two.title, "vi"));
}

/** What people call an application; its short name when that is not known. */
export function titleIn(apps: readonly App[], name: string): string {
  return apps.find((app) => app.name === name)?.title ?? name;
}
