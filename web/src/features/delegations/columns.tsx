// The columns that both lists of delegations share.

import type { DelegatedRole, Delegation } from "../../api/types.ts";
import { formatDate } from "../../i18n/format.ts";
import { useAgencyName } from "../../kit/AgencySelect.tsx";
import kit from "../../kit/kit.module.css";
import type { Column } from "../../kit/ListPage.tsx";
import { useGrantPlace, useRoleWord } from "../../kit/roles.ts";
import { Badge } from "../../kit/StatusBadge.tsx";
import { DateText } from "../../kit/text.tsx";
import { PHASE_TONES, phaseOf } from "./phase.ts";
import { useT } from "./texts.ts";

/** A delegated role with the name of its agency. */
export function RoleText({ role }: { role: DelegatedRole }) {
  const roleWord = useRoleWord();
  const place = useGrantPlace();
  const name = useAgencyName(role.agency);
  return (
    <div>
      {roleWord(role.role)}
      <span className={kit.soft}> · {role.agency ? name : place({ role: role.role })}</span>
    </div>
  );
}

function Person({ name, username }: { name: string; username: string }) {
  return (
    <>
      {name}
      <div className={`${kit.code} ${kit.soft}`}>{username}</div>
    </>
  );
}

export function useColumns(): Column<Delegation>[] {
  const { t } = useT();
  const roleWord = useRoleWord();
  const now = new Date();
  return [
    {
      id: "delegator",
      header: t("column.delegator"),
      text: (row) => `${row.delegator_name} (${row.delegator})`,
      cell: (row) => <Person name={row.delegator_name} username={row.delegator} />,
    },
    {
      id: "delegate",
      header: t("column.delegate"),
      text: (row) => `${row.delegate_name} (${row.delegate})`,
      cell: (row) => <Person name={row.delegate_name} username={row.delegate} />,
    },
    {
      id: "roles",
      header: t("column.roles"),
      kind: "grow",
      text: (row) => row.roles.map((one) => `${roleWord(one.role)} ${one.agency ?? ""}`).join("; "),
      cell: (row) =>
        row.roles.map((one) => <RoleText key={`${one.role} ${one.agency}`} role={one} />),
    },
    {
      id: "dates",
      header: t("column.dates"),
      kind: "fixed",
      text: (row) => `${formatDate(row.from)} – ${formatDate(row.until)}`,
      cell: (row) => (
        <>
          <DateText value={row.from} as="day" /> – <DateText value={row.until} as="day" />
        </>
      ),
    },
    {
      id: "decision",
      header: t("column.decision"),
      text: (row) => `${row.decision_no} ${row.reason ?? ""}`.trim(),
      cell: (row) => (
        <>
          {row.decision_no}
          {row.decision_date ? <span className={kit.soft}> · {row.decision_date}</span> : null}
          {row.reason ? <div className={`${kit.soft} ${kit.small}`}>{row.reason}</div> : null}
        </>
      ),
    },
    {
      id: "phase",
      header: t("column.phase"),
      text: (row) => t(`phase.${phaseOf(row, now)}`),
      cell: (row) => {
        const phase = phaseOf(row, now);
        return <Badge tone={PHASE_TONES[phase]}>{t(`phase.${phase}`)}</Badge>;
      },
    },
  ];
}
