// The bar above every page while one acts for somebody: for whom, until when, the way back.
//
// Owns: ending it by itself: at its time, when the server refuses it, when another account came.

import { Button } from "@mantine/core";
import { IconUserShare } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { type Acting, setActing } from "../api/acting.ts";
import { API, api, fetchFile } from "../api/client.ts";
import { asProblem } from "../api/problem.ts";
import type { Me } from "../api/types.ts";
import { formatDateTime } from "../i18n/format.ts";
import { useActing, useChangeActing, useDelegators } from "../kit/acting.ts";
import { saveFile } from "../kit/csv.ts";
import { useSession } from "../kit/session.ts";
import { notify, notifyProblem } from "../kit/toast.tsx";
import classes from "./shell.module.css";
import { useAppTexts } from "./texts.ts";

/** Longest wait that a timer can hold (2^31 − 1 ms). */
const TIMER_MS_MAX = 2_147_483_647;

export function ActingBar() {
  const acting = useActing();
  return acting ? <Bar acting={acting} /> : null;
}

function Bar({ acting }: { acting: Acting }) {
  const { t } = useAppTexts();
  const { me } = useSession();
  const change = useChangeActing();
  const queries = useQueryClient();
  const found = useDelegators(true).find(({ username }) => username === acting.delegator);
  const until = found?.until;
  useFilesFor(acting);
  // Who one is is asked again at the end, and the answer ends it.
  useEffect(() => {
    if (!until) return;
    const wait_ms = Math.max(0, new Date(until).getTime() - Date.now()) + 1_000;
    const { queryKey } = api.queryOptions("get", "/me", {});
    const timer = setTimeout(
      () => void queries.invalidateQueries({ queryKey }),
      Math.min(wait_ms, TIMER_MS_MAX),
    );
    return () => clearTimeout(timer);
  }, [until, queries]);
  return (
    <section className={classes.bar} aria-label={t("acting.bar")} data-bar="acting">
      <IconUserShare size={20} stroke={1.6} aria-hidden />
      <p>
        <strong>{t("acting.for", { name: found?.name ?? acting.delegator })}</strong>
        {found ? (
          <span>
            {t("acting.until", {
              time: formatDateTime(found.until),
              decision: found.decisions.join(", "),
            })}
          </span>
        ) : null}
        <span className={classes.barNote}>{t("acting.note")}</span>
      </p>
      <Button size="compact-md" variant="default" onClick={() => change(null)}>
        {t("acting.back", { name: me.display_name })}
      </Button>
    </section>
  );
}

/** Files behind plain links carry no header; while acting they are read with it and saved. */
function useFilesFor(acting: Acting) {
  useEffect(() => {
    if (!acting) return;
    const onClick = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest("a") : null;
      if (!link?.pathname.startsWith(`${API}/`)) return;
      event.preventDefault();
      save(link).catch(notifyProblem);
    };
    document.addEventListener("click", onClick);
    return () => document.removeEventListener("click", onClick);
  }, [acting]);
}

async function save(link: HTMLAnchorElement) {
  const response = await fetchFile(link.href);
  const told = /filename="?([^";]+)"?/.exec(response.headers.get("content-disposition") ?? "");
  const name = link.download || told?.[1] || link.pathname.split("/").at(-1) || "tep";
  saveFile(name, await response.blob(), response.headers.get("content-type") ?? "");
}

/** Ends acting when the server no longer lets it, or when somebody else has signed in. */
export function useEndOfActing(me: { data: Me | undefined; error: unknown }) {
  const { t } = useAppTexts();
  const acting = useActing();
  const queries = useQueryClient();
  const isRefused = me.error !== null && asProblem(me.error).status === 403;
  const isForeign = me.data !== undefined && me.data.account_id !== acting?.by;
  const isOver = acting !== null && (isRefused || isForeign);
  useEffect(() => {
    if (!isOver) return;
    setActing(null);
    notify(t("acting.over"), "late");
    void queries.resetQueries();
  }, [isOver, queries, t]);
  return isOver;
}
