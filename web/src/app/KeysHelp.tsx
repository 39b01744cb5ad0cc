// The keys of the console, opened with "?".

import { Kbd, Modal } from "@mantine/core";
import { useKitTexts } from "../kit/texts.ts";
import classes from "./shell.module.css";
import { useAppTexts } from "./texts.ts";

const KEYS = [
  { keys: ["Ctrl", "K"], text: "help.palette" },
  { keys: ["?"], text: "help.help" },
  { keys: ["c"], text: "help.compose" },
  { keys: ["j"], text: "help.next" },
  { keys: ["k"], text: "help.previous" },
  { keys: ["Enter"], text: "help.open" },
  { keys: ["Esc"], text: "help.escape" },
] as const;

export default function KeysHelp({ onClose }: { onClose: () => void }) {
  const { t } = useAppTexts();
  const kit = useKitTexts();
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("help.title")}
      centered
      closeButtonProps={{ "aria-label": kit.t("close") }}
    >
      <dl className={classes.keysList}>
        {KEYS.map((entry) => (
          <div key={entry.text}>
            <dt>
              {entry.keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{t(entry.text)}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
