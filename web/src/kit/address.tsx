// Addresses: links, parameters, and filters that live in the query string.
//
// Owns: reading and changing the query string of the page in view.
// Invariant: every value in the address is plain text a person can read and send on.

import { Link, useParams, useRouter, useRouterState } from "@tanstack/react-router";
import { type ComponentProps, type ReactNode, useCallback, useMemo } from "react";

export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(values: Record<string, unknown>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `?${text}` : "";
}

export type AddressPatch = Record<string, string | null | undefined>;

/** The query string of this page and how to change it; null or "" removes a name. */
export function useAddress() {
  const router = useRouter();
  const text = useRouterState({ select: (state) => state.location.searchStr });
  const values = useMemo(() => new URLSearchParams(text), [text]);
  const get = useCallback((name: string) => values.get(name) || undefined, [values]);
  const set = useCallback(
    (patch: AddressPatch, push = false) => {
      const next = new URLSearchParams(router.state.location.searchStr);
      for (const [name, value] of Object.entries(patch)) {
        if (value === null || value === undefined || value === "") next.delete(name);
        else next.set(name, value);
      }
      const search = next.toString();
      const href = router.state.location.pathname + (search ? `?${search}` : "");
      if (push) router.history.push(href);
      else router.history.replace(href);
    },
    [router],
  );
  return { get, set, text };
}

/** Goes to an address of this console. */
export function useGo() {
  const router = useRouter();
  return useCallback((href: string) => router.history.push(href), [router]);
}

/** A parameter of the address pattern; empty only if the pattern lacks it. */
export function useParam(name: string): string {
  const params: Record<string, unknown> = useParams({ strict: false });
  const value = params[name];
  return typeof value === "string" ? value : "";
}

type LinkProps = Omit<ComponentProps<"a">, "href" | "ref" | "target"> & {
  href: string;
  children?: ReactNode;
  "data-row-link"?: string;
  "data-tone"?: string;
};

/** A link inside the console. */
export function AppLink({ href, children, ...rest }: LinkProps) {
  const [path = "/", query = ""] = href.split("?");
  return (
    <Link to={path} search={parseSearch(query)} {...rest}>
      {children}
    </Link>
  );
}

/** Addresses that features use to point at each other. */
export const address = {
  document: (id: string) => `/documents/${encodeURIComponent(id)}`,
  documents: (query: Record<string, string> = {}) => `/documents${stringifySearch(query)}`,
  delivery: (id: string) => `/deliveries/${encodeURIComponent(id)}`,
  deliveries: (query: Record<string, string> = {}) => `/deliveries${stringifySearch(query)}`,
  agency: (code: string) => `/agencies/${encodeURIComponent(code)}`,
  system: (name: string) => `/systems/${encodeURIComponent(name)}`,
  account: (id: string) => `/accounts/${encodeURIComponent(id)}`,
  application: (kind: string, name: string) =>
    `/applications/${encodeURIComponent(kind)}/${encodeURIComponent(name)}`,
  policy: (name: string) => `/policies/${encodeURIComponent(name)}`,
  alarms: () => "/alarms",
  journal: (query: Record<string, string> = {}) => `/audit${stringifySearch(query)}`,
  compose: (query: Record<string, string> = {}) => `/mailbox/compose${stringifySearch(query)}`,
};
