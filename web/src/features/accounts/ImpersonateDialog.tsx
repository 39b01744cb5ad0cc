// Beginning to act under the name of somebody: why, and on whose request.

import { TextInput } from "@mantine/core";
import { useState } from "react";
import { setActing } from "../../api/acting.ts";
import { client } from "../../api/client.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import type { DialogProps } from "./Actions.tsx";
import { useT } from "./texts.ts";

export function ImpersonateDialog({ account, onClose }: DialogProps) {
  const { t } = useT();
  const [ticket, setTicket] = useState("");
  async function run(reason: string) {
    await client.POST("/accounts/{id}/impersonation", {
      params: { path: { id: account.id } },
      body: { reason, ticket: ticket.trim().normalize("NFC") },
    });
    setActing(null);
    // Everything that was read under one's own name goes with the page.
    window.location.assign("/");
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t("impersonate.title", { name: account.display_name })}
      action={t("impersonate.action")}
      reason={t("impersonate.reason")}
      isComplete={ticket.trim() !== ""}
      danger
      size={560}
      run={run}
    >
      <p>{t("impersonate.text")}</p>
      <p>{t("impersonate.told")}</p>
      <TextInput
        label={t("impersonate.ticket")}
        description={t("impersonate.ticketHelp")}
        required
        value={ticket}
        onChange={(event) => setTicket(event.currentTarget.value)}
        autoComplete="off"
      />
    </ActionDialog>
  );
}
