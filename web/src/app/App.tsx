// Learns who is signed in, then shows the console. Without a session the browser leaves for /sign-in.

import { useMantineColorScheme } from "@mantine/core";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { api, setCsrfToken } from "../api/client.ts";
import { asProblem } from "../api/problem.ts";
import { applyLanguage } from "../i18n/setup.ts";
import { SessionContext } from "../kit/session.ts";
import { ProblemNote } from "../kit/states.tsx";
import { useEndOfActing } from "./ActingBar.tsx";
import { router } from "./router.tsx";

const SESSION_CHECK_MS = 120_000;

export function App() {
  const me = api.useQuery("get", "/me", {}, { refetchInterval: SESSION_CHECK_MS });
  const about = api.useQuery("get", "/about", {}, { staleTime: Number.POSITIVE_INFINITY });
  const isOver = useEndOfActing(me);
  const isSame = useSameAccount(me.data?.account_id);
  const { setColorScheme } = useMantineColorScheme();
  const preferences = me.data?.preferences;

  if (me.data) setCsrfToken(me.data.csrf_token ?? "");
  useEffect(() => {
    if (!preferences) return;
    applyLanguage(preferences.language);
    setColorScheme(preferences.theme);
    document.documentElement.dataset.density = preferences.density;
  }, [preferences, setColorScheme]);

  const session = useMemo(
    // What is still here of who one no longer is is not shown.
    () => (me.data && about.data && !isOver && isSame ? { me: me.data, about: about.data } : null),
    [me.data, about.data, isOver, isSame],
  );
  if (session) {
    return (
      <SessionContext value={session}>
        <RouterProvider router={router} />
      </SessionContext>
    );
  }
  const failed = me.isError ? me : about.isError ? about : null;
  // On 401 the browser is already leaving; a message would only flash.
  if (isOver || !isSame || !failed || asProblem(failed.error).status === 401) return null;
  return (
    <main style={{ maxWidth: 560, margin: "15vh auto", padding: 16 }}>
      <ProblemNote error={failed.error} onRetry={() => failed.refetch()} />
    </main>
  );
}

/** Another tab may begin or end acting under a name: then nothing of the one before is kept. */
function useSameAccount(account: string | undefined): boolean {
  const [first, setFirst] = useState(account);
  if (first === undefined && account !== undefined) setFirst(account);
  const isSame = first === undefined || account === undefined || first === account;
  useEffect(() => {
    if (!isSame) window.location.assign("/");
  }, [isSame]);
  return isSame;
}
