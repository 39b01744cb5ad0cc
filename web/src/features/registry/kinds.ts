// What the feature knows about one kind.

import { api } from "../../api/client.ts";
import type { Kind } from "../../api/types.ts";

/** The descriptor of a kind; undefined while it loads or when there is none. */
export function useKind(kind: string): Kind | undefined {
  const query = api.useQuery("get", "/kinds", {}, { staleTime: 600_000 });
  return query.data?.items.find((known) => known.kind === kind);
}

export function kindHref(kind: string): string {
  return `/registry/${encodeURIComponent(kind)}`;
}

export function resourceHref(kind: string, name: string): string {
  return `${kindHref(kind)}/${encodeURIComponent(name)}`;
}
