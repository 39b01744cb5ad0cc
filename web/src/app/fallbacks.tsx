// A page that does not exist, and a page that failed.

import { Button } from "@mantine/core";
import { AppLink } from "../kit/address.tsx";
import { Page } from "../kit/Page.tsx";
import { Empty, ProblemNote } from "../kit/states.tsx";
import { useAppTexts } from "./texts.ts";

export function PageMissing() {
  const { t } = useAppTexts();
  return (
    <Page title={t("missing.title")}>
      <Empty title={t("missing.what")} action={<AppLink href="/">{t("missing.home")}</AppLink>}>
        {t("missing.text")}
      </Empty>
    </Page>
  );
}

export function PageFailed({ error }: { error: unknown }) {
  const { t } = useAppTexts();
  return (
    <Page title={t("failed.title")}>
      <ProblemNote error={error} />
      <div>
        <Button variant="default" onClick={() => window.location.reload()}>
          {t("failed.reload")}
        </Button>
      </div>
    </Page>
  );
}
