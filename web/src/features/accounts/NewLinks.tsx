// After an import: activation links of the new people, as a file to hand out or by mail.

import { Button, Group } from "@mantine/core";
import { IconLink, IconMail } from "@tabler/icons-react";
import { useState } from "react";
import type { LinkDelivery } from "../../api/types.ts";
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
  const [busy, setBusy] = useState<LinkDelivery | null>(null);
  function save(made: readonly MadeLink[]) {
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
  }
  async function make(delivery: LinkDelivery) {
    setBusy(delivery);
    setDone(0);
    const made = await makeLinks(usernames, { language, delivery }, setDone);
    const failed = made.filter((row) => !row.isMade);
    // Of those by mail only the failed are something to act on.
    if (delivery === "shown") save(made);
    else if (failed.length > 0) save(failed);
    const count = failed.length;
    const whole = t(delivery === "shown" ? "links.done" : "links.mailed");
    notify(count > 0 ? t("links.some", { count }) : whole, count > 0 ? "late" : "ok");
    setBusy(null);
  }
  return (
    <Panel title={t("links.title")}>
      <p className={kit.lead}>{t("links.text")}</p>
      <Group gap="sm">
        <Button
          leftSection={<IconLink size={17} aria-hidden />}
          loading={busy === "shown"}
          disabled={busy === "mailed"}
          onClick={() => make("shown")}
        >
          {t("links.action", { count: usernames.length })}
        </Button>
        <Button
          variant="default"
          leftSection={<IconMail size={17} aria-hidden />}
          loading={busy === "mailed"}
          disabled={busy === "shown"}
          onClick={() => make("mailed")}
        >
          {t("links.mail", { count: usernames.length })}
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
