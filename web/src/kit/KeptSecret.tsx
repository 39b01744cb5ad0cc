// A secret of others that is kept for us: it goes in and never comes out again.
//
// Invariant: what is typed is held only while the dialog is open.

import { Button } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useState } from "react";
import { refreshAll } from "../api/client.ts";
import { ActionDialog } from "./ActionDialog.tsx";
import classes from "./kit.module.css";
import { Panel } from "./Page.tsx";
import { PasswordField } from "./PasswordField.tsx";
import { notify } from "./toast.tsx";

interface KeptSecretProps {
  words: {
    title: string;
    text: string;
    /** The button, and the head of its dialog. */
    set: string;
    /** What setting it does to the one before. */
    replaces: string;
    label: string;
    save: string;
    done: string;
  };
  save: (secret: string) => Promise<unknown>;
}

export function KeptSecret({ words, save }: KeptSecretProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Panel title={words.title}>
      <p className={classes.soft} style={{ margin: "0 0 12px" }}>
        {words.text}
      </p>
      <Button
        variant="default"
        leftSection={<IconKey size={16} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {words.set}
      </Button>
      {isOpen ? <SecretDialog words={words} save={save} onClose={() => setOpen(false)} /> : null}
    </Panel>
  );
}

function SecretDialog({ words, save, onClose }: KeptSecretProps & { onClose: () => void }) {
  const [secret, setSecret] = useState("");
  async function run() {
    await save(secret);
    notify(words.done);
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={words.set}
      action={words.save}
      isComplete={secret !== ""}
      run={run}
    >
      <p>{words.replaces}</p>
      <PasswordField
        label={words.label}
        required
        autoComplete="new-password"
        value={secret}
        onChange={(event) => setSecret(event.currentTarget.value)}
        data-autofocus
      />
    </ActionDialog>
  );
}
