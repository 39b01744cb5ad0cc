// After an import: activation links of the new people, as a file to hand out.

import { Button, Group } from "@mantine/core";
import { IconLink } from "@tabler/icons-react";
import { useState } from "react";
import { formatDateTime } from "../../i18n/format.ts";
import { useLanguage } from "../../i18n/texts.ts";
import { saveCsv } from "../../kit/csv.ts";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { notify } from "../../kit/toast.tsx";
import { type MadeLink, makeLinks } from "./links.ts";
import { useT } from "./texts.ts";

export function NewLinks({ usernames }: { usernames: readonly string[] }) {
  const { t } = useT();
  const language = useLanguage();
  const [done, setDone] = useState<number | null>(null);
  const [isBusy, setBusy] = useState(false);
  async function make() {
    setBusy(true);
    setDone(0);
    const made = await makeLinks(usernames, language, setDone);
    saveCsv(
      "lien-ket-kich-hoat",
      [
        { header: t("column.username"), text: (row: MadeLink) => row.username },
        { header: t("column.name"), text: (row: MadeLink) => row.name },
        { header: t("links.url"), text: (row: MadeLink) => row.url },
        { header: t("links.expires"), text: (row: MadeLink) => formatDateTime(row.expires_at) },
        { header: t("links.error"), text: (row: MadeLink) => row.error },
      ],
      made,
    );
    const failed = made.filter((row) => row.url === "").length;
    notify(
      failed > 0 ? t("links.some", { count: failed }) : t("links.done"),
      failed > 0 ? "late" : "ok",
    );
    setBusy(false);
  }
  return (
    <Panel title={t("links.title")}>
      <p className={kit.lead}>{t("links.text")}</p>
      <Group gap="sm">
        <Button leftSection={<IconLink size={17} aria-hidden />} loading={isBusy} onClick={make}>
          {t("links.action", { count: usernames.length })}
        </Button>
        {done === null ? null : (
          <span role="status" className={kit.soft}>
            {t("links.far", { done, count: usernames.length })}
          </span>
        )}
      </Group>
    </Panel>
  );
}
