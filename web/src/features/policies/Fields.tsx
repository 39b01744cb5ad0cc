// The fields of a policy: what it is for, the rule, whether it is in force.

import { Button, Group, Switch, Textarea, TextInput } from "@mantine/core";
import kit from "../../kit/kit.module.css";
import { EXAMPLES, type Example, type Policy } from "./spec.ts";
import { useT } from "./texts.ts";

const NAMES: readonly Example[] = ["hours", "token", "own", "classified"];

interface FieldsProps {
  value: Policy;
  onChange: (value: Policy) => void;
  error?: string | undefined;
  isReadOnly?: boolean;
}

export function Fields({ value, onChange, error, isReadOnly = false }: FieldsProps) {
  const { t } = useT();
  const change = (patch: Partial<Policy>) => onChange({ ...value, ...patch });
  return (
    <div className={kit.stack}>
      <TextInput
        label={t("field.description")}
        description={t("field.descriptionHelp")}
        value={value.description}
        readOnly={isReadOnly}
        onChange={(event) => change({ description: event.currentTarget.value })}
      />
      <Textarea
        label={t("field.cedar")}
        description={t("field.cedarHelp")}
        required
        autosize
        minRows={8}
        maxRows={28}
        spellCheck={false}
        value={value.cedar}
        readOnly={isReadOnly}
        error={error}
        classNames={{ input: kit.code ?? "" }}
        onChange={(event) => change({ cedar: event.currentTarget.value })}
      />
      {value.cedar.trim() === "" && !isReadOnly ? (
        <Group gap="xs" role="group" aria-label={t("example.label")}>
          <span className={kit.soft}>{t("example.label")}</span>
          {NAMES.map((name) => (
            <Button
              key={name}
              size="compact-sm"
              variant="default"
              onClick={() => change({ cedar: EXAMPLES[name] })}
            >
              {t(`example.${name}`)}
            </Button>
          ))}
        </Group>
      ) : null}
      <Switch
        label={t("field.enabled")}
        description={t("field.enabledHelp")}
        checked={value.enabled}
        disabled={isReadOnly}
        onChange={(event) => change({ enabled: event.currentTarget.checked })}
      />
    </div>
  );
}
