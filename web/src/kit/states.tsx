// What a page says when it has nothing to show: loading, empty, no hit, error, no permission, stale.

import { Button, Skeleton, Stack, Title } from "@mantine/core";
import {
  IconInbox,
  IconLock,
  IconRefresh,
  IconSearchOff,
  IconShieldLock,
} from "@tabler/icons-react";
import { type ReactNode, useEffect, useState } from "react";
import { goToProof } from "../api/client.ts";
import { asProblem, problemText } from "../api/problem.ts";
import { formatTime } from "../i18n/format.ts";
import { useLanguage } from "../i18n/texts.ts";
import classes from "./kit.module.css";
import { CodeText } from "./text.tsx";
import { useKitTexts } from "./texts.ts";

/** Below this, a wait needs no sign. */
const QUIET_MS = 300;

export function useAfterQuiet(active: boolean): boolean {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    if (!active) {
      setLong(false);
      return;
    }
    const timer = setTimeout(() => setLong(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, [active]);
  return active && isLong;
}

export function Waiting({ rows = 6 }: { rows?: number }) {
  const { t } = useKitTexts();
  const isLong = useAfterQuiet(true);
  if (!isLong) return <div style={{ minHeight: rows * 36 }} aria-busy="true" />;
  return (
    <Stack gap={12} p="md" aria-busy="true" role="status" aria-label={t("loading")}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: grey bars have no identity
        <Skeleton key={row} height={20} width={`${92 - ((row * 13) % 40)}%`} />
      ))}
    </Stack>
  );
}

interface StateProps {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

export function Empty({ title, children, action }: StateProps) {
  return (
    <div className={classes.state}>
      <IconInbox size={36} stroke={1.4} className={classes.stateIcon} aria-hidden />
      <Title order={2}>{title}</Title>
      {children ? <p>{children}</p> : null}
      {action}
    </div>
  );
}

export function NoHit({ onClear }: { onClear: () => void }) {
  const { t } = useKitTexts();
  return (
    <div className={classes.state}>
      <IconSearchOff size={36} stroke={1.4} className={classes.stateIcon} aria-hidden />
      <Title order={2}>{t("noHit.title")}</Title>
      <p>{t("noHit.text")}</p>
      <Button variant="default" onClick={onClear}>
        {t("noHit.clear")}
      </Button>
    </div>
  );
}

interface ProblemProps {
  error: unknown;
  onRetry?: (() => void) | undefined;
  /** The whole page or list could not be read, so that a missing permission is its state. */
  isPage?: boolean;
}

/** A place inside a field; a plain field shows the error itself. */
function isDeep(pointer: string): boolean {
  return pointer.split("/").length > 2;
}

/** An error in words, with its code and trace id. */
export function ProblemNote({ error, onRetry, isPage = false }: ProblemProps) {
  const { t } = useKitTexts();
  const language = useLanguage();
  const problem = asProblem(error);
  if (isPage && problem.status === 403) {
    return (
      <div className={classes.state} role="alert">
        <IconLock size={36} stroke={1.4} className={classes.stateIcon} aria-hidden />
        <Title order={2}>{t("noPermission.title")}</Title>
        <p>{t("noPermission.text")}</p>
        <CodeText>{problem.code}</CodeText>
      </div>
    );
  }
  const { step_up } = problem;
  const details = `${problem.code}${problem.trace_id ? ` · ${problem.trace_id}` : ""}`;
  return (
    <div className={classes.problem} role="alert">
      <p>{problemText(problem, language)}</p>
      {problem.errors && problem.errors.length > 0 ? (
        <ul>
          {problem.errors.map((error) => (
            <li key={`${error.pointer}${error.code}`}>
              {error.messages[language]}{" "}
              {isDeep(error.pointer) ? (
                <code className={`${classes.code} ${classes.soft}`}>{error.pointer}</code>
              ) : null}
            </li>
          ))}
        </ul>
      ) : null}
      <div className={classes.problemFine}>
        <CodeText copy>{details}</CodeText>
        {step_up ? (
          <Button
            size="compact-sm"
            leftSection={<IconShieldLock size={14} aria-hidden />}
            onClick={() => goToProof(step_up)}
          >
            {t("prove")}
          </Button>
        ) : null}
        {onRetry ? (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconRefresh size={14} aria-hidden />}
            onClick={onRetry}
          >
            {t("retry")}
          </Button>
        ) : null}
      </div>
    </div>
  );
}

/** Above data that could not be read again. */
export function StaleNote({ since_ms }: { since_ms: number }) {
  const { t } = useKitTexts();
  return (
    <div className={classes.stale} role="status">
      <IconRefresh size={16} aria-hidden />
      {t("stale", { time: formatTime(new Date(since_ms)) })}
    </div>
  );
}

export interface QueryLike<T> {
  data: T | undefined;
  error: unknown;
  isError: boolean;
  isPending: boolean;
  dataUpdatedAt: number;
  refetch: () => unknown;
}

/** One query's states around its content. */
export function Loaded<T>({
  query,
  children,
  rows,
}: {
  query: QueryLike<T>;
  children: (data: T) => ReactNode;
  rows?: number;
}) {
  if (query.data !== undefined) {
    return (
      <>
        {query.isError ? <StaleNote since_ms={query.dataUpdatedAt} /> : null}
        {children(query.data)}
      </>
    );
  }
  if (query.isError) {
    return <ProblemNote isPage error={query.error} onRetry={() => query.refetch()} />;
  }
  return <Waiting {...(rows === undefined ? {} : { rows })} />;
}
