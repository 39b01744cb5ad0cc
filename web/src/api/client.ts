// The typed client of the administration API.
//
// Owns: headers of every request, what happens on 401, failures as `ApiError`.
// Not here: which answers a page keeps and for how long (TanStack Query in the pages).
// Invariant: no token is ever stored; the session is a cookie that scripts cannot read.

import { QueryClient } from "@tanstack/react-query";
import createFetchClient, { type Middleware } from "openapi-fetch";
import createQueryHooks from "openapi-react-query";
import { currentActing, ON_BEHALF_OF } from "./acting.ts";
import { ApiError, asProblem, readProblem } from "./problem.ts";
import type { paths } from "./types.ts";

/** Where the administration API lives. */
export const API = "/api/v1";
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
const RETRIES_MAX = 2;

let csrfToken = "";
let language = "vi";

export function setCsrfToken(token: string) {
  csrfToken = token;
}
export function getCsrfToken(): string {
  return csrfToken;
}
export function setRequestLanguage(value: string) {
  language = value;
}

/** A key that makes a repeat of the same request harmless. */
export function newKey(): string {
  return randomHex(16);
}

function randomHex(bytes: number): string {
  const values = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(values, (value) => value.toString(16).padStart(2, "0")).join("");
}

/** Leaves for the sign-in page and comes back to where the person was. */
export function goToSignIn() {
  const here = window.location.pathname + window.location.search;
  window.location.assign(`/sign-in?next=${encodeURIComponent(here)}`);
}

/** Where one proves oneself anew, as strongly as the server asks; it leads back to `here`. */
export function proofAddress(here: string, wanted: { acr_values: string }): string {
  const level = /\d$/.exec(wanted.acr_values)?.[0] ?? "1";
  return `/sign-in?again=1&acr=${level}&next=${encodeURIComponent(here)}`;
}

export function goToProof(wanted: { acr_values: string }) {
  const here = window.location.pathname + window.location.search;
  window.location.assign(proofAddress(here, wanted));
}

const frame: Middleware = {
  onRequest({ request }) {
    request.headers.set("Accept-Language", language);
    request.headers.set("traceparent", `00-${randomHex(16)}-${randomHex(8)}-01`);
    const acting = currentActing();
    if (acting) request.headers.set(ON_BEHALF_OF, acting.delegator);
    if (!SAFE.has(request.method)) {
      request.headers.set("X-CSRF-Token", csrfToken);
      // A form that may be sent twice brings its own key.
      if (request.method === "POST" && !request.headers.has("Idempotency-Key")) {
        request.headers.set("Idempotency-Key", newKey());
      }
    }
    return request;
  },
  async onResponse({ response }) {
    if (response.ok) return response;
    const problem = await readProblem(response);
    // Who is signed in but must prove it anew decides when to leave: a form may be half filled in.
    if (response.status === 401 && !problem.step_up) goToSignIn();
    // Perhaps the delegation has ended; who one is is asked again, and the shell follows the answer.
    if (response.status === 403 && currentActing() && !response.url.endsWith(`${API}/me`)) {
      void queryClient.invalidateQueries({ queryKey: api.queryOptions("get", "/me", {}).queryKey });
    }
    throw new ApiError(problem);
  },
};

export const client = createFetchClient<paths>({ baseUrl: API });
client.use(frame);

/** An answer that is no JSON: a document's text, a file. It is read for whom this tab acts. */
export async function fetchFile(href: string, signal?: AbortSignal): Promise<Response> {
  const acting = currentActing();
  const headers: Record<string, string> = acting ? { [ON_BEHALF_OF]: acting.delegator } : {};
  const response = await fetch(href, signal ? { headers, signal } : { headers });
  if (!response.ok) throw new ApiError(await readProblem(response));
  return response;
}

/** Hooks over the client: `api.useQuery("get", "/…")`. */
export const api = createQueryHooks(client);

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      retry: (failures, error) => failures < RETRIES_MAX && asProblem(error).retryable === true,
      refetchOnWindowFocus: true,
    },
    mutations: { retry: false },
  },
});

/** Reads every list and page that is on the screen again, after something has changed. */
export function refreshAll() {
  return queryClient.invalidateQueries();
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The same object without its undefined members, as query parameters want it. */
export function present<T extends Record<string, unknown>>(values: T): Present<T> {
  const kept: Present<T> = {};
  for (const key in values) {
    if (values[key] !== undefined) kept[key] = values[key] as Exclude<T[typeof key], undefined>;
  }
  return kept;
}
