// The questions that a new provider needs answered; the rest has good defaults.

import { Button, Checkbox, Group, NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { client, refreshAll } from "../../api/client.ts";
import { asProblem, fieldErrors } from "../../api/problem.ts";
import { useLanguage } from "../../i18n/texts.ts";
import { AgencySelect } from "../../kit/AgencySelect.tsx";
import { useGo } from "../../kit/address.tsx";
import { useIssuer } from "../../kit/issuer.ts";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { PasswordField } from "../../kit/PasswordField.tsx";
import { proposedName } from "../../kit/resource.ts";
import { useCan } from "../../kit/session.ts";
import { ProblemNote } from "../../kit/states.tsx";
import { CodeText } from "../../kit/text.tsx";
import { notify, notifyProblem } from "../../kit/toast.tsx";
import {
  type Answers,
  CLIENT_AUTHS,
  isSecret,
  KIND,
  type Profile,
  providerHref,
  specOf,
  startOf,
  UNKNOWNS,
} from "./kinds.ts";
import { useT } from "./texts.ts";

export function GuidedForm({ profile }: { profile: Profile }) {
  const { t } = useT();
  const go = useGo();
  const language = useLanguage();
  const can = useCan();
  const [answers, setAnswers] = useState<Answers>(() => startOf(profile));
  const [isNamed, setNamed] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const problem = error ? asProblem(error) : undefined;
  const errors = { ...fieldErrors(problem, language, "/spec"), ...fieldErrors(problem, language) };
  const change = (patch: Partial<Answers>) => setAnswers((now) => ({ ...now, ...patch }));
  const name = (isNamed ? answers.name : proposedName(answers.title)).trim();
  const wayBack = `${useIssuer()}/sign-in/from/${name || "…"}`;

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await client.PUT("/resources/{kind}/{name}", {
        params: { path: { kind: KIND, name } },
        body: { spec: specOf(profile, answers), base_revision: null },
      });
      await keepSecret();
      notify(t("created"));
      await refreshAll();
      go(`${providerHref(name)}?new=1`);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }
  // The provider is there already: a secret that is refused can be given again on its page.
  async function keepSecret() {
    if (answers.secret === "" || !isSecret(answers.clientAuth)) return;
    try {
      await client.PUT("/identity-providers/{name}/secret", {
        params: { path: { name } },
        body: { secret: answers.secret },
      });
    } catch (failure) {
      notifyProblem(failure);
    }
  }
  const field = (label: string, key: TextKey, pointer: string, help?: string) => (
    <TextInput
      label={label}
      {...(help ? { description: help } : {})}
      required
      spellCheck={false}
      value={answers[key]}
      error={errors[pointer]}
      onChange={(event) => change({ [key]: event.currentTarget.value })}
    />
  );

  return (
    <form onSubmit={submit} noValidate className={kit.stack}>
      {error ? <ProblemNote error={error} /> : null}
      <Panel title={t("form.title")}>
        <div className={kit.formGrid}>
          <TextInput
            label={t("form.name")}
            description={t("form.nameHelp")}
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
          <div className={kit.wide}>
            <div>{t("wayBack.label")}</div>
            <CodeText copy={name !== ""}>{wayBack}</CodeText>
            <div className={`${kit.soft} ${kit.small}`}>{t("wayBack.text")}</div>
          </div>
        </div>
      </Panel>
      <Panel title={t("form.told")}>
        <div className={kit.formGrid}>
          {field(t("form.issuer"), "issuer", "/issuer", t("form.issuerHelp"))}
          {field(t("form.clientId"), "clientId", "/client_id")}
          <NativeSelect
            label={t("form.clientAuth")}
            data={CLIENT_AUTHS.map((value) => ({ value, label: t(`clientAuth.${value}`) }))}
            value={answers.clientAuth}
            onChange={(event) => {
              const clientAuth = CLIENT_AUTHS.find((way) => way === event.currentTarget.value);
              if (clientAuth) change({ clientAuth });
            }}
          />
          {isSecret(answers.clientAuth) && can("sso.provider.secret") ? (
            <PasswordField
              label={t("form.secret")}
              description={t("form.secretHelp")}
              autoComplete="new-password"
              value={answers.secret}
              onChange={(event) => change({ secret: event.currentTarget.value })}
            />
          ) : null}
          <TextInput
            label={t("form.scopes")}
            description={t("form.scopesHelp")}
            spellCheck={false}
            value={answers.scopes}
            error={errors["/scopes"]}
            onChange={(event) => change({ scopes: event.currentTarget.value })}
          />
          <Checkbox
            className={kit.wide ?? ""}
            label={t("form.explicit")}
            description={t("form.explicitHelp")}
            checked={answers.isExplicit}
            onChange={(event) => change({ isExplicit: event.currentTarget.checked })}
          />
          {answers.isExplicit ? (
            <>
              {field(t("form.authorization"), "authorization", "/authorization_endpoint")}
              {field(t("form.token"), "token", "/token_endpoint")}
              {field(t("form.userinfo"), "userinfo", "/userinfo_endpoint")}
              {field(t("form.keys"), "keys", "/jwks_uri")}
            </>
          ) : null}
          <Checkbox
            className={kit.wide ?? ""}
            label={t("form.local")}
            description={t("form.localHelp")}
            checked={answers.isLocal}
            onChange={(event) => change({ isLocal: event.currentTarget.checked })}
          />
        </div>
      </Panel>
      <Panel title={t("form.people")}>
        <div className={kit.formGrid}>
          <NativeSelect
            label={t("form.unknown")}
            description={t("form.unknownHelp")}
            data={UNKNOWNS.map((value) => ({ value, label: t(`unknown.${value}`) }))}
            value={answers.unknown}
            error={errors["/unknown"]}
            onChange={(event) => {
              const unknown = UNKNOWNS.find((rule) => rule === event.currentTarget.value);
              if (unknown) change({ unknown });
            }}
          />
          {answers.unknown === "ask_administrator" ? (
            <AgencySelect
              label={t("form.agency")}
              description={t("form.agencyHelp")}
              value={answers.agency}
              onChange={(agency) => change({ agency })}
              error={errors["/request_agency"]}
            />
          ) : null}
        </div>
      </Panel>
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={() => go("/identity-providers")}>
          {t("cancel")}
        </Button>
        <Button type="submit" loading={isBusy} disabled={name === ""}>
          {t("create")}
        </Button>
      </Group>
    </form>
  );
}

type TextKey = "issuer" | "clientId" | "authorization" | "token" | "userinfo" | "keys";
