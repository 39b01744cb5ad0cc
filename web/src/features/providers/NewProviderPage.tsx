// A new provider: whose habits it has, then what the provider has told the province.

import { Alert } from "@mantine/core";
import { ChoicePage } from "../../kit/ChoicePage.tsx";
import { GuidedForm } from "./GuidedForm.tsx";
import { PROFILES } from "./kinds.ts";
import { useT } from "./texts.ts";

export default function NewProviderPage() {
  const { t } = useT();
  return (
    <ChoicePage
      title={t("create")}
      list={{ label: t("title"), href: "/identity-providers" }}
      question={{ title: t("choose.title"), text: t("choose.text") }}
      parameter="profile"
      choices={PROFILES.map((value) => ({
        value,
        title: t(`profile.${value}.title`),
        text: t(`profile.${value}.text`),
      }))}
    >
      {(profile) => (
        <>
          {profile === "generic" ? null : (
            <Alert variant="default" title={t("unverified.title")}>
              {t("unverified.text")}
            </Alert>
          )}
          <GuidedForm key={profile} profile={profile} />
        </>
      )}
    </ChoicePage>
  );
}
