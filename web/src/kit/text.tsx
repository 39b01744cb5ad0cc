// Small pieces of text: times, codes with copy, facts.

import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { type ReactNode, useState, useSyncExternalStore } from "react";
import { formatDate, formatDateTime, formatRelative, formatTraceTime } from "../i18n/format.ts";
import { useLanguage } from "../i18n/texts.ts";
import classes from "./kit.module.css";
import { useKitTexts } from "./texts.ts";

const TICK_MS = 30_000;

// One clock for all times on the page: a list has hundreds of them.
let now = new Date();
let timer: ReturnType<typeof setInterval> | undefined;
const watchers = new Set<() => void>();

function tick() {
  now = new Date();
  for (const watcher of watchers) watcher();
}

function watch(watcher: () => void) {
  watchers.add(watcher);
  timer ??= setInterval(tick, TICK_MS);
  return () => {
    watchers.delete(watcher);
    if (watchers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The present, as precise as "3 minutes ago" needs it. */
function useNow(): Date {
  return useSyncExternalStore(watch, () => {
    // Nobody looked for a while.
    if (timer === undefined && Date.now() - now.getTime() >= TICK_MS) now = new Date();
    return now;
  });
}

interface DateTextProps {
  value: string | null | undefined;
  /** `relative` says "3 phút trước" with the exact time on hover and focus. */
  as?: "time" | "day" | "relative" | "trace";
}

export function DateText({ value, as = "time" }: DateTextProps) {
  const language = useLanguage();
  const now = useNow();
  const { t } = useKitTexts();
  if (!value) return <span className={classes.soft}>{t("none")}</span>;
  const exact = as === "day" ? formatDate(value) : formatDateTime(value);
  if (as === "relative") {
    return (
      <Tooltip label={exact}>
        <time dateTime={value}>{formatRelative(value, language, now)}</time>
      </Tooltip>
    );
  }
  const shown = as === "trace" ? `${formatDate(value)} ${formatTraceTime(value)}` : exact;
  return <time dateTime={value}>{shown}</time>;
}

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

export function CopyButton({ value, label }: { value: string; label?: string }) {
  const { t } = useKitTexts();
  const [copied, setCopied] = useState(false);
  const name = copied ? t("copied") : (label ?? t("copy"));
  async function copy() {
    setCopied(await copyText(value));
    setTimeout(() => setCopied(false), 2000);
  }
  return (
    <Tooltip label={name}>
      <ActionIcon
        className={classes.copy}
        variant="subtle"
        color="gray"
        size={24}
        onClick={copy}
        aria-label={name}
      >
        {copied ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  );
}

/** A button that copies a longer text which is not shown beside it. */
export function CopyTextButton({ value, children }: { value: string; children: string }) {
  const { t } = useKitTexts();
  const [isCopied, setCopied] = useState(false);
  async function copy() {
    setCopied(await copyText(value));
    setTimeout(() => setCopied(false), 2000);
  }
  const Icon = isCopied ? IconCheck : IconCopy;
  return (
    <Button variant="default" leftSection={<Icon size={16} aria-hidden />} onClick={copy}>
      {isCopied ? t("copied") : children}
    </Button>
  );
}

interface CodeTextProps {
  children: string;
  copy?: boolean;
  /** Shows only the first and last signs of a long code; copying gives the whole. */
  short?: boolean;
}

export function CodeText({ children, copy = false, short = false }: CodeTextProps) {
  const shown =
    short && children.length > 20 ? `${children.slice(0, 8)}…${children.slice(-6)}` : children;
  const code = (
    <code className={classes.code} title={shown === children ? undefined : children}>
      {shown}
    </code>
  );
  if (!copy) return code;
  return (
    <span className={classes.codeBox}>
      {code}
      <CopyButton value={children} />
    </span>
  );
}

export interface Fact {
  label: string;
  value: ReactNode;
  /** Left out when false. */
  show?: boolean;
}

export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className={classes.facts}>
      {facts
        .filter((fact) => fact.show !== false)
        .map((fact) => (
          <div key={fact.label} style={{ display: "contents" }}>
            <dt>{fact.label}</dt>
            <dd>{fact.value}</dd>
          </div>
        ))}
    </dl>
  );
}
