// Many accounts from a file: template, upload, what each line would do, then the act itself.
//
// Owns: the steps. Invariant: what is done is the very bytes that were looked at; a file with a
// broken line is never sent to be done.

import { Alert, Button, FileButton, Group } from "@mantine/core";
import { IconDownload, IconFileUpload, IconTable } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { client, refreshAll } from "../../api/client.ts";
import type { ImportReport } from "../../api/types.ts";
import { formatNumber } from "../../i18n/format.ts";
import { useLanguage } from "../../i18n/texts.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { AppLink } from "../../kit/address.tsx";
import { saveFile, toCsv } from "../../kit/csv.ts";
import kit from "../../kit/kit.module.css";
import { Page, Panel } from "../../kit/Page.tsx";
import { ProblemNote } from "../../kit/states.tsx";
import { notify } from "../../kit/toast.tsx";
import { toXlsx, XLSX_TYPE } from "../../kit/xlsx.ts";
import { ImportLines } from "./ImportLines.tsx";
import { NewLinks } from "./NewLinks.tsx";
import { COLUMNS, templateHead } from "./sheet.ts";
import { useT } from "./texts.ts";

/** The server takes no larger file. */
const FILE_BYTES_MAX = 8 * 1_048_576;

interface Chosen {
  name: string;
  bytes: ArrayBuffer;
}

async function send(bytes: ArrayBuffer, isTrial: boolean): Promise<ImportReport | undefined> {
  const { data } = await client.POST("/accounts/import", {
    params: { query: { dry_run: isTrial } },
    body: [],
    bodySerializer: () => bytes,
    headers: { "Content-Type": "application/octet-stream" },
  });
  return data;
}

export default function ImportPage() {
  const { t } = useT();
  const [file, setFile] = useState<Chosen | null>(null);
  const [report, setReport] = useState<ImportReport | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [isLarge, setLarge] = useState(false);
  const forget = useRef<() => void>(null);

  async function look(chosen: File | null) {
    if (!chosen) return;
    // A mended file has the same name: the browser must see it as a new choice.
    forget.current?.();
    setReport(null);
    setError(null);
    setLarge(chosen.size > FILE_BYTES_MAX);
    setFile(null);
    if (chosen.size > FILE_BYTES_MAX) return;
    setBusy(true);
    try {
      const bytes = await chosen.arrayBuffer();
      setFile({ name: chosen.name, bytes });
      setReport((await send(bytes, true)) ?? null);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }
  async function commit() {
    if (!file) return;
    const done = await send(file.bytes, false);
    setReport(done ?? null);
    notify(t("import.done"));
    await refreshAll();
  }

  return (
    <Page
      title={t("import.title")}
      intro={t("import.intro")}
      crumbs={[{ label: t("title"), href: "/accounts" }]}
    >
      <Templates />
      <Panel title={t("import.file")}>
        <Group gap="sm">
          <FileButton onChange={look} accept=".csv,.xlsx" resetRef={forget}>
            {(props) => (
              <Button
                {...props}
                loading={isBusy}
                variant={report ? "default" : "filled"}
                leftSection={<IconFileUpload size={17} aria-hidden />}
              >
                {t(file ? "import.another" : "import.choose")}
              </Button>
            )}
          </FileButton>
          <span className={kit.soft} role="status">
            {file ? file.name : t("import.limits")}
          </span>
        </Group>
        {isLarge ? <p className={kit.errorText}>{t("import.large")}</p> : null}
      </Panel>
      {error ? <ProblemNote error={error} /> : null}
      {report ? <Outcome report={report} onCommit={() => setAsking(true)} /> : null}
      {report?.applied && report.created > 0 ? (
        <NewLinks
          usernames={report.lines.filter((one) => one.act === "create").map((one) => one.username)}
        />
      ) : null}
      {report ? <ImportLines report={report} /> : null}
      <ActionDialog
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={t("import.commit")}
        action={t("import.commit")}
        run={commit}
      >
        <p>
          {t("import.ask", {
            created: report?.created ?? 0,
            changed: report?.changed ?? 0,
            name: file?.name ?? "",
          })}
        </p>
      </ActionDialog>
    </Page>
  );
}

function Templates() {
  const { t } = useT();
  const language = useLanguage();
  const head = templateHead(language);
  const csv = () =>
    saveFile(
      "mau-tai-khoan.csv",
      toCsv(
        head.map((header) => ({ header, text: () => "" })),
        [],
      ),
      "text/csv;charset=utf-8",
    );
  return (
    <Panel title={t("import.template")}>
      <Group gap="xs">
        <Button
          variant="default"
          leftSection={<IconTable size={17} aria-hidden />}
          onClick={() => saveFile("mau-tai-khoan.xlsx", toXlsx(t("title"), [head]), XLSX_TYPE)}
        >
          {t("import.xlsx")}
        </Button>
        <Button
          variant="default"
          leftSection={<IconDownload size={17} aria-hidden />}
          onClick={csv}
        >
          {t("import.csv")}
        </Button>
      </Group>
      <details className={kit.more}>
        <summary>{t("import.columns")}</summary>
        <dl className={kit.facts}>
          {COLUMNS.map((column, place) => (
            <div key={column} style={{ display: "contents" }}>
              <dt>{head[place]}</dt>
              <dd>{t(`import.help.${column}`)}</dd>
            </div>
          ))}
        </dl>
      </details>
    </Panel>
  );
}

function Outcome({ report, onCommit }: { report: ImportReport; onCommit: () => void }) {
  const { t } = useT();
  const language = useLanguage();
  const number = (count: number) => formatNumber(count, language);
  const isIdle = report.created + report.changed === 0;
  const counts = {
    created: number(report.created),
    changed: number(report.changed),
    same: number(report.same),
    broken: number(report.broken),
  };
  if (report.applied) {
    return (
      <Alert variant="default" title={t("import.doneTitle")} role="status">
        <div className={kit.stack}>
          {t("import.doneText", counts)}
          <AppLink href="/accounts">{t("import.toList")}</AppLink>
        </div>
      </Alert>
    );
  }
  return (
    <Alert
      variant="default"
      role="status"
      title={t(report.broken > 0 ? "import.brokenTitle" : "import.readyTitle")}
    >
      <div className={kit.stack}>
        {t("import.counts", counts)}
        {report.broken > 0 ? (
          <p>{t("import.mend")}</p>
        ) : isIdle ? (
          <p>{t("import.idle")}</p>
        ) : (
          <div>
            <Button onClick={onCommit}>{t("import.commit")}</Button>
          </div>
        )}
      </div>
    </Alert>
  );
}
