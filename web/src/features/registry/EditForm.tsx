// The form of a resource. Saving makes a new revision; a newer one on the server is never overwritten.

import { Alert, Button, Group } from "@mantine/core";
import { useState } from "react";
import { client, queryClient, refreshAll } from "../../api/client.ts";
import { asProblem, fieldErrors } from "../../api/problem.ts";
import type { Kind, Resource } from "../../api/types.ts";
import { useLanguage } from "../../i18n/texts.ts";
import { useUnsavedGuard } from "../../kit/guard.ts";
import kit from "../../kit/kit.module.css";
import { useCan } from "../../kit/session.ts";
import { ProblemNote } from "../../kit/states.tsx";
import { notify } from "../../kit/toast.tsx";
import { ChangeTable } from "./ChangeTable.tsx";
import { changesBetween } from "./changes.ts";
import { Editor } from "./Editor.tsx";
import { useT } from "./texts.ts";

export function EditForm({ kind, resource }: { kind: Kind; resource: Resource }) {
  const { t } = useT();
  const language = useLanguage();
  // What the person started from; a newer revision from the server is shown beside, not merged in.
  const can = useCan();
  const [base, setBase] = useState(resource);
  const [spec, setSpec] = useState(resource.spec);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isDirty = JSON.stringify(spec) !== JSON.stringify(base.spec);
  const isBehind = resource.revision !== base.revision;
  useUnsavedGuard(isDirty);
  const problem = error ? asProblem(error) : undefined;

  function start(from: Resource) {
    setBase(from);
    setSpec(from.spec);
    setError(null);
  }
  if (isBehind && !isDirty) start(resource);

  async function save() {
    setBusy(true);
    setError(null);
    try {
      const { data } = await client.PUT("/resources/{kind}/{name}", {
        params: { path: { kind: resource.kind, name: resource.name } },
        body: {
          spec,
          base_revision: base.revision,
          ...(base.agency ? { agency: base.agency } : {}),
        },
      });
      if (data) start({ ...base, ...data, spec });
      notify(t("saved"));
      await refreshAll();
    } catch (failure) {
      setError(failure);
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
          <ChangeTable changes={changesBetween(base.spec, resource.spec)} />
          <Group gap="xs" mt="sm">
            <Button size="compact-sm" variant="default" onClick={() => start(resource)}>
              {t("behind.take")}
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => setBase(resource)}>
              {t("behind.keep")}
            </Button>
          </Group>
        </Alert>
      ) : null}
      <Editor
        kind={kind}
        value={spec}
        onChange={setSpec}
        errors={fieldErrors(problem, language, "/spec")}
      />
      {isDirty ? (
        <details>
          <summary>{t("changes")}</summary>
          <ChangeTable changes={changesBetween(base.spec, spec)} />
        </details>
      ) : null}
      {can("registry.resource.write") ? (
        <Group justify="flex-end" gap="xs">
          <Button variant="default" disabled={!isDirty} onClick={() => start(resource)}>
            {t("undo")}
          </Button>
          <Button onClick={save} loading={isBusy} disabled={!isDirty}>
            {t("save")}
          </Button>
        </Group>
      ) : null}
    </div>
  );
}
