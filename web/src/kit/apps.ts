// The applications that people sign on to, by what people call them.

import { compareText } from "../i18n/format.ts";
import { titleOf } from "./resource.ts";
import { useResources } from "./resources.ts";
import { useCan } from "./session.ts";

const KINDS = ["oidc-client", "saml-sp", "cas-service"] as const;
const FRESH_MS = 300_000;

export interface App {
  kind: string;
  name: string;
  title: string;
}

function useKind(kind: (typeof KINDS)[number], enabled: boolean): App[] {
  const query = useResources(kind, { enabled, staleTime: FRESH_MS });
  return (query.data?.items ?? []).map((row) => ({
    kind,
    name: row.name,
    title: titleOf(row),
  }));
}

/** All of them by title; none for who may not read the configuration, or until they are wanted. */
export function useApps(isWanted = true): readonly App[] {
  const can = useCan();
  const mayRead = isWanted && can("registry.resource.read");
  const oidc = useKind("oidc-client", mayRead);
  const saml = useKind("saml-sp", mayRead);
  const cas = useKind("cas-service", mayRead);
  return [...oidc, ...saml, ...cas].sort((one, two) => compareText(one.title, two.title));
}

/** What people call an application; its short name when that is not known. */
export function titleIn(apps: readonly App[], name: string): string {
  return apps.find((app) => app.name === name)?.title ?? name;
}
