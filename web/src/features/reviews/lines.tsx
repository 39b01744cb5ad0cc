// The columns of a review's lines, and the three answers to each.

import { Button } from "@mantine/core";
import type { ReviewLine } from "../../api/types.ts";
import { formatDate, formatDateTime } from "../../i18n/format.ts";
import { AgencyName } from "../../kit/AgencySelect.tsx";
import { AppLink, address } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import type { Column } from "../../kit/ListPage.tsx";
import { useRoleWord } from "../../kit/roles.ts";
import { Badge, StatusBadge } from "../../kit/StatusBadge.tsx";
import { useSession } from "../../kit/session.ts";
import type { Tone } from "../../kit/status.ts";
import { DateText } from "../../kit/text.tsx";
import { DECISIONS, type Wish } from "./DecideDialog.tsx";
import { isUnused } from "./progress.ts";
import classes from "./reviews.module.css";
import { useT } from "./texts.ts";

const TONES = { keep: "ok", change: "soon", lock: "late" } as const satisfies Record<string, Tone>;

/** What the platform notes when it locks a line that nobody decided in time. */
const OVERDUE = "overdue";

interface LineRole {
  role: string;
  agency: string | null;
  /** The group through which it is held; empty for the account's own. */
  group: string;
}

/** "clerk@H34.01; official@* (Văn thư)" in parts. */
export function rolesOf(text: string): LineRole[] {
  return text
    .split(";")
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => {
      const [, held = part, group = ""] = /^(\S+)(?: \((.*)\))?$/.exec(part) ?? [];
      const [role = held, agency] = held.split("@");
      return { role, agency: agency && agency !== "*" ? agency : null, group };
    });
}

export function useLineColumns(onDecide: ((wish: Wish) => void) | null): Column<ReviewLine>[] {
  const { t } = useT();
  const roleWord = useRoleWord();
  const { me } = useSession();
  const now = new Date();
  const columns: Column<ReviewLine>[] = [
    {
      id: "name",
      header: t("column.name"),
      kind: "grow",
      text: (row) => `${row.display_name} (${row.username})`,
      cell: (row) => (
        <>
          <AppLink href={address.account(row.account_id)}>{row.display_name}</AppLink>
          <div className={`${kit.soft} ${kit.code}`}>{row.username}</div>
          {row.position ? <div className={`${kit.soft} ${kit.small}`}>{row.position}</div> : null}
        </>
      ),
    },
    {
      id: "roles",
      header: t("column.roles"),
      text: (row) => row.roles,
      cell: (row) => {
        const roles = rolesOf(row.roles);
        if (roles.length === 0) return <span className={kit.soft}>{t("noRoles")}</span>;
        return roles.map(({ role, agency, group }) => (
          <div key={`${role} ${agency} ${group}`}>
            {roleWord(role)}{" "}
            <span className={`${kit.soft} ${kit.small}`}>
              {agency ? <AgencyName code={agency} /> : t("everywhere")}
              {group ? ` · ${t("throughGroup", { name: group })}` : null}
            </span>
          </div>
        ));
      },
    },
    {
      id: "agency",
      header: t("column.unit"),
      text: (row) => row.agency ?? "",
      cell: (row) => (row.agency ? <AgencyName code={row.agency} /> : "—"),
    },
    {
      id: "state",
      header: t("column.state"),
      text: (row) => row.state,
      cell: (row) => <StatusBadge state={row.state === "active" ? "enabled" : row.state} />,
    },
    {
      id: "used",
      header: t("column.used"),
      kind: "fixed",
      text: (row) => formatDateTime(row.last_used_at),
      cell: (row) =>
        isUnused(row.last_used_at, now) ? (
          <Badge tone="soon">{formatDate(row.last_used_at)}</Badge>
        ) : (
          <DateText value={row.last_used_at} as="relative" />
        ),
    },
    {
      id: "decision",
      header: t("column.decision"),
      text: (row) => (row.decision ? t(`decide.${row.decision}.word`) : ""),
      cell: (row) => <Decision line={row} />,
    },
  ];
  if (!onDecide) return columns;
  columns.push({
    id: "action",
    header: t("column.action"),
    cell: (row) => {
      if (row.account_id === me.account_id) return t("own");
      return (
        <span className={classes.choices}>
          {DECISIONS.map((decision) => (
            <Button
              key={decision}
              size="compact-sm"
              variant={row.decision === decision ? "light" : "default"}
              onClick={() => onDecide({ decision, lines: [row] })}
              aria-label={`${t(`decide.${decision}.action`)}: ${row.display_name}`}
            >
              {t(`decide.${decision}.action`)}
            </Button>
          ))}
        </span>
      );
    },
  });
  return columns;
}

function Decision({ line }: { line: ReviewLine }) {
  const { t } = useT();
  if (!line.decision) return <span className={kit.soft}>{t("undecided")}</span>;
  return (
    <>
      <Badge tone={TONES[line.decision]}>{t(`decide.${line.decision}.word`)}</Badge>
      {line.note ? (
        <div className={kit.small}>{line.note === OVERDUE ? t("overdue") : line.note}</div>
      ) : null}
      <div className={`${kit.soft} ${kit.small}`}>{line.decided_by}</div>
    </>
  );
}
