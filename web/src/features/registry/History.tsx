// Revisions of a resource: compare any with the one before it or with today's, and roll back.

import { Button, Group, NativeSelect } from "@mantine/core";
import { IconArrowBackUp } from "@tabler/icons-react";
import { useState } from "react";
import { api, client, refreshAll } from "../../api/client.ts";
import type { Resource, Revision } from "../../api/types.ts";
import { formatDateTime } from "../../i18n/format.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { DiffText } from "../../kit/BodyView.tsx";
import kit from "../../kit/kit.module.css";
import { Loaded } from "../../kit/states.tsx";
import { DateText } from "../../kit/text.tsx";
import { notify } from "../../kit/toast.tsx";
import { ChangeTable } from "./ChangeTable.tsx";
import classes from "./registry.module.css";
import { useT } from "./texts.ts";

function actionOf(revision: Revision): "create" | "update" | "delete" {
  if (revision.spec === null || revision.spec === undefined) return "delete";
  return revision.revision === 1 ? "create" : "update";
}

export function History({ resource }: { resource: Resource }) {
  const path = { kind: resource.kind, name: resource.name };
  const query = api.useQuery("get", "/resources/{kind}/{name}/revisions", {
    params: { path },
  });
  return (
    <Loaded query={query}>
      {(page) => (
        <div className={kit.stack}>
          <Revisions resource={resource} revisions={page.items} />
          {page.items.length > 1 ? <Compare resource={resource} revisions={page.items} /> : null}
        </div>
      )}
    </Loaded>
  );
}

function Revisions({
  resource,
  revisions,
}: {
  resource: Resource;
  revisions: readonly Revision[];
}) {
  const { t } = useT();
  const [target, setTarget] = useState<Revision | null>(null);
  async function rollBack() {
    if (!target) return;
    await client.POST("/resources/{kind}/{name}/rollback", {
      params: { path: { kind: resource.kind, name: resource.name } },
      body: { revision: target.revision },
    });
    notify(t("rollback.done", { number: target.revision }));
    await refreshAll();
  }
  return (
    <>
      <div className={kit.scroll}>
        <table className={kit.table}>
          <thead>
            <tr>
              <th scope="col">{t("column.revision")}</th>
              <th scope="col">{t("column.change")}</th>
              <th scope="col">{t("column.updated")}</th>
              <th scope="col">{t("column.by")}</th>
              <th scope="col">{t("column.action")}</th>
            </tr>
          </thead>
          <tbody>
            {revisions.map((revision) => (
              <tr key={revision.revision}>
                <td>{revision.revision}</td>
                <td>{t(`action.${actionOf(revision)}`)}</td>
                <td>
                  <DateText value={revision.at} />
                </td>
                <td>{revision.actor}</td>
                <td>
                  {revision.revision === resource.revision || actionOf(revision) === "delete" ? (
                    <span className={kit.soft}>
                      {revision.revision === resource.revision ? t("current") : "—"}
                    </span>
                  ) : (
                    <Button
                      size="compact-sm"
                      variant="default"
                      leftSection={<IconArrowBackUp size={15} aria-hidden />}
                      onClick={() => setTarget(revision)}
                      aria-label={t("rollback.to", { number: revision.revision })}
                    >
                      {t("rollback.action")}
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ActionDialog
        opened={target !== null}
        onClose={() => setTarget(null)}
        title={t("rollback.to", { number: target?.revision ?? 0 })}
        action={t("rollback.action")}
        run={rollBack}
      >
        <p>{t("rollback.text")}</p>
      </ActionDialog>
    </>
  );
}

function Compare({ resource, revisions }: { resource: Resource; revisions: readonly Revision[] }) {
  const { t } = useT();
  const [from, setFrom] = useState(revisions[1]?.revision ?? 1);
  const [to, setTo] = useState(revisions[0]?.revision ?? 1);
  const query = api.useQuery("get", "/resources/{kind}/{name}/diff", {
    params: { path: { kind: resource.kind, name: resource.name }, query: { from, to } },
  });
  const data = revisions.map((revision) => ({
    value: String(revision.revision),
    label: `${revision.revision} · ${formatDateTime(revision.at)}`,
  }));
  return (
    <section aria-label={t("compare.title")} className={kit.stack}>
      <h2 className={classes.subhead}>{t("compare.title")}</h2>
      <Group gap="sm">
        <NativeSelect
          label={t("compare.from")}
          data={data}
          value={String(from)}
          onChange={(event) => setFrom(Number(event.currentTarget.value))}
        />
        <NativeSelect
          label={t("compare.to")}
          data={data}
          value={String(to)}
          onChange={(event) => setTo(Number(event.currentTarget.value))}
        />
      </Group>
      <Loaded query={query}>
        {(diff) => (
          <>
            <ChangeTable changes={diff.changes} />
            {diff.text ? (
              <details>
                <summary>{t("compare.text")}</summary>
                <DiffText text={diff.text} label={t("compare.title")} />
              </details>
            ) : null}
          </>
        )}
      </Loaded>
    </section>
  );
}
