// A new application: first what it can do, then the few things that only a person knows.

import { ChoicePage } from "../../kit/ChoicePage.tsx";
import { GuidedForm } from "./GuidedForm.tsx";
import { CHOICES } from "./kinds.ts";
import { SamlForm } from "./SamlForm.tsx";
import { useT } from "./texts.ts";

export default function NewApplicationPage() {
  const { t } = useT();
  return (
    <ChoicePage
      title={t("create")}
      list={{ label: t("title"), href: "/applications" }}
      question={{ title: t("choose.title"), text: t("choose.text") }}
      parameter="type"
      choices={CHOICES.map((value) => ({
        value,
        title: t(`choice.${value}.title`),
        text: t(`choice.${value}.text`),
      }))}
    >
      {(choice) => (choice === "saml" ? <SamlForm /> : <GuidedForm key={choice} choice={choice} />)}
    </ChoicePage>
  );
}
