// The questions that a new provider needs answered; the rest has good defaults.

import { Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { AgencySelect } from "../../kit/AgencySelect.tsx";
import { type Guided, GuidedFrame, NameFields, useGuided } from "../../kit/GuidedFrame.tsx";
import { useIssuer } from "../../kit/issuer.ts";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { PasswordField } from "../../kit/PasswordField.tsx";
import { createResource } from "../../kit/resource.ts";
import { useCan } from "../../kit/session.ts";
import { CodeText } from "../../kit/text.tsx";
import { notifyProblem } from "../../kit/toast.tsx";
import {
  type Answers,
  CLIENT_AUTHS,
  isSecret,
  KIND,
  type Profile,
  providerHref,
  setSecret,
  specOf,
  startOf,
  UNKNOWNS,
} from "./kinds.ts";
import { useT } from "./texts.ts";

export function GuidedForm({ profile }: { profile: Profile }) {
  const { t } = useT();
  const form = useGuided<Answers>({
    start: startOf(profile),
    async send(name, answers) {
      await createResource(KIND, name, specOf(profile, answers));
      if (answers.secret === "" || !isSecret(answers.clientAuth)) return;
      // The provider is there already: a secret that is refused can be given again on its page.
      await setSecret(name, answers.secret).catch(notifyProblem);
    },
    done: t("created"),
    hrefOf: providerHref,
  });
  const name = form.name.trim();
  const wayBack = `${useIssuer()}/sign-in/from/${name || "…"}`;
  return (
    <GuidedFrame form={form} action={t("create")} listHref="/identity-providers">
      <Panel title={t("form.title")}>
        <div className={kit.formGrid}>
          <NameFields form={form} titleHelp={t("form.nameHelp")} />
          <div className={kit.wide}>
            <div>{t("wayBack.label")}</div>
            <CodeText copy={name !== ""}>{wayBack}</CodeText>
            <div className={`${kit.soft} ${kit.small}`}>{t("wayBack.text")}</div>
          </div>
        </div>
      </Panel>
      <Told form={form} />
      <Panel title={t("form.people")}>
        <div className={kit.formGrid}>
          <NativeSelect
            label={t("form.unknown")}
            description={t("form.unknownHelp")}
            data={UNKNOWNS.map((value) => ({ value, label: t(`unknown.${value}`) }))}
            value={form.answers.unknown}
            error={form.errors["/unknown"]}
            onChange={(event) => {
              const unknown = UNKNOWNS.find((rule) => rule === event.currentTarget.value);
              if (unknown) form.change({ unknown });
            }}
          />
          {form.answers.unknown === "ask_administrator" ? (
            <AgencySelect
              label={t("form.agency")}
              description={t("form.agencyHelp")}
              value={form.answers.agency}
              onChange={(agency) => form.change({ agency })}
              error={form.errors["/request_agency"]}
            />
          ) : null}
        </div>
      </Panel>
    </GuidedFrame>
  );
}

type TextKey = "issuer" | "clientId" | "authorization" | "token" | "userinfo" | "keys";

/** What the provider has told the province. */
function Told({ form }: { form: Guided<Answers> }) {
  const { t } = useT();
  const can = useCan();
  const { answers, change, errors } = form;
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
  );
}
