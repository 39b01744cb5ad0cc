// The questions that a new directory needs answered; the rest is the product's habit.

import { Button, Checkbox, Group, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { client, refreshAll } from "../../api/client.ts";
import { asProblem, fieldErrors } from "../../api/problem.ts";
import { useLanguage } from "../../i18n/texts.ts";
import { AgencySelect } from "../../kit/AgencySelect.tsx";
import { useGo } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { PasswordField } from "../../kit/PasswordField.tsx";
import { proposedName } from "../../kit/resource.ts";
import { useCan } from "../../kit/session.ts";
import { ProblemNote } from "../../kit/states.tsx";
import { notify, notifyProblem } from "../../kit/toast.tsx";
import {
  type Answers,
  directoryHref,
  EXAMPLES,
  KIND,
  MODES,
  NO_ANSWERS,
  type Product,
  specOf,
} from "./kinds.ts";
import { useT } from "./texts.ts";

export function GuidedForm({ product }: { product: Product }) {
  const { t } = useT();
  const go = useGo();
  const language = useLanguage();
  const can = useCan();
  const [answers, setAnswers] = useState<Answers>(NO_ANSWERS);
  const [isNamed, setNamed] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const problem = error ? asProblem(error) : undefined;
  const errors = { ...fieldErrors(problem, language, "/spec"), ...fieldErrors(problem, language) };
  const change = (patch: Partial<Answers>) => setAnswers((now) => ({ ...now, ...patch }));
  const name = (isNamed ? answers.name : proposedName(answers.title)).trim();
  const example = EXAMPLES[product];

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await client.PUT("/resources/{kind}/{name}", {
        params: { path: { kind: KIND, name } },
        body: {
          spec: specOf(product, answers),
          base_revision: null,
          ...(answers.owner ? { agency: answers.owner } : {}),
        },
      });
      await keepPassword();
      notify(t("created"));
      await refreshAll();
      go(`${directoryHref(name)}?new=1`);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }
  // The connection is there already: a password that is refused can be given again on its page.
  async function keepPassword() {
    if (answers.password === "") return;
    try {
      await client.PUT("/directory-connections/{name}/password", {
        params: { path: { name } },
        body: { password: answers.password },
      });
    } catch (failure) {
      notifyProblem(failure);
    }
  }

  return (
    <form onSubmit={submit} noValidate className={kit.stack}>
      {error ? <ProblemNote error={error} /> : null}
      <Panel title={t("form.where")}>
        <div className={kit.formGrid}>
          <TextInput
            label={t("form.name")}
            required
            value={answers.title}
            error={errors["/title"]}
            onChange={(event) => change({ title: event.currentTarget.value })}
          />
          <TextInput
            label={t("form.code")}
            description={t("form.codeHelp")}
            required
            value={isNamed ? answers.name : proposedName(answers.title)}
            error={errors["/name"]}
            onChange={(event) => {
              setNamed(true);
              change({ name: event.currentTarget.value });
            }}
          />
          <AgencySelect
            label={t("form.owner")}
            description={t("form.ownerHelp")}
            value={answers.owner}
            onChange={(owner) => change({ owner })}
          />
          <Textarea
            label={t("form.urls")}
            description={t("form.urlsHelp")}
            placeholder={example.url}
            required
            autosize
            minRows={2}
            spellCheck={false}
            value={answers.urls}
            error={firstOf(errors, "/urls")}
            onChange={(event) => change({ urls: event.currentTarget.value })}
          />
          <Textarea
            label={t("form.certificates")}
            description={t("form.certificatesHelp")}
            autosize
            minRows={2}
            maxRows={6}
            spellCheck={false}
            value={answers.certificates}
            error={errors["/trusted_certificates"]}
            onChange={(event) => change({ certificates: event.currentTarget.value })}
          />
          <div className={kit.stack}>
            <Checkbox
              label={t("form.startTls")}
              description={t("form.startTlsHelp")}
              checked={answers.hasStartTls}
              onChange={(event) => change({ hasStartTls: event.currentTarget.checked })}
            />
            <Checkbox
              label={t("form.local")}
              description={t("form.localHelp")}
              checked={answers.isLocal}
              onChange={(event) => change({ isLocal: event.currentTarget.checked })}
            />
          </div>
        </div>
      </Panel>
      <Panel title={t("form.what")}>
        <div className={kit.formGrid}>
          <TextInput
            label={t("form.bindDn")}
            description={t("form.bindDnHelp")}
            placeholder={example.bindDn}
            required
            spellCheck={false}
            value={answers.bindDn}
            error={errors["/bind_dn"]}
            onChange={(event) => change({ bindDn: event.currentTarget.value })}
          />
          {can("directory.connection.secret") ? (
            <PasswordField
              label={t("form.password")}
              description={t("form.passwordHelp")}
              autoComplete="new-password"
              value={answers.password}
              onChange={(event) => change({ password: event.currentTarget.value })}
            />
          ) : null}
          <TextInput
            label={t("form.peopleBase")}
            placeholder={example.peopleBase}
            required
            spellCheck={false}
            value={answers.peopleBase}
            error={errors["/people_base"]}
            onChange={(event) => change({ peopleBase: event.currentTarget.value })}
          />
          <TextInput
            label={t("form.groupsBase")}
            description={t("form.groupsBaseHelp")}
            placeholder={example.groupsBase}
            spellCheck={false}
            value={answers.groupsBase}
            error={errors["/groups_base"]}
            onChange={(event) => change({ groupsBase: event.currentTarget.value })}
          />
          <AgencySelect
            label={t("form.agency")}
            description={t("form.agencyHelp")}
            value={answers.agency}
            onChange={(agency) => change({ agency })}
            error={errors["/agency"]}
          />
          <NativeSelect
            label={t("form.mode")}
            description={t(`modeHelp.${answers.mode}`)}
            data={MODES.map((value) => ({ value, label: t(`mode.${value}`) }))}
            value={answers.mode}
            onChange={(event) => {
              const mode = MODES.find((known) => known === event.currentTarget.value);
              if (mode) change({ mode });
            }}
          />
        </div>
      </Panel>
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={() => go("/directory-connections")}>
          {t("cancel")}
        </Button>
        <Button type="submit" loading={isBusy} disabled={name === ""}>
          {t("create")}
        </Button>
      </Group>
    </form>
  );
}

/** The error of a list or of any of its entries. */
function firstOf(errors: Record<string, string>, pointer: string) {
  const found = Object.entries(errors).find(
    ([at]) => at === pointer || at.startsWith(`${pointer}/`),
  );
  return found?.[1];
}
