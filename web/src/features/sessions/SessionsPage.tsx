// Who is signed in now, from where and in which applications; ending that.
//
// Owns: the list with its filters, ending one session or those that are chosen.
// Not here: ending the sessions of an application or of everybody (`EndManyDialog.tsx`).

import { Button, Group } from "@mantine/core";
import { IconLogout } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { api, client, present, refreshAll } from "../../api/client.ts";
import type { ListedSession } from "../../api/types.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { useAddress } from "../../kit/address.tsx";
import { useApps } from "../../kit/apps.ts";
import { AgencyFilter, FilterBar, SelectFilter, TextFilter } from "../../kit/filters.tsx";
import { ListPage } from "../../kit/ListPage.tsx";
import { useCan, useSession } from "../../kit/session.ts";
import { notify } from "../../kit/toast.tsx";
import { useColumns } from "./columns.tsx";
import { EndManyDialog } from "./EndManyDialog.tsx";
import { PEOPLE_KINDS, PROTOCOLS } from "./kinds.ts";
import { useT } from "./texts.ts";

const FILTERS = ["q", "agency", "client", "protocol", "kind"] as const;
/** The list is looked at again while somebody watches it. */
const REFRESH_MS = 30_000;

export default function SessionsPage() {
  const { t } = useT();
  const { get } = useAddress();
  const can = useCan();
  const { me } = useSession();
  const apps = useApps();
  const [chosen, setChosen] = useState<readonly ListedSession[]>([]);
  const [isMany, setMany] = useState(false);
  const mayEnd = can("identity.account.unlock");
  const columns = useColumns(apps, mayEnd ? (session) => setChosen([session]) : undefined);
  const query = api.useQuery(
    "get",
    "/sessions",
    {
      params: {
        query: present({
          q: get("q"),
          agency: get("agency"),
          client: get("client"),
          protocol: get("protocol"),
          kind: PEOPLE_KINDS.find((kind) => kind === get("kind")),
          cursor: get("cursor"),
        }),
      },
    },
    { placeholderData: keepPreviousData, refetchInterval: REFRESH_MS },
  );
  // One's own sessions end at one's own page.
  const others = (query.data?.items ?? []).filter((row) => row.account.id !== me.account_id);
  return (
    <>
      <ListPage
        title={t("title")}
        intro={t("intro")}
        query={query}
        columns={columns}
        rowId={(row) => row.id}
        filterNames={FILTERS}
        exportName="phien-dang-nhap"
        empty={{ title: t("empty.title"), text: t("empty.text") }}
        actions={
          can("identity.session.end") ? (
            <Button
              variant="default"
              color="red"
              leftSection={<IconLogout size={17} aria-hidden />}
              onClick={() => setMany(true)}
            >
              {t("many.action")}
            </Button>
          ) : null
        }
        {...(mayEnd
          ? {
              bulk: (ids: readonly string[]) => (
                <Group gap="xs">
                  <span>{t("bulk", { count: ids.length })}</span>
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => setChosen(others.filter((row) => ids.includes(row.id)))}
                  >
                    {t("end.action")}
                  </Button>
                </Group>
              ),
            }
          : {})}
        filters={
          <FilterBar
            more={
              <>
                <SelectFilter
                  name="protocol"
                  label={t("column.protocol")}
                  options={PROTOCOLS.map((value) => ({ value, label: t(`protocol.${value}`) }))}
                />
                <SelectFilter
                  name="kind"
                  label={t("column.kind")}
                  options={PEOPLE_KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))}
                />
              </>
            }
            moreNames={["protocol", "kind"]}
          >
            <TextFilter name="q" label={t("search")} placeholder={t("searchHint")} />
            <AgencyFilter name="agency" label={t("column.agency")} />
            {apps.length > 0 ? (
              <SelectFilter
                name="client"
                label={t("column.apps")}
                options={apps.map(({ name, title }) => ({ value: name, label: title }))}
              />
            ) : (
              <TextFilter name="client" label={t("clientCode")} grow={false} />
            )}
          </FilterBar>
        }
      />
      {chosen.length > 0 ? <EndDialog sessions={chosen} onClose={() => setChosen([])} /> : null}
      {isMany ? <EndManyDialog apps={apps} onClose={() => setMany(false)} /> : null}
    </>
  );
}

interface EndDialogProps {
  sessions: readonly ListedSession[];
  onClose: () => void;
}

function EndDialog({ sessions, onClose }: EndDialogProps) {
  const { t } = useT();
  const count = sessions.length;
  const name = sessions[0]?.account.display_name ?? "";
  async function run() {
    for (const { id } of sessions) {
      await client.DELETE("/sessions/{id}", { params: { path: { id } } });
    }
    notify(t("end.done", { count }));
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={count === 1 ? t("end.title", { name }) : t("end.titleMany", { count })}
      action={t("end.action")}
      danger
      run={run}
    >
      <p>{t("end.text")}</p>
    </ActionDialog>
  );
}
