// A new application: first what it can do, then the few things that only a person knows.

import { Radio } from "@mantine/core";
import { useAddress } from "../../kit/address.tsx";
import { Page, Panel } from "../../kit/Page.tsx";
import css from "./applications.module.css";
import { GuidedForm } from "./GuidedForm.tsx";
import { CHOICES, type Choice } from "./kinds.ts";
import { SamlForm } from "./SamlForm.tsx";
import { useT } from "./texts.ts";

export default function NewApplicationPage() {
  const { t } = useT();
  const { get, set } = useAddress();
  const chosen = CHOICES.find((choice) => choice === get("type"));
  return (
    <Page title={t("create")} crumbs={[{ label: t("title"), href: "/applications" }]}>
      <Panel title={t("choose.title")}>
        <Radio.Group
          value={chosen ?? ""}
          onChange={(value) => set({ type: value })}
          aria-label={t("choose.title")}
          description={t("choose.text")}
        >
          <div className={css.choices}>
            {CHOICES.map((choice) => (
              <ChoiceCard key={choice} choice={choice} isChosen={choice === chosen} />
            ))}
          </div>
        </Radio.Group>
      </Panel>
      {chosen === "saml" ? <SamlForm /> : null}
      {chosen && chosen !== "saml" ? <GuidedForm key={chosen} choice={chosen} /> : null}
    </Page>
  );
}

function ChoiceCard({ choice, isChosen }: { choice: Choice; isChosen: boolean }) {
  const { t } = useT();
  return (
    <Radio.Card value={choice} className={css.choice ?? ""} data-chosen={isChosen || undefined}>
      <span className={css.choiceHead}>
        <Radio.Indicator aria-hidden />
        <strong>{t(`choice.${choice}.title`)}</strong>
      </span>
      <span className={css.choiceText}>{t(`choice.${choice}.text`)}</span>
    </Radio.Card>
  );
}
