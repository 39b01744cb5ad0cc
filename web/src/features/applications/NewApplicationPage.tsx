// A new application: first what it can do, then the few things that only a person knows.

import { useAddress } from "../../kit/address.tsx";
import { Choices } from "../../kit/Choices.tsx";
import { Page, Panel } from "../../kit/Page.tsx";
import { GuidedForm } from "./GuidedForm.tsx";
import { CHOICES } from "./kinds.ts";
import { SamlForm } from "./SamlForm.tsx";
import { useT } from "./texts.ts";

export default function NewApplicationPage() {
  const { t } = useT();
  const { get, set } = useAddress();
  const chosen = CHOICES.find((choice) => choice === get("type"));
  return (
    <Page title={t("create")} crumbs={[{ label: t("title"), href: "/applications" }]}>
      <Panel title={t("choose.title")}>
        <Choices
          label={t("choose.title")}
          description={t("choose.text")}
          choices={CHOICES.map((value) => ({
            value,
            title: t(`choice.${value}.title`),
            text: t(`choice.${value}.text`),
          }))}
          value={chosen}
          onChange={(type) => set({ type })}
        />
      </Panel>
      {chosen === "saml" ? <SamlForm /> : null}
      {chosen && chosen !== "saml" ? <GuidedForm key={chosen} choice={chosen} /> : null}
    </Page>
  );
}
