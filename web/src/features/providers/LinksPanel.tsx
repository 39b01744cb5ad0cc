// Who is linked to a provider: since when, last use; an administrator ends a link.

import { Button } from "@mantine/core";
import { useState } from "react";
import { api, present } from "../../api/client.ts";
import type { ProviderLink, Resource } from "../../api/types.ts";
import { formatDateTime } from "../../i18n/format.ts";
import { useAddress } from "../../kit/address.tsx";
import { EndLinkDialog } from "../../kit/EndLinkDialog.tsx";
import kit from "../../kit/kit.module.css";
import { type Column, List } from "../../kit/ListPage.tsx";
import { Panel } from "../../kit/Page.tsx";
import { useCan, useSession } from "../../kit/session.ts";
import { DateText } from "../../kit/text.tsx";
import { useT } from "./texts.ts";

export function LinksPanel({ resource }: { resource: Resource }) {
  const { t } = useT();
  const can = useCan();
  const { get } = useAddress();
  const { me } = useSession();
  const maySee = can("identity.external_identity.read");
  const mayEnd = can("identity.external_identity.write");
  const [ending, setEnding] = useState<ProviderLink | null>(null);
  const query = api.useQuery(
    "get",
    "/identity-providers/{name}/links",
    {
      params: { path: { name: resource.name }, query: present({ cursor: get("cursor") }) },
    },
    { enabled: maySee },
  );
  if (!maySee) return null;
  const columns: Column<ProviderLink>[] = [
    {
      id: "account",
      header: t("links.account"),
      kind: "grow",
      text: (row) => `${row.account_name} (${row.username})`,
      cell: (row) => (
        <>
          {row.account_name}
          <div className={`${kit.soft} ${kit.code}`}>{row.username}</div>
        </>
      ),
    },
    {
      id: "there",
      header: t("links.there"),
      text: (row) => row.display_name,
      cell: (row) => row.display_name || "—",
    },
    {
      id: "linked",
      header: t("links.linked"),
      text: (row) => `${formatDateTime(row.linked_at)} ${row.linked_by}`,
      cell: (row) => (
        <>
          <DateText value={row.linked_at} as="day" />
          <div className={`${kit.soft} ${kit.small}`}>{row.linked_by}</div>
        </>
      ),
    },
    {
      id: "used",
      header: t("links.used"),
      kind: "fixed",
      text: (row) => formatDateTime(row.last_used_at),
      cell: (row) => <DateText value={row.last_used_at} as="relative" />,
    },
    {
      id: "action",
      header: t("links.action"),
      cell: (row) =>
        mayEnd && row.account_id !== me.account_id ? (
          <Button
            size="compact-sm"
            variant="default"
            className={kit.above ?? ""}
            onClick={() => setEnding(row)}
            aria-label={`${t("links.end")}: ${row.account_name}`}
          >
            {t("links.end")}
          </Button>
        ) : null,
    },
  ];
  return (
    <Panel flush title={t("links.title")}>
      <List
        title={t("links.title")}
        query={query}
        columns={columns}
        rowId={(row) => row.id}
        rowHref={(row) => `/accounts/${row.account_id}`}
        empty={{ title: t("links.emptyTitle"), text: t("links.emptyText") }}
      />
      <EndLinkDialog
        ending={ending && { account: ending.account_id, link: ending.id }}
        action={t("links.end")}
        text={t("links.endText", { name: ending?.account_name ?? "" })}
        onClose={() => setEnding(null)}
      />
    </Panel>
  );
}
