// A new resource of a kind.

import { Button, Group, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { client, refreshAll } from "../../api/client.ts";
import { asProblem, fieldErrors } from "../../api/problem.ts";
import type { Kind } from "../../api/types.ts";
import { useLanguage, useText } from "../../i18n/texts.ts";
import { AgencySelect } from "../../kit/AgencySelect.tsx";
import { useGo, useParam } from "../../kit/address.tsx";
import { useUnsavedGuard } from "../../kit/guard.ts";
import kit from "../../kit/kit.module.css";
import { Page, Panel } from "../../kit/Page.tsx";
import { isNode, type Node, startOf } from "../../kit/schema/schema.ts";
import { useSession } from "../../kit/session.ts";
import { ProblemNote, Waiting } from "../../kit/states.tsx";
import { notify } from "../../kit/toast.tsx";
import { Editor } from "./Editor.tsx";
import { kindHref, resourceHref, useKind } from "./kinds.ts";
import { useT } from "./texts.ts";

export default function NewResourcePage() {
  const { t } = useT();
  const text = useText();
  const kind = useParam("kind");
  const descriptor = useKind(kind);
  const label = descriptor ? text(descriptor.labels) : kind;
  return (
    <Page
      title={t("createOf", { kind: label })}
      crumbs={[
        { label: t("title"), href: "/registry" },
        { label, href: kindHref(kind) },
      ]}
    >
      {descriptor ? <Form kind={descriptor} /> : <Waiting />}
    </Page>
  );
}

function Form({ kind }: { kind: Kind }) {
  const { t } = useT();
  const go = useGo();
  const language = useLanguage();
  const { me } = useSession();
  const [name, setName] = useState("");
  const [agency, setAgency] = useState<string | null>(me.agency?.code ?? null);
  const [spec, setSpec] = useState<Node>(() => {
    const start = startOf(kind.schema, kind.schema);
    return isNode(start) ? start : {};
  });
  const [isDirty, setDirty] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const release = useUnsavedGuard(isDirty);
  const problem = error ? asProblem(error) : undefined;
  const top = fieldErrors(problem, language);
  async function save(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await client.PUT("/resources/{kind}/{name}", {
        params: { path: { kind: kind.kind, name: name.trim() } },
        body: { spec, base_revision: null, ...(agency ? { agency } : {}) },
      });
      release();
      notify(t("saved"));
      await refreshAll();
      go(resourceHref(kind.kind, name.trim()));
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }
  return (
    <form onSubmit={save} className={kit.stack} noValidate>
      {error ? <ProblemNote error={error} /> : null}
      <Panel>
        <div className={kit.formGrid}>
          <TextInput
            label={t("column.code")}
            description={t("nameHelp")}
            required
            value={name}
            error={top["/name"]}
            onChange={(event) => {
              setName(event.currentTarget.value);
              setDirty(true);
            }}
          />
          <AgencySelect
            label={t("column.agency")}
            description={t("agencyHelp")}
            value={agency}
            onChange={setAgency}
            error={top["/agency"]}
          />
        </div>
      </Panel>
      <Panel title={t("spec")}>
        <Editor
          kind={kind}
          value={spec}
          errors={fieldErrors(problem, language, "/spec")}
          onChange={(next) => {
            setSpec(next);
            setDirty(true);
          }}
        />
      </Panel>
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={() => go(kindHref(kind.kind))}>
          {t("cancel")}
        </Button>
        <Button type="submit" loading={isBusy} disabled={name.trim() === ""}>
          {t("create")}
        </Button>
      </Group>
    </form>
  );
}
