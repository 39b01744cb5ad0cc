// The password of the reading account: it goes in and never comes out again.

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

export function PasswordPanel({ name }: { name: string }) {
  const { t } = useT();
  const [isOpen, setOpen] = useState(false);
  return (
    <Panel title={t("password.title")}>
      <p className={kit.soft} style={{ margin: "0 0 12px" }}>
        {t("password.text")}
      </p>
      <Button
        variant="default"
        leftSection={<IconKey size={16} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {t("password.set")}
      </Button>
      {isOpen ? <PasswordDialog name={name} onClose={() => setOpen(false)} /> : null}
    </Panel>
  );
}

function PasswordDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const { t } = useT();
  const [password, setPassword] = useState("");
  async function run() {
    await client.PUT("/directory-connections/{name}/password", {
      params: { path: { name } },
      body: { password },
    });
    notify(t("password.done"));
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t("password.set")}
      action={t("password.save")}
      isComplete={password !== ""}
      run={run}
    >
      <p>{t("password.replaces")}</p>
      <PasswordField
        label={t("form.password")}
        required
        autoComplete="new-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        data-autofocus
      />
    </ActionDialog>
  );
}
