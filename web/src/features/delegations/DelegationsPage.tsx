// All delegations of the units that the administrator looks after.

import { Button } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { api, present } from "../../api/client.ts";
import type { Delegation } from "../../api/types.ts";
import { AppLink, useAddress } from "../../kit/address.tsx";
import { type Column, ListPage } from "../../kit/ListPage.tsx";
import { useColumns } from "./columns.tsx";
import { isOpen, phaseOf } from "./phase.ts";
import { RevokeDialog } from "./RevokeDialog.tsx";
import { useT } from "./texts.ts";

export default function DelegationsPage() {
  const { t } = useT();
  const { get } = useAddress();
  const [chosen, setChosen] = useState<Delegation | null>(null);
  const query = api.useQuery(
    "get",
    "/delegations",
    { params: { query: present({ cursor: get("cursor") }) } },
    { placeholderData: keepPreviousData },
  );
  const columns: Column<Delegation>[] = [
    ...useColumns(),
    {
      id: "action",
      header: t("column.action"),
      cell: (row) =>
        isOpen(phaseOf(row, new Date())) ? (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => setChosen(row)}
            aria-label={`${t("revoke.action")}: ${row.delegator} – ${row.delegate}`}
          >
            {t("revoke.action")}
          </Button>
        ) : null,
    },
  ];
  return (
    <>
      <ListPage
        title={t("title")}
        intro={t("intro")}
        query={query}
        columns={columns}
        rowId={(row) => row.id}
        exportName="uy-quyen"
        empty={{ title: t("empty.title"), text: t("empty.text") }}
        actions={
          <Button
            variant="default"
            renderRoot={({ ref: _, ...props }) => (
              <AppLink href="/profile/delegations" {...props} />
            )}
          >
            {t("own.title")}
          </Button>
        }
      />
      {chosen ? <RevokeDialog one={chosen} onClose={() => setChosen(null)} /> : null}
    </>
  );
}
