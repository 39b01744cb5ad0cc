// The secret that the provider gave the province: it goes in and never comes out again.

import { Button } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useState } from "react";
import { client, refreshAll } from "../../api/client.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { PasswordField } from "../../kit/PasswordField.tsx";
import { notify } from "../../kit/toast.tsx";
import { useT } from "./texts.ts";

export function SecretPanel({ name }: { name: string }) {
  const { t } = useT();
  const [isOpen, setOpen] = useState(false);
  return (
    <Panel title={t("secret.title")}>
      <p className={kit.soft} style={{ margin: "0 0 12px" }}>
        {t("secret.text")}
      </p>
      <Button
        variant="default"
        leftSection={<IconKey size={16} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {t("secret.set")}
      </Button>
      {isOpen ? <SecretDialog name={name} onClose={() => setOpen(false)} /> : null}
    </Panel>
  );
}

function SecretDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const { t } = useT();
  const [secret, setSecret] = useState("");
  async function run() {
    await client.PUT("/identity-providers/{name}/secret", {
      params: { path: { name } },
      body: { secret },
    });
    notify(t("secret.done"));
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t("secret.set")}
      action={t("secret.save")}
      run={run}
    >
      <p>{t("secret.replaces")}</p>
      <PasswordField
        label={t("form.secret")}
        required
        autoComplete="new-password"
        value={secret}
        onChange={(event) => setSecret(event.currentTarget.value)}
        data-autofocus
      />
    </ActionDialog>
  );
}
