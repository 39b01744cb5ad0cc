// The few questions of one type of application; the rest has good defaults.

import { Checkbox, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { errorUnder } from "../../api/problem.ts";
import { AgencySelect } from "../../kit/AgencySelect.tsx";
import { address } from "../../kit/address.tsx";
import { GuidedFrame, NameFields, useGuided } from "../../kit/GuidedFrame.tsx";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { PersonSelect } from "../../kit/PersonSelect.tsx";
import { createResource } from "../../kit/resource.ts";
import { useSession } from "../../kit/session.ts";
import { AccessFields } from "./AccessFields.tsx";
import { admitsAnybody, asksAccess } from "./access.ts";
import { type Answers, type Choice, kindOf, NO_ANSWERS, specOf } from "./kinds.ts";
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
  const { me } = useSession();
  const kind = kindOf(choice);
  const form = useGuided<Answers>({
    start: { ...NO_ANSWERS, agency: me.agency?.code ?? null },
    send: (name, answers) => createResource(kind, name, specOf(choice, answers), answers.agency),
    done: t("created"),
    hrefOf: (name) => address.application(kind, name),
  });
  const { answers, change, errors } = form;
  const asks = ASKS[choice];
  const isKnown = asks.includes("software") && answers.software !== "other";
  return (
    <GuidedFrame
      form={form}
      action={t("create")}
      listHref="/applications"
      isComplete={admitsAnybody(answers.access)}
    >
      <Panel title={t("form.title")}>
        <div className={kit.formGrid}>
          <NameFields form={form} titleHelp={t("form.nameHelp")} />
          <AgencySelect
            label={t("form.agency")}
            description={t(
              choice === "ldap" || choice === "scim" ? "form.scope" : "form.agencyHelp",
            )}
            value={answers.agency}
            onChange={(agency) => change({ agency })}
            error={errors["/agency"] ?? form.agencyError}
          />
          <PersonSelect
            label={t("form.owner")}
            description={t("form.ownerHelp")}
            value={answers.owner}
            onChange={(owner) => change({ owner })}
            error={errors["/owner"]}
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
              error={errorUnder(errors, "/redirect_uris", "/backchannel_logout_uri")}
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
              error={errorUnder(errors, "/redirect_uris", "/services")}
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
              error={errorUnder(errors, "/post_logout_redirect_uris")}
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
      {asksAccess(kind) && choice !== "service" ? (
        <Panel title={t("access.title")}>
          <AccessFields
            value={answers.access}
            onChange={(access) => change({ access })}
            errors={errors}
          />
        </Panel>
      ) : null}
    </GuidedFrame>
  );
}
