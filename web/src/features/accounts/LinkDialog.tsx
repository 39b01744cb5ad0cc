// A link to a password for somebody: by mail, or shown once to be handed over.

import { Radio, Stack } from "@mantine/core";
import { useState } from "react";
import { client, refreshAll } from "../../api/client.ts";
import type { LinkDelivery, LinkPurpose } from "../../api/types.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { notify } from "../../kit/toast.tsx";
import type { DialogProps } from "./Actions.tsx";
import { useT } from "./texts.ts";

interface LinkDialogProps extends DialogProps {
  purpose: LinkPurpose;
  /** The link, when it is shown. */
  onMade: (url: string) => void;
}

export function LinkDialog({ account, purpose, onClose, onMade }: LinkDialogProps) {
  const { t } = useT();
  const [delivery, setDelivery] = useState<LinkDelivery>("shown");
  async function run() {
    const { data } = await client.POST("/accounts/{id}/links", {
      params: { path: { id: account.id } },
      body: { purpose, delivery },
    });
    if (data?.url) onMade(data.url);
    else notify(t("link.mailed", { mail: account.email ?? "" }));
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t(`link.${purpose}.action`)}
      action={t(delivery === "mailed" ? "link.send" : `link.${purpose}.action`)}
      run={run}
    >
      <p>{t("link.ask", { name: account.display_name })}</p>
      <Radio.Group
        label={t("link.delivery")}
        value={delivery}
        onChange={(value) => setDelivery(value === "mailed" ? "mailed" : "shown")}
      >
        <Stack gap={6} mt={4}>
          <Radio value="shown" label={t("link.shown")} description={t("link.shownHelp")} />
          <Radio
            value="mailed"
            disabled={!account.email}
            label={t("link.byMail")}
            description={
              account.email ? t("link.byMailHelp", { mail: account.email }) : t("link.noMail")
            }
          />
        </Stack>
      </Radio.Group>
    </ActionDialog>
  );
}
