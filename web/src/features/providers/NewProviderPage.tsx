// A new provider: whose habits it has, then what the provider has told the province.

import { Alert } from "@mantine/core";
import { useAddress } from "../../kit/address.tsx";
import { Choices } from "../../kit/Choices.tsx";
import { Page, Panel } from "../../kit/Page.tsx";
import { GuidedForm } from "./GuidedForm.tsx";
import { PROFILES } from "./kinds.ts";
import { useT } from "./texts.ts";

export default function NewProviderPage() {
  const { t } = useT();
  const { get, set } = useAddress();
  const chosen = PROFILES.find((profile) => profile === get("profile"));
  return (
    <Page title={t("create")} crumbs={[{ label: t("title"), href: "/identity-providers" }]}>
      <Panel title={t("choose.title")}>
        <Choices
          label={t("choose.title")}
          description={t("choose.text")}
          choices={PROFILES.map((value) => ({
            value,
            title: t(`profile.${value}.title`),
            text: t(`profile.${value}.text`),
          }))}
          value={chosen}
          onChange={(profile) => set({ profile })}
        />
      </Panel>
      {chosen && chosen !== "generic" ? (
        <Alert variant="default" title={t("unverified.title")}>
          {t("unverified.text")}
        </Alert>
      ) : null}
      {chosen ? <GuidedForm key={chosen} profile={chosen} /> : null}
    </Page>
  );
}
