// What the provider's levels of assurance are worth here; never taken as the provider tells them.

import { ActionIcon, Button, Group, NativeSelect, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { refreshAll } from "../../api/client.ts";
import type { Resource } from "../../api/types.ts";
import { useUnsavedGuard } from "../../kit/guard.ts";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { saveFields } from "../../kit/resource.ts";
import { useCan } from "../../kit/session.ts";
import { ProblemNote } from "../../kit/states.tsx";
import { notify } from "../../kit/toast.tsx";
import { LEVELS, type Level, levelOtherwise, levelsOf } from "./kinds.ts";
import { useT } from "./texts.ts";

export function LevelsPanel({ resource }: { resource: Resource }) {
  const { t } = useT();
  const can = useCan();
  const mayChange = can("registry.resource.write");
  const [rows, setRows] = useState<readonly Level[]>(() => levelsOf(resource));
  const [otherwise, setOtherwise] = useState(levelOtherwise(resource));
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isDirty =
    JSON.stringify(rows) !== JSON.stringify(levelsOf(resource)) ||
    otherwise !== levelOtherwise(resource);
  const release = useUnsavedGuard(isDirty);
  const change = (place: number, patch: Partial<Level>) =>
    setRows(rows.map((row, index) => (index === place ? { ...row, ...patch } : row)));
  async function save() {
    setBusy(true);
    setError(null);
    try {
      const levels = rows
        .map(({ acr, level }) => ({ acr: acr.trim(), level }))
        .filter(({ acr }) => acr !== "");
      await saveFields(resource, { levels, level_otherwise: otherwise });
      release();
      notify(t("levels.saved"));
      await refreshAll();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }
  return (
    <Panel title={t("levels.title")}>
      <div className={kit.stack}>
        <p className={kit.soft} style={{ margin: 0 }}>
          {t("levels.text")}
        </p>
        {error ? <ProblemNote error={error} /> : null}
        <div className={kit.scroll} tabIndex={0} role="region" aria-label={t("levels.title")}>
          <table className={kit.table} style={{ minWidth: 0 }}>
            <thead>
              <tr>
                <th scope="col">{t("levels.acr")}</th>
                <th scope="col">{t("levels.level")}</th>
                {mayChange ? <th scope="col">{t("levels.remove")}</th> : null}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                // Rows have no identity of their own; their place is it.
                // biome-ignore lint/suspicious/noArrayIndexKey: see above
                <tr key={index}>
                  <td>
                    <TextInput
                      aria-label={`${t("levels.acr")} ${index + 1}`}
                      miw={90}
                      spellCheck={false}
                      readOnly={!mayChange}
                      value={row.acr}
                      onChange={(event) => change(index, { acr: event.currentTarget.value })}
                    />
                  </td>
                  <td>
                    <LevelSelect
                      label={`${t("levels.level")} ${index + 1}`}
                      value={row.level}
                      isLocked={!mayChange}
                      onChange={(level) => change(index, { level })}
                    />
                  </td>
                  {mayChange ? (
                    <td>
                      <ActionIcon
                        variant="subtle"
                        color="gray"
                        size={36}
                        aria-label={`${t("levels.remove")} ${index + 1}`}
                        onClick={() => setRows(rows.filter((_, place) => place !== index))}
                      >
                        <IconTrash size={16} aria-hidden />
                      </ActionIcon>
                    </td>
                  ) : null}
                </tr>
              ))}
              <tr>
                <td>{t("levels.otherwise")}</td>
                <td>
                  <LevelSelect
                    label={t("levels.otherwise")}
                    value={otherwise}
                    isLocked={!mayChange}
                    onChange={setOtherwise}
                  />
                </td>
                {mayChange ? <td /> : null}
              </tr>
            </tbody>
          </table>
        </div>
        {mayChange ? (
          <Group justify="space-between" gap="xs">
            <Button
              variant="default"
              leftSection={<IconPlus size={16} aria-hidden />}
              onClick={() => setRows([...rows, { acr: "", level: 1 }])}
            >
              {t("levels.add")}
            </Button>
            <Button disabled={!isDirty} loading={isBusy} onClick={save}>
              {t("levels.save")}
            </Button>
          </Group>
        ) : null}
      </div>
    </Panel>
  );
}

interface LevelSelectProps {
  label: string;
  value: number;
  isLocked: boolean;
  onChange: (level: number) => void;
}

function LevelSelect({ label, value, isLocked, onChange }: LevelSelectProps) {
  const { t } = useT();
  return (
    <NativeSelect
      aria-label={label}
      miw={150}
      disabled={isLocked}
      data={LEVELS.map((level) => ({ value: String(level), label: t(`level.${level}`) }))}
      value={String(value)}
      onChange={(event) => onChange(Number(event.currentTarget.value))}
    />
  );
}
