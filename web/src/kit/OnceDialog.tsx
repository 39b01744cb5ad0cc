// A secret that is shown once, with a copy button and a clear warning.

import { Button, Group, Modal, Stack } from "@mantine/core";
import classes from "./kit.module.css";
import { CodeText } from "./text.tsx";
import { useKitTexts } from "./texts.ts";

export function OnceDialog({
  title,
  secret,
  onClose,
}: {
  title: string;
  secret: string | null;
  onClose: () => void;
}) {
  const { t } = useKitTexts();
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
        <Group justify="flex-end">
          <Button onClick={onClose}>{t("close")}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
