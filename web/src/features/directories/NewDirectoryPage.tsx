// A new directory: which product it is, then where it answers and what is read.

import { useAddress } from "../../kit/address.tsx";
import { Choices } from "../../kit/Choices.tsx";
import { Page, Panel } from "../../kit/Page.tsx";
import { GuidedForm } from "./GuidedForm.tsx";
import { PRODUCTS } from "./kinds.ts";
import { useT } from "./texts.ts";

export default function NewDirectoryPage() {
  const { t } = useT();
  const { get, set } = useAddress();
  const chosen = PRODUCTS.find((product) => product === get("product"));
  return (
    <Page title={t("create")} crumbs={[{ label: t("title"), href: "/directory-connections" }]}>
      <Panel title={t("choose.title")}>
        <Choices
          label={t("choose.title")}
          description={t("choose.text")}
          choices={PRODUCTS.map((value) => ({
            value,
            title: t(`product.${value}.title`),
            text: t(`product.${value}.text`),
          }))}
          value={chosen}
          onChange={(product) => set({ product })}
        />
      </Panel>
      {chosen ? <GuidedForm key={chosen} product={chosen} /> : null}
    </Page>
  );
}
