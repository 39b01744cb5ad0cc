// The red bar while an administrator acts under the name of somebody else: whose, why, how long.
//
// Owns: the time that is left, the end. Not here: the beginning (the account's page).

import { Button } from "@mantine/core";
import { IconEyeExclamation } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { client } from "../api/client.ts";
import type { Me } from "../api/types.ts";
import { useSession } from "../kit/session.ts";
import { notifyProblem } from "../kit/toast.tsx";
import classes from "./shell.module.css";
import { useAppTexts } from "./texts.ts";

const SECOND_MS = 1_000;

type Impersonation = NonNullable<Me["impersonation"]>;

export function ImpersonationBar() {
  const { me } = useSession();
  return me.impersonation ? <Bar me={me} told={me.impersonation} /> : null;
}

function Bar({ me, told }: { me: Me; told: Impersonation }) {
  const { t } = useAppTexts();
  const [isBusy, setBusy] = useState(false);
  async function end() {
    setBusy(true);
    try {
      await client.DELETE("/me/impersonation");
      // Everything that was read under the other name goes with the page.
      window.location.assign(`/accounts/${me.account_id}`);
    } catch (failure) {
      setBusy(false);
      notifyProblem(failure);
    }
  }
  return (
    <section className={classes.bar} aria-label={t("impersonation.bar")} data-bar="impersonation">
      <IconEyeExclamation size={20} stroke={1.6} aria-hidden />
      <p>
        <strong>{t("impersonation.as", { name: me.display_name })}</strong>
        <span>{t("impersonation.why", { ticket: told.ticket, reason: told.reason })}</span>
        <Left until={told.until} />
        <span className={classes.barNote}>{t("impersonation.note")}</span>
      </p>
      <Button size="compact-md" color="red" loading={isBusy} onClick={end}>
        {t("impersonation.end")}
      </Button>
    </section>
  );
}

/** "28:05", counted down; at its end the page is read anew, under whatever name then holds. */
function Left({ until }: { until: string }) {
  const { t } = useAppTexts();
  const [now, setNow] = useState(() => Date.now());
  const left_ms = new Date(until).getTime() - now;
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), SECOND_MS);
    return () => clearInterval(timer);
  }, []);
  const isOver = left_ms <= -SECOND_MS;
  useEffect(() => {
    if (isOver) window.location.assign("/");
  }, [isOver]);
  return (
    <span role="timer" className={classes.barTime}>
      {t("impersonation.left", { time: countdown(left_ms) })}
    </span>
  );
}

/** Minutes and seconds. */
export function countdown(left_ms: number): string {
  const seconds = Math.max(0, Math.ceil(left_ms / SECOND_MS));
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}
