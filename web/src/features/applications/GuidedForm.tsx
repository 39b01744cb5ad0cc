// The few questions of one type of application; the rest has good defaults.

import { Button, Checkbox, Group, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { client, refreshAll } from "../../api/client.ts";
import { asProblem, fieldErrors } from "../../api/problem.ts";
import { useLanguage } from "../../i18n/texts.ts";
import { AgencySelect } from "../../kit/AgencySelect.tsx";
import { useGo } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { proposedName } from "../../kit/resource.ts";
import { useSession } from "../../kit/session.ts";
import { ProblemNote } from "../../kit/states.tsx";
import { notify } from "../../kit/toast.tsx";
import { type Answers, appHref, type Choice, kindOf, NO_ANSWERS, specOf } from "./kinds.ts";
import { SOFTWARE } from "./software.ts";
import { useT } from "./texts.ts";

/** Which questions a type asks beside name and agency. */
const ASKS: Record<Choice, readonly (keyof Answers)[]> = {
  web: ["software", "addresses", "logoutAddress", "isOurs"],
  spa: ["addresses", "logoutAddress", "isOurs"],
  native: ["addresses", "isOurs"],
  service: [],
  saml: [],
  cas: ["addresses"],
  ldap: [],
  scim: ["mayWrite"],
};

export function GuidedForm({ choice }: { choice: Choice }) {
  const { t } = useT();
  const go = useGo();
  const language = useLanguage();
  const { me } = useSession();
  const kind = kindOf(choice);
  const [answers, setAnswers] = useState<Answers>({
    ...NO_ANSWERS,
    agency: me.agency?.code ?? null,
  });
  const [isNamed, setNamed] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const problem = error ? asProblem(error) : undefined;
  const errors = { ...fieldErrors(problem, language, "/spec"), ...fieldErrors(problem, language) };
  const asks = ASKS[choice];
  const isKnown = asks.includes("software") && answers.software !== "other";
  const change = (patch: Partial<Answers>) => setAnswers((now) => ({ ...now, ...patch }));
  const name = isNamed ? answers.name : proposedName(answers.title);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await client.PUT("/resources/{kind}/{name}", {
        params: { path: { kind, name: name.trim() } },
        body: {
          spec: specOf(choice, answers),
          base_revision: null,
          ...(answers.agency ? { agency: answers.agency } : {}),
        },
      });
      notify(t("created"));
      await refreshAll();
      go(`${appHref(kind, name.trim())}?new=1`);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }

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
            error={errors["/title"] ?? errors["/name"]}
            onChange={(event) => change({ title: event.currentTarget.value })}
          />
          <TextInput
            label={t("form.code")}
            description={t("form.codeHelp")}
            required
            value={name}
            onChange={(event) => {
              setNamed(true);
              change({ name: event.currentTarget.value });
            }}
          />
          <AgencySelect
            label={t("form.agency")}
            description={t(
              choice === "ldap" || choice === "scim" ? "form.scope" : "form.agencyHelp",
            )}
            value={answers.agency}
            onChange={(agency) => change({ agency })}
            error={errors["/agency"]}
          />
          {asks.includes("software") ? (
            <NativeSelect
              label={t("form.software")}
              description={t("form.softwareHelp")}
              data={SOFTWARE.map((value) => ({ value, label: t(`software.${value}`) }))}
              value={answers.software}
              onChange={(event) => {
                const software = SOFTWARE.find((known) => known === event.currentTarget.value);
                if (software) change({ software });
              }}
            />
          ) : null}
          {isKnown ? (
            <TextInput
              label={t("form.address")}
              description={t("form.addressHelp")}
              required
              spellCheck={false}
              value={answers.address}
              error={firstOf(errors, ["/redirect_uris", "/backchannel_logout_uri"])}
              onChange={(event) => change({ address: event.currentTarget.value })}
            />
          ) : null}
          {asks.includes("addresses") && !isKnown ? (
            <Textarea
              label={t(choice === "cas" ? "form.services" : "form.redirects")}
              description={t(choice === "cas" ? "form.servicesHelp" : "form.redirectsHelp")}
              required
              autosize
              minRows={2}
              value={answers.addresses}
              error={firstOf(errors, ["/redirect_uris", "/services"])}
              onChange={(event) => change({ addresses: event.currentTarget.value })}
            />
          ) : null}
          {asks.includes("logoutAddress") && !isKnown ? (
            <Textarea
              label={t("form.afterLogout")}
              description={t("form.afterLogoutHelp")}
              autosize
              minRows={2}
              value={answers.logoutAddress}
              error={firstOf(errors, ["/post_logout_redirect_uris"])}
              onChange={(event) => change({ logoutAddress: event.currentTarget.value })}
            />
          ) : null}
          {asks.includes("isOurs") ? (
            <Checkbox
              label={t("form.ours")}
              description={t("form.oursHelp")}
              checked={answers.isOurs}
              onChange={(event) => change({ isOurs: event.currentTarget.checked })}
            />
          ) : null}
          {asks.includes("mayWrite") ? (
            <Checkbox
              label={t("form.mayWrite")}
              description={t("form.mayWriteHelp")}
              checked={answers.mayWrite}
              onChange={(event) => change({ mayWrite: event.currentTarget.checked })}
            />
          ) : null}
        </div>
      </Panel>
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={() => go("/applications")}>
          {t("cancel")}
        </Button>
        <Button type="submit" loading={isBusy} disabled={name.trim() === ""}>
          {t("create")}
        </Button>
      </Group>
    </form>
  );
}

/** The error of a list or of any of its entries. */
function firstOf(errors: Record<string, string>, pointers: readonly string[]) {
  const found = Object.entries(errors).find(([pointer]) =>
    pointers.some((wanted) => pointer === wanted || pointer.startsWith(`${wanted}/`)),
  );
  return found?.[1];
}
