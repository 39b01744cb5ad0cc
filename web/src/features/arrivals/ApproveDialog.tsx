// Giving the person of a request an account: one that exists, or a new one.

import { Radio, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { client, refreshAll } from "../../api/client.ts";
import type { AccountRequest } from "../../api/types.ts";
import { AccountSelect } from "../../kit/AccountSelect.tsx";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { AgencySelect } from "../../kit/AgencySelect.tsx";
import { notify } from "../../kit/toast.tsx";
import { proposedUsername } from "./names.ts";
import { useT } from "./texts.ts";

export function ApproveDialog({
  request,
  onClose,
}: {
  request: AccountRequest;
  onClose: () => void;
}) {
  const { t } = useT();
  const [way, setWay] = useState<"existing" | "new">("existing");
  const [account, setAccount] = useState<string | null>(null);
  const [username, setUsername] = useState(() => proposedUsername(request.display_name));
  const [agency, setAgency] = useState<string | null>(request.agency ?? null);
  const isNew = way === "new";
  async function run() {
    const made = { username: username.trim(), ...(agency ? { agency } : {}) };
    await client.POST("/account-requests/{id}/approve", {
      params: { path: { id: request.id } },
      body: isNew ? made : { account_id: account },
    });
    notify(t("approve.done"));
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t("approve.title")}
      action={t("approve.action")}
      isComplete={isNew ? username.trim() !== "" : account !== null}
      run={run}
    >
      <p>{t("about", { name: request.display_name, provider: request.provider })}</p>
      <Radio.Group
        label={t("approve.way")}
        value={way}
        onChange={(value) => setWay(value === "new" ? "new" : "existing")}
      >
        <Stack gap={6} mt={6}>
          <Radio value="existing" label={t("approve.existing")} />
          <Radio value="new" label={t("approve.new")} />
        </Stack>
      </Radio.Group>
      {isNew ? (
        <>
          <TextInput
            label={t("approve.username")}
            required
            spellCheck={false}
            value={username}
            onChange={(event) => setUsername(event.currentTarget.value)}
          />
          <AgencySelect label={t("approve.agency")} value={agency} onChange={setAgency} />
        </>
      ) : (
        <AccountSelect
          label={t("approve.account")}
          description={t("approve.accountHelp")}
          required
          value={account}
          onChange={setAccount}
        />
      )}
    </ActionDialog>
  );
}
