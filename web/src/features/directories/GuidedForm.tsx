// The questions that a new directory needs answered; the rest is the product's habit.

import { Checkbox, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { errorUnder } from "../../api/problem.ts";
import { AgencySelect } from "../../kit/AgencySelect.tsx";
import { type Guided, GuidedFrame, NameFields, useGuided } from "../../kit/GuidedFrame.tsx";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { PasswordField } from "../../kit/PasswordField.tsx";
import { createResource } from "../../kit/resource.ts";
import { useCan } from "../../kit/session.ts";
import { notifyProblem } from "../../kit/toast.tsx";
import {
  type Answers,
  directoryHref,
  EXAMPLES,
  KIND,
  MODES,
  NO_ANSWERS,
  type Product,
  setPassword,
  specOf,
} from "./kinds.ts";
import { useT } from "./texts.ts";

export function GuidedForm({ product }: { product: Product }) {
  const { t } = useT();
  const form = useGuided<Answers>({
    start: NO_ANSWERS,
    async send(name, answers) {
      await createResource(KIND, name, specOf(product, answers), answers.owner);
      // The connection is there already: a refused password can be given again on its page.
      if (answers.password) await setPassword(name, answers.password).catch(notifyProblem);
    },
    done: t("created"),
    hrefOf: directoryHref,
  });
  return (
    <GuidedFrame form={form} action={t("create")} listHref="/directory-connections">
      <Where form={form} product={product} />
      <What form={form} product={product} />
    </GuidedFrame>
  );
}

interface PartProps {
  form: Guided<Answers>;
  product: Product;
}

/** Where the directory answers, and how it is trusted. */
function Where({ form, product }: PartProps) {
  const { t } = useT();
  const { answers, change, errors } = form;
  return (
    <Panel title={t("form.where")}>
      <div className={kit.formGrid}>
        <NameFields form={form} />
        <AgencySelect
          label={t("form.owner")}
          description={t("form.ownerHelp")}
          value={answers.owner}
          error={form.agencyError}
          onChange={(owner) => change({ owner })}
        />
        <Textarea
          label={t("form.urls")}
          description={t("form.urlsHelp")}
          placeholder={EXAMPLES[product].url}
          required
          autosize
          minRows={2}
          spellCheck={false}
          value={answers.urls}
          error={errorUnder(errors, "/urls")}
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
  );
}

/** What is read there, and as whom. */
function What({ form, product }: PartProps) {
  const { t } = useT();
  const can = useCan();
  const { answers, change, errors } = form;
  const example = EXAMPLES[product];
  return (
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
  );
}
