// Why somebody may do something, or may not: any person, any act, any agency.

import { ExplainPanel } from "../../kit/decision/Explain.tsx";
import { Page } from "../../kit/Page.tsx";
import { useT } from "./texts.ts";

export default function ExplainPage() {
  const { t } = useT();
  return (
    <Page title={t("explain.title")} intro={t("explain.intro")}>
      <ExplainPanel />
    </Page>
  );
}
