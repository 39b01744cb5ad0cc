// One access policy: change it, try it, see what it was, delete it.

import { Alert, Button, Group, Tabs } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { api, client, queryClient, refreshAll } from "../../api/client.ts";
import { asProblem } from "../../api/problem.ts";
import type { Resource } from "../../api/types.ts";
import { useLanguage } from "../../i18n/texts.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { useAddress, useGo, useParam } from "../../kit/address.tsx";
import { useUnsavedGuard } from "../../kit/guard.ts";
import kit from "../../kit/kit.module.css";
import { Page, Panel } from "../../kit/Page.tsx";
import { StatusBadge } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import { Loaded, ProblemNote } from "../../kit/states.tsx";
import { notify } from "../../kit/toast.tsx";
import { Fields } from "./Fields.tsx";
import { Revisions } from "./Revisions.tsx";
import { cedarError, KIND, type Policy, policyOf } from "./spec.ts";
import { Trial } from "./Trial.tsx";
import { useT } from "./texts.ts";

const PARTS = ["rule", "history"] as const;

export default function PolicyPage() {
  const { t } = useT();
  const { get, set } = useAddress();
  const can = useCan();
  const name = useParam("name");
  const part = PARTS.find((known) => known === get("tab")) ?? "rule";
  const query = api.useQuery("get", "/resources/{kind}/{name}", {
    params: { path: { kind: KIND, name } },
  });
  const resource = query.data;
  return (
    <Page
      title={name}
      crumbs={[{ label: t("title"), href: "/policies" }]}
      aside={
        resource ? (
          <StatusBadge state={policyOf(resource.spec).enabled ? "enabled" : "disabled"} />
        ) : null
      }
      actions={resource && can("identity.policy.write") ? <Delete name={name} /> : null}
    >
      <Loaded query={query}>
        {(loaded) => (
          <Tabs
            value={part}
            onChange={(value) => set({ tab: value === "rule" ? null : value })}
            keepMounted={false}
          >
            <Tabs.List>
              {PARTS.map((value) => (
                <Tabs.Tab key={value} value={value}>
                  {t(`tab.${value}`)}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            <Tabs.Panel value="rule" pt="md">
              <Edit key={loaded.name} resource={loaded} />
            </Tabs.Panel>
            <Tabs.Panel value="history" pt="md">
              <Revisions resource={loaded} />
            </Tabs.Panel>
          </Tabs>
        )}
      </Loaded>
    </Page>
  );
}

/** A newer revision on the server is told, never overwritten. */
function Edit({ resource }: { resource: Resource }) {
  const { t } = useT();
  const language = useLanguage();
  const can = useCan();
  const mayWrite = can("identity.policy.write");
  const [base, setBase] = useState(resource);
  const [policy, setPolicy] = useState<Policy>(() => policyOf(resource.spec));
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [broken, setBroken] = useState<string | undefined>();
  const isDirty = JSON.stringify(policy) !== JSON.stringify(policyOf(base.spec));
  const isBehind = resource.revision !== base.revision;
  useUnsavedGuard(isDirty);

  function start(from: Resource) {
    setBase(from);
    setPolicy(policyOf(from.spec));
    setError(null);
    setBroken(undefined);
  }
  if (isBehind && !isDirty) start(resource);

  async function save() {
    setBusy(true);
    setError(null);
    try {
      const { data } = await client.PUT("/resources/{kind}/{name}", {
        params: { path: { kind: KIND, name: resource.name } },
        body: {
          spec: { ...policy },
          base_revision: base.revision,
          ...(base.agency ? { agency: base.agency } : {}),
        },
      });
      if (data) start({ ...base, ...data, spec: { ...policy } });
      notify(t("saved"));
      await refreshAll();
    } catch (failure) {
      setError(failure);
      setBroken(cedarError(asProblem(failure).errors, language));
      if (asProblem(failure).status === 409) await queryClient.invalidateQueries();
    } finally {
      setBusy(false);
    }
  }
  return (
    <div className={kit.stack}>
      {error ? <ProblemNote error={error} /> : null}
      {isBehind && isDirty ? (
        <Alert variant="default" title={t("behind.title", { number: resource.revision })}>
          <p>{t("behind.text")}</p>
          <Button size="compact-sm" variant="default" onClick={() => start(resource)}>
            {t("behind.take")}
          </Button>
        </Alert>
      ) : null}
      <Panel>
        <Fields
          value={policy}
          error={broken}
          isReadOnly={!mayWrite}
          onChange={(next) => {
            setPolicy(next);
            setBroken(undefined);
          }}
        />
        {mayWrite ? (
          <Group justify="flex-end" gap="xs" mt="md">
            <Button variant="default" disabled={!isDirty} onClick={() => start(resource)}>
              {t("undo")}
            </Button>
            <Button
              onClick={save}
              loading={isBusy}
              disabled={!isDirty || policy.cedar.trim() === ""}
            >
              {t(policy.enabled ? "saveInForce" : "save")}
            </Button>
          </Group>
        ) : null}
      </Panel>
      {can("identity.decision.explain") ? (
        <Trial name={resource.name} policy={policy} onVerdict={setBroken} />
      ) : null}
    </div>
  );
}

function Delete({ name }: { name: string }) {
  const { t } = useT();
  const go = useGo();
  const [isOpen, setOpen] = useState(false);
  async function run() {
    await client.DELETE("/resources/{kind}/{name}", { params: { path: { kind: KIND, name } } });
    notify(t("delete.done"));
    go("/policies");
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
        title={t("delete.action")}
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
