// A secret that is shown once, with a copy button and a clear warning.

import { Button, Group, Modal, NativeSelect, Stack } from "@mantine/core";
import { useState } from "react";
import classes from "./kit.module.css";
import { CodeText, CopyTextButton } from "./text.tsx";
import { useKitTexts } from "./texts.ts";

/** A text for the settings of some software, made with the secret. */
export interface ReadyText {
  name: string;
  text: string;
}

interface OnceDialogProps {
  title: string;
  secret: string | null;
  onClose: () => void;
  /** Ready settings with the secret in them, so that it need not be put in by hand. */
  ready?: (secret: string) => readonly ReadyText[];
}

export function OnceDialog({ title, secret, onClose, ready }: OnceDialogProps) {
  const { t } = useKitTexts();
  const texts = secret !== null && ready ? ready(secret) : [];
  return (
    <Modal
      opened={secret !== null}
      onClose={onClose}
      title={title}
      centered
      closeOnClickOutside={false}
      closeOnEscape={false}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <Stack gap="sm">
        <div className={classes.once}>
          <strong>{t("once.title")}</strong>
          <div>{t("once.text")}</div>
        </div>
        <CodeText copy>{secret ?? ""}</CodeText>
        {texts.length > 0 ? <Ready texts={texts} /> : null}
        <Group justify="flex-end">
          <Button onClick={onClose}>{t("close")}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Ready({ texts }: { texts: readonly ReadyText[] }) {
  const { t } = useKitTexts();
  const [name, setName] = useState(texts[0]?.name ?? "");
  const chosen = texts.find((known) => known.name === name) ?? texts[0];
  if (!chosen) return null;
  return (
    <div className={classes.once}>
      <Group gap="xs" align="flex-end">
        <NativeSelect
          label={t("once.ready")}
          data={texts.map((known) => known.name)}
          value={chosen.name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <CopyTextButton value={chosen.text}>{t("once.copyReady")}</CopyTextButton>
      </Group>
    </div>
  );
}
