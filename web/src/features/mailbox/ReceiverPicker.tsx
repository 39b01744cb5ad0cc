// Choosing receivers: by typing a name or a code, or in the tree.

import { Button, CloseButton, Input, Modal } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCheck, IconSitemap } from "@tabler/icons-react";
import { client } from "../../api/client.ts";
import type { Party } from "../../api/types.ts";
import { AgencySelect } from "../../kit/AgencySelect.tsx";
import { AgencyTree } from "../../kit/AgencyTree.tsx";
import chips from "../../kit/kit.module.css";
import { useKitTexts } from "../../kit/texts.ts";
import { notifyProblem } from "../../kit/toast.tsx";
import classes from "./mailbox.module.css";
import { useT } from "./texts.ts";

interface ReceiverPickerProps {
  value: readonly Party[];
  onChange: (value: readonly Party[]) => void;
  error?: string | undefined;
}

export function ReceiverPicker({ value, onChange, error }: ReceiverPickerProps) {
  const { t } = useT();
  const kit = useKitTexts();
  const [tree, treeSet] = useDisclosure(false);
  const has = (code: string) => value.some((receiver) => receiver.code === code);
  const remove = (code: string) => onChange(value.filter((receiver) => receiver.code !== code));

  async function add(code: string | null) {
    if (!code || has(code)) return;
    try {
      const { data } = await client.GET("/agencies/{code}", { params: { path: { code } } });
      if (data) onChange([...value, { code: data.code, name: data.name }]);
    } catch (failure) {
      notifyProblem(failure);
    }
  }

  return (
    <div>
      <div className={chips.withButton}>
        <AgencySelect
          label={t("field.to")}
          required
          value={null}
          onChange={add}
          placeholder={t("toHint")}
        />
        <Button
          variant="default"
          leftSection={<IconSitemap size={17} aria-hidden />}
          onClick={treeSet.open}
        >
          {t("fromTree")}
        </Button>
      </div>
      {error ? <Input.Error mt={4}>{error}</Input.Error> : null}
      {value.length > 0 ? (
        <ul className={chips.chips} aria-label={t("chosen", { count: value.length })}>
          {value.map((receiver) => (
            <li key={receiver.code}>
              <span>{receiver.name}</span>
              <CloseButton
                size="sm"
                aria-label={t("remove", { name: receiver.name })}
                onClick={() => remove(receiver.code)}
              />
            </li>
          ))}
        </ul>
      ) : null}
      <Modal
        opened={tree}
        onClose={treeSet.close}
        title={t("fromTree")}
        size={640}
        closeButtonProps={{ "aria-label": kit.t("close") }}
      >
        <div className={chips.treeBox}>
          <AgencyTree
            label={t("fromTree")}
            multiple
            isChosen={(agency) => has(agency.code)}
            onChoose={(agency) =>
              has(agency.code)
                ? remove(agency.code)
                : onChange([...value, { code: agency.code, name: agency.name }])
            }
            mark={(agency) => (
              <span className={chips.tick} data-on={has(agency.code) || undefined} aria-hidden>
                {has(agency.code) ? <IconCheck size={14} stroke={3} /> : null}
              </span>
            )}
          />
        </div>
        <div className={classes.bar} style={{ background: "none" }}>
          <Button onClick={treeSet.close}>{t("treeDone", { count: value.length })}</Button>
        </div>
      </Modal>
    </div>
  );
}
