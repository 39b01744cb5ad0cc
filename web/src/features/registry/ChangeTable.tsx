// Changes by pointer: what was, what is.

import type { Change } from "../../api/types.ts";
import kit from "../../kit/kit.module.css";
import { useT } from "./texts.ts";

function shown(value: unknown): string {
  if (value === undefined || value === null) return "—";
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function ChangeTable({ changes }: { changes: readonly Change[] }) {
  const { t } = useT();
  if (changes.length === 0) return <p className={kit.soft}>{t("noChanges")}</p>;
  return (
    <div className={kit.scroll} tabIndex={0} role="region" aria-label={t("changes")}>
      <table className={kit.table}>
        <thead>
          <tr>
            <th scope="col">{t("column.place")}</th>
            <th scope="col">{t("column.before")}</th>
            <th scope="col">{t("column.after")}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr key={change.pointer}>
              <td className={kit.code}>{change.pointer || "/"}</td>
              <td className={kit.code}>{shown(change.before)}</td>
              <td className={kit.code}>{shown(change.after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
