// A new directory: which product it is, then where it answers and what is read.

import { ChoicePage } from "../../kit/ChoicePage.tsx";
import { GuidedForm } from "./GuidedForm.tsx";
import { PRODUCTS } from "./kinds.ts";
import { useT } from "./texts.ts";

export default function NewDirectoryPage() {
  const { t } = useT();
  return (
    <ChoicePage
      title={t("create")}
      list={{ label: t("title"), href: "/directory-connections" }}
      question={{ title: t("choose.title"), text: t("choose.text") }}
      parameter="product"
      choices={PRODUCTS.map((value) => ({
        value,
        title: t(`product.${value}.title`),
        text: t(`product.${value}.text`),
      }))}
    >
      {(product) => <GuidedForm key={product} product={product} />}
    </ChoicePage>
  );
}
