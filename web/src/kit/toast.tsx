// Short messages after an action, read out by screen readers.

import { CloseButton } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { useSyncExternalStore } from "react";
import { asProblem, problemText } from "../api/problem.ts";
import { currentLanguage } from "../i18n/setup.ts";
import classes from "./kit.module.css";
import { useKitTexts } from "./texts.ts";

interface Toast {
  id: number;
  tone: "ok" | "late";
  text: string;
}

const SHOWN_MS = 6_000;
const TOASTS_MAX = 4;
let toasts: readonly Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();

function publish(next: readonly Toast[]) {
  toasts = next;
  for (const listener of listeners) listener();
}

function close(id: number) {
  publish(toasts.filter((toast) => toast.id !== id));
}

export function notify(text: string, tone: Toast["tone"] = "ok") {
  last += 1;
  const id = last;
  publish([...toasts, { id, tone, text }].slice(-TOASTS_MAX));
  setTimeout(() => close(id), SHOWN_MS);
}

/** Tells of a failure that belongs to no field and no page. */
export function notifyProblem(error: unknown) {
  const problem = asProblem(error);
  notify(`${problemText(problem, currentLanguage())} (${problem.code})`, "late");
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

export function Toasts() {
  const { t } = useKitTexts();
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div className={classes.toasts} role="status" aria-live="polite">
      {shown.map((toast) => (
        <div key={toast.id} className={classes.toast} data-tone={toast.tone}>
          {toast.tone === "ok" ? (
            <IconCircleCheck size={18} aria-hidden />
          ) : (
            <IconAlertTriangle size={18} aria-hidden />
          )}
          <span>{toast.text}</span>
          <CloseButton size="sm" aria-label={t("close")} onClick={() => close(toast.id)} />
        </div>
      ))}
    </div>
  );
}
