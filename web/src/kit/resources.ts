// All resources of a kind, however many pages the server cuts them into.
//
// Owns: reading page after page. Not here: lists that the server searches (`ListPage` and a cursor).

import { useQuery } from "@tanstack/react-query";
import { client, present } from "../api/client.ts";
import type { Resource } from "../api/types.ts";

/** The most that the server gives at once. */
const PAGE_ITEMS = 200;

export async function allResources(kind: string, signal: AbortSignal): Promise<Resource[]> {
  const items: Resource[] = [];
  let cursor: string | undefined;
  do {
    const { data } = await client.GET("/resources/{kind}", {
      params: { path: { kind }, query: present({ cursor, limit: PAGE_ITEMS }) },
      signal,
    });
    items.push(...(data?.items ?? []));
    cursor = data?.next_cursor ?? undefined;
  } while (cursor);
  return items;
}

interface Options {
  enabled?: boolean;
  /** How long an answer counts as fresh. */
  staleTime?: number;
}

/** For kinds of which a province has at most some hundreds. */
export function useResources(kind: string, options: Options = {}) {
  return useQuery({
    queryKey: ["resources", kind],
    queryFn: async ({ signal }) => ({ items: await allResources(kind, signal) }),
    ...options,
  });
}
