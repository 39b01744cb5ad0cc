// The columns of the list of sessions: who, from where, how well proved, in which applications.

import { Button } from "@mantine/core";
import type { ListedSession } from "../../api/types.ts";
import { formatDateTime } from "../../i18n/format.ts";
import { AppLink, address } from "../../kit/address.tsx";
import { type App, titleIn } from "../../kit/apps.ts";
import { browserName } from "../../kit/browser.ts";
import kit from "../../kit/kit.module.css";
import type { Column } from "../../kit/ListPage.tsx";
import { Badge } from "../../kit/StatusBadge.tsx";
import { useSession } from "../../kit/session.ts";
import { DateText } from "../../kit/text.tsx";
import { useT } from "./texts.ts";

export function useColumns(
  apps: readonly App[],
  onEnd: ((session: ListedSession) => void) | undefined,
): Column<ListedSession>[] {
  const { t, word } = useT();
  const { me } = useSession();
  const browserOf = (row: ListedSession) => browserName(row.user_agent) ?? t("unknownBrowser");
  const appsOf = (row: ListedSession) =>
    row.participants.map(({ client }) => titleIn(apps, client)).join(", ");
  const columns: Column<ListedSession>[] = [
    {
      id: "person",
      header: t("column.person"),
      kind: "grow",
      text: (row) => `${row.account.display_name} (${row.account.username})`,
      cell: (row) => (
        <>
          <AppLink href={address.account(row.account.id)}>{row.account.display_name}</AppLink>
          <div className={`${kit.soft} ${kit.small}`}>
            <span className={kit.code}>{row.account.username}</span> ·{" "}
            {word("kind", row.account.kind) ?? row.account.kind}
          </div>
          {row.impersonation ? (
            <Badge tone="late">
              {row.impersonated_by
                ? t("impersonatedBy", { name: row.impersonated_by })
                : t("impersonated")}
            </Badge>
          ) : null}
        </>
      ),
    },
    {
      id: "agency",
      header: t("column.agency"),
      text: (row) => row.account.agency?.name ?? "",
      cell: (row) => row.account.agency?.name ?? "—",
    },
    {
      id: "from",
      header: t("column.from"),
      text: (row) => [browserOf(row), row.address].filter(Boolean).join(", "),
      cell: (row) => (
        <>
          {browserOf(row)}
          {row.address ? <div className={`${kit.code} ${kit.soft}`}>{row.address}</div> : null}
        </>
      ),
    },
    {
      id: "apps",
      header: t("column.apps"),
      text: appsOf,
      cell: (row) =>
        row.participants.length === 0 ? (
          <span className={kit.soft}>{t("consoleOnly")}</span>
        ) : (
          row.participants.map(({ client, protocol }) => (
            <div key={`${protocol} ${client}`}>
              {titleIn(apps, client)}{" "}
              <span className={kit.soft}>({word("protocol", protocol) ?? protocol})</span>
            </div>
          ))
        ),
    },
    {
      id: "proof",
      header: t("column.proof"),
      text: (row) => word("acr", String(row.acr)) ?? String(row.acr),
      cell: (row) => word("acr", String(row.acr)) ?? String(row.acr),
    },
    {
      id: "since",
      header: t("column.since"),
      kind: "fixed",
      text: (row) => formatDateTime(row.created_at),
      cell: (row) => <DateText value={row.created_at} />,
    },
    {
      id: "seen",
      header: t("column.seen"),
      kind: "fixed",
      text: (row) => formatDateTime(row.last_seen_at),
      cell: (row) => <DateText value={row.last_seen_at} as="relative" />,
    },
  ];
  if (!onEnd) return columns;
  return [
    ...columns,
    {
      id: "action",
      header: t("column.action"),
      cell: (row) =>
        // One's own sessions end at one's own page.
        row.account.id === me.account_id ? (
          <span className={kit.soft}>{t("own")}</span>
        ) : (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => onEnd(row)}
            aria-label={`${t("end.action")}: ${row.account.display_name}, ${browserOf(row)}`}
          >
            {t("end.action")}
          </Button>
        ),
    },
  ];
}
