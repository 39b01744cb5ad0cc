// The runs of a directory: started by hand or by the schedule, with what each has done.

import { Button, Group } from "@mantine/core";
import { IconEye, IconPlayerPlay, IconRefresh } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { api, client, refreshAll } from "../../api/client.ts";
import type { DirectoryRun, RunMode } from "../../api/types.ts";
import { formatNumber } from "../../i18n/format.ts";
import { useLanguage, useText } from "../../i18n/texts.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { Badge } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import { Loaded, ProblemNote } from "../../kit/states.tsx";
import { DateText } from "../../kit/text.tsx";
import { notify } from "../../kit/toast.tsx";
import { COUNTS, guardOf, LINES_MAX, RUN_TONES, reportOf, stateOf } from "./report.ts";
import { Failed } from "./TestPanel.tsx";
import { useT } from "./texts.ts";

const RUNS_SHOWN = 20;
/** While a run is under way its end is looked for. */
const WATCH_MS = 2_000;

export function RunsPanel({ name }: { name: string }) {
  const { t } = useT();
  const can = useCan();
  const [isAsking, setAsking] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const path = { name };
  const query = api.useQuery(
    "get",
    "/directory-connections/{name}/runs",
    { params: { path, query: { limit: RUNS_SHOWN } } },
    {
      refetchInterval: (state) =>
        state.state.data?.items.some((run) => stateOf(run) === "queued") ? WATCH_MS : false,
    },
  );
  // What a run has found is on the page when it ends, not when somebody looks again.
  const isUnderWay = query.data?.items.some((run) => stateOf(run) === "queued") ?? false;
  const wasUnderWay = useRef(false);
  useEffect(() => {
    if (wasUnderWay.current && !isUnderWay) void refreshAll();
    wasUnderWay.current = isUnderWay;
  }, [isUnderWay]);
  async function start(mode: RunMode) {
    await client.POST("/directory-connections/{name}/runs", { params: { path }, body: { mode } });
    notify(t("runs.started"));
    await refreshAll();
  }
  const startNow = (mode: RunMode) => {
    setFailure(null);
    start(mode).catch(setFailure);
  };
  return (
    <Panel
      title={t("runs.title")}
      actions={
        can("directory.connection.run") ? (
          <Group gap="xs">
            <Button
              size="compact-md"
              variant="default"
              leftSection={<IconEye size={16} aria-hidden />}
              onClick={() => startNow("dry_run")}
            >
              {t("runs.dry")}
            </Button>
            <Button
              size="compact-md"
              variant="default"
              leftSection={<IconRefresh size={16} aria-hidden />}
              onClick={() => startNow("delta")}
            >
              {t("runs.delta")}
            </Button>
            <Button
              size="compact-md"
              leftSection={<IconPlayerPlay size={16} aria-hidden />}
              onClick={() => setAsking(true)}
            >
              {t("runs.full")}
            </Button>
          </Group>
        ) : null
      }
    >
      <div className={kit.stack}>
        <p className={kit.soft} style={{ margin: 0 }}>
          {t("runs.text")}
        </p>
        {failure ? <ProblemNote error={failure} /> : null}
        <Loaded query={query} rows={3}>
          {(page) =>
            page.items.length === 0 ? (
              <p className={kit.soft} style={{ margin: 0 }}>
                {t("runs.none")}
              </p>
            ) : (
              <ul className={kit.plainList}>
                {page.items.map((run, place) => (
                  <Run key={run.id} run={run} isOpen={place === 0} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </div>
      <ActionDialog
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={t("runs.full")}
        action={t("runs.full")}
        run={() => start("full")}
      >
        <p>{t("runs.fullText")}</p>
      </ActionDialog>
    </Panel>
  );
}

function Run({ run, isOpen }: { run: DirectoryRun; isOpen: boolean }) {
  const { t, word } = useT();
  const state = stateOf(run);
  const asked = run.requested_by === "schedule" ? t("runs.schedule") : run.requested_by;
  return (
    <li>
      <details open={isOpen}>
        <summary>
          <DateText value={run.created_at} /> {word("runMode", run.mode) ?? run.mode}{" "}
          <Badge tone={RUN_TONES[state]}>{t(`runs.state.${state}`)}</Badge>{" "}
          <span className={`${kit.soft} ${kit.small}`}>{asked}</span>
        </summary>
        <Told run={run} />
      </details>
    </li>
  );
}

function Told({ run }: { run: DirectoryRun }) {
  const { t, word } = useT();
  const text = useText();
  const language = useLanguage();
  const report = reportOf(run);
  const guard = guardOf(report.stopped);
  const isDry = run.mode === "dry_run";
  return (
    <div className={kit.stack} style={{ padding: "8px 0" }}>
      {report.failure ? <Failed failure={report.failure} reason={report.failureReason} /> : null}
      {report.stopped ? (
        <div className={kit.problem} role="alert">
          <p>
            <strong>{t("runs.guard")}</strong>
          </p>
          <p>
            {report.stoppedReason
              ? text(report.stoppedReason)
              : guard
                ? t("runs.guardText", guard)
                : report.stopped}
          </p>
        </div>
      ) : null}
      {stateOf(run) === "queued" && !report.failure ? (
        <p className={kit.soft} style={{ margin: 0 }}>
          {t("runs.waiting")}
        </p>
      ) : (
        <dl className={kit.cardFacts}>
          {COUNTS.map((count) => (
            <div key={count}>
              <dt>{t(isDry ? `runs.would.${count}` : `runs.count.${count}`)}</dt>
              <dd>{formatNumber(report.counts[count], language)}</dd>
            </div>
          ))}
        </dl>
      )}
      {report.lines.length > 0 ? (
        <details>
          <summary>{t("runs.lines", { count: report.lines.length })}</summary>
          <ul>
            {report.lines.map((line, place) => (
              // The same act may stand there twice; a line's place is its identity.
              // biome-ignore lint/suspicious/noArrayIndexKey: see above
              <li key={place}>
                {word("act", line.act) ?? line.act}: <span className={kit.code}>{line.name}</span>
              </li>
            ))}
          </ul>
          {report.lines.length >= LINES_MAX ? (
            <p className={kit.soft}>{t("runs.more", { count: LINES_MAX })}</p>
          ) : null}
        </details>
      ) : null}
    </div>
  );
}
