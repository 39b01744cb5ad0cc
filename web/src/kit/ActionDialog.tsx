// A question before an action: plain, with a reason, or with the name typed for what cannot be undone.

import { Button, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useCallback, useState } from "react";
import { ProblemNote } from "./states.tsx";
import { useKitTexts } from "./texts.ts";

/** Fields in which one could begin; of radios the one that is chosen. */
const FIELD =
  ":is(input:not([type=hidden], [type=radio]), input[type=radio]:checked, select, textarea):not(:disabled)";

interface ActionDialogProps {
  opened: boolean;
  onClose: () => void;
  title: string;
  children?: ReactNode;
  action: string;
  danger?: boolean;
  /** Label of a reason that must be given. */
  reason?: string;
  reasonOptional?: boolean;
  /** The name that must be typed first. */
  typed?: string;
  /** What the dialog asks besides is there. */
  isComplete?: boolean;
  /** Width in pixels, when a question needs more room. */
  size?: number;
  /** Does it; a throw is shown in the dialog, a return closes it. */
  run: (reason: string) => Promise<unknown>;
}

export function ActionDialog(props: ActionDialogProps) {
  const { t } = useKitTexts();
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const isReady =
    props.isComplete !== false &&
    (!props.reason || props.reasonOptional || reason.trim() !== "") &&
    (!props.typed || typed.trim() === props.typed);

  function close() {
    setReason("");
    setTyped("");
    setError(null);
    props.onClose();
  }
  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await props.run(reason.trim().normalize("NFC"));
      close();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }

  // The first field has the focus; without one, the way out of what hurts, else the act itself.
  const { danger } = props;
  const begin = useCallback(
    (form: HTMLFormElement | null) => {
      const first =
        form?.querySelector(FIELD) ??
        form?.querySelector(danger ? "[data-cancel]" : "button[type=submit]");
      first?.setAttribute("data-autofocus", "");
    },
    [danger],
  );

  return (
    <Modal
      opened={props.opened}
      onClose={close}
      title={props.title}
      closeButtonProps={{ "aria-label": t("close") }}
      centered
      {...(props.size ? { size: props.size } : {})}
    >
      <form ref={begin} onSubmit={submit}>
        <Stack gap="sm">
          {props.children}
          {props.reason ? (
            <Textarea
              label={props.reason}
              required={!props.reasonOptional}
              autosize
              minRows={2}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          ) : null}
          {props.typed ? (
            <TextInput
              label={t("dialog.typeName", { name: props.typed })}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              autoComplete="off"
            />
          ) : null}
          {error ? <ProblemNote error={error} /> : null}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close} data-cancel="">
              {t("dialog.cancel")}
            </Button>
            <Button
              type="submit"
              loading={isBusy}
              disabled={!isReady}
              {...(props.danger ? { color: "red" } : {})}
            >
              {props.action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
