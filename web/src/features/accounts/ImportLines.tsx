// The lines of a file of accounts: what each would do, and what is broken in which column.

import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import type { ImportLine, ImportReport } from "../../api/types.ts";
import { formatNumber } from "../../i18n/format.ts";
import { useLanguage } from "../../i18n/texts.ts";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { Badge } from "../../kit/StatusBadge.tsx";
import type { Tone } from "../../kit/status.ts";
import { columnOf, linesOf, type Part } from "./sheet.ts";
import { useT } from "./texts.ts";

/** Lines drawn at once; the part chosen above narrows them. */
const SHOWN_MAX = 300;
const PARTS: readonly Part[] = ["all", "error", "create", "change", "same"];
const TONES: Record<ImportLine["act"], Tone> = {
  create: "ok",
  change: "waiting",
  same: "stopped",
  error: "late",
};

export function ImportLines({ report }: { report: ImportReport }) {
  const { t } = useT();
  const language = useLanguage();
  const [part, setPart] = useState<Part>("all");
  const counts: Record<Part, number> = {
    all: report.lines.length,
    error: report.broken,
    create: report.created,
    change: report.changed,
    same: report.same,
  };
  const lines = linesOf(report.lines, part);
  const shown = lines.slice(0, SHOWN_MAX);
  return (
    <Panel
      title={t("import.lines")}
      flush
      actions={
        <SegmentedControl
          size="xs"
          aria-label={t("import.part.label")}
          value={part}
          onChange={(value) => setPart(PARTS.find((known) => known === value) ?? "all")}
          data={PARTS.filter((known) => known === "all" || counts[known] > 0).map((known) => ({
            value: known,
            label: `${t(`import.part.${known}`)} (${formatNumber(counts[known], language)})`,
          }))}
        />
      }
    >
      <div className={kit.scroll} tabIndex={0} role="region" aria-label={t("import.lines")}>
        <table className={kit.table}>
          <thead>
            <tr>
              <th scope="col" className={kit.numeric}>
                {t("import.line")}
              </th>
              <th scope="col">{t("column.username")}</th>
              <th scope="col">{t("import.act")}</th>
              <th scope="col">{t("import.found")}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((line) => (
              <tr key={line.line}>
                <td className={kit.numeric}>{line.line}</td>
                <td className={kit.code}>{line.username || "—"}</td>
                <td>
                  <Badge tone={TONES[line.act]}>{t(`import.part.${line.act}`)}</Badge>
                </td>
                <td>
                  <Findings line={line} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {lines.length > shown.length ? (
        <p className={kit.tableNote}>
          {t("import.more", {
            shown: formatNumber(shown.length, language),
            count: formatNumber(lines.length, language),
          })}
        </p>
      ) : null}
    </Panel>
  );
}

function Findings({ line }: { line: ImportLine }) {
  const { t, word } = useT();
  const language = useLanguage();
  if (line.errors.length === 0) {
    if (line.fields.length === 0) return "—";
    return t("import.changes", {
      fields: line.fields.map((field) => word("import.field", field) ?? field).join(", "),
    });
  }
  return (
    <ul className={kit.reasons}>
      {line.errors.map((error) => {
        const column = columnOf(error);
        return (
          <li key={`${error.pointer} ${error.code}`}>
            {column ? <strong>{t(`import.field.${column}`)}: </strong> : null}
            {error.messages[language]}
          </li>
        );
      })}
    </ul>
  );
}
