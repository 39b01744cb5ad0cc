// One resource: edit it, see its history, compare, roll back, delete.

import { Button, Tabs } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { api, client, refreshAll } from "../../api/client.ts";
import { useText } from "../../i18n/texts.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { useAddress, useGo, useParam } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import { Page, Panel } from "../../kit/Page.tsx";
import { titleOf } from "../../kit/resource.ts";
import { useCan } from "../../kit/session.ts";
import { Loaded, Waiting } from "../../kit/states.tsx";
import { CodeText, DateText, Facts } from "../../kit/text.tsx";
import { notify } from "../../kit/toast.tsx";
import { EditForm } from "./EditForm.tsx";
import { History } from "./History.tsx";
import { kindHref, useKind } from "./kinds.ts";
import { PROPOSAL, Proposal } from "./Proposal.tsx";
import { useT } from "./texts.ts";

const TABS = ["edit", "history"] as const;

export default function ResourcePage() {
  const { t } = useT();
  const text = useText();
  const { get, set } = useAddress();
  const can = useCan();
  const kind = useParam("kind");
  const name = useParam("name");
  const descriptor = useKind(kind);
  const query = api.useQuery("get", "/resources/{kind}/{name}", {
    params: { path: { kind, name } },
  });
  const label = descriptor ? text(descriptor.labels) : kind;
  const tab = TABS.find((known) => known === get("tab")) ?? "edit";
  return (
    <Page
      title={query.data ? titleOf(query.data) : name}
      crumbs={[
        { label: t("title"), href: "/registry" },
        { label, href: kindHref(kind) },
      ]}
      aside={
        query.data ? (
          <span className={kit.soft}>{t("revision", { number: query.data.revision })}</span>
        ) : null
      }
      actions={
        <>
          {kind === PROPOSAL && query.data ? <Proposal resource={query.data} /> : null}
          {can("registry.resource.write") ? <Delete kind={kind} name={name} /> : null}
        </>
      }
    >
      <Loaded query={query}>
        {(resource) => (
          <div className={kit.columns}>
            <Panel flush>
              <Tabs
                value={tab}
                onChange={(value) => set({ tab: value === "edit" ? null : value })}
                keepMounted={false}
              >
                <Tabs.List px="sm">
                  {TABS.map((value) => (
                    <Tabs.Tab key={value} value={value}>
                      {t(`tab.${value}`)}
                    </Tabs.Tab>
                  ))}
                </Tabs.List>
                <Tabs.Panel value="edit" p="md">
                  {descriptor ? (
                    <EditForm key={`${kind}/${name}`} kind={descriptor} resource={resource} />
                  ) : (
                    <Waiting />
                  )}
                </Tabs.Panel>
                <Tabs.Panel value="history" p="md">
                  <History resource={resource} />
                </Tabs.Panel>
              </Tabs>
            </Panel>
            <Panel title={t("facts")}>
              <Facts
                facts={[
                  { label: t("column.kind"), value: label },
                  { label: t("column.code"), value: <CodeText copy>{resource.name}</CodeText> },
                  { label: t("column.agency"), value: resource.agency ?? "—" },
                  { label: t("column.revision"), value: resource.revision },
                  { label: t("column.updated"), value: <DateText value={resource.updated_at} /> },
                  { label: t("column.by"), value: resource.updated_by ?? "—" },
                ]}
              />
            </Panel>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Delete({ kind, name }: { kind: string; name: string }) {
  const { t } = useT();
  const go = useGo();
  const [isOpen, setOpen] = useState(false);
  async function run() {
    await client.DELETE("/resources/{kind}/{name}", { params: { path: { kind, name } } });
    notify(t("delete.done"));
    go(kindHref(kind));
    await refreshAll();
  }
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconTrash size={17} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {t("delete.action")}
      </Button>
      <ActionDialog
        opened={isOpen}
        onClose={() => setOpen(false)}
        title={t("delete.title")}
        action={t("delete.action")}
        typed={name}
        danger
        run={run}
      >
        <p>{t("delete.text")}</p>
      </ActionDialog>
    </>
  );
}
