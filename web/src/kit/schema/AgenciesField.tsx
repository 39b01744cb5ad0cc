// A list of agencies as chips, each by its name; new ones are found by name or code.

import { CloseButton } from "@mantine/core";
import { AgencySelect, useAgencyName } from "../AgencySelect.tsx";
import classes from "../kit.module.css";
import { useKitTexts } from "../texts.ts";
import { type FieldProps, useSchema } from "./context.ts";
import { pointerTo } from "./schema.ts";

export function AgenciesField({ label, help, value, onChange, pointer }: FieldProps) {
  const { errors } = useSchema();
  const { t } = useKitTexts();
  const codes: string[] = Array.isArray(value)
    ? value.filter((code) => typeof code === "string")
    : [];
  const itemError = codes
    .map((code, index) => {
      const error = errors[pointerTo(pointer, index)];
      return error ? `${code}: ${error}` : undefined;
    })
    .find(Boolean);
  return (
    <div className={classes.wide}>
      <AgencySelect
        label={label}
        {...(help ? { description: help } : {})}
        placeholder={t("agency.add")}
        value={null}
        error={errors[pointer] ?? itemError}
        onChange={(code) => {
          if (code && !codes.includes(code)) onChange([...codes, code]);
        }}
      />
      <ul className={classes.chips} aria-label={label}>
        {codes.map((code) => (
          <Chip
            key={code}
            code={code}
            onRemove={() => onChange(codes.filter((other) => other !== code))}
          />
        ))}
      </ul>
    </div>
  );
}

function Chip({ code, onRemove }: { code: string; onRemove: () => void }) {
  const { t } = useKitTexts();
  const name = useAgencyName(code);
  return (
    <li>
      <span title={code}>{name}</span>
      <CloseButton size="sm" aria-label={t("agency.remove", { name })} onClick={onRemove} />
    </li>
  );
}
