// Lists of agencies, of groups and of applications inside a form that is drawn from a schema.

import { AgenciesSelect, ApplicationsSelect, GroupsSelect } from "../Several.tsx";
import { type FieldProps, useSchema } from "./context.ts";
import { pointerTo } from "./schema.ts";

/** Texts of a value, the error of the list or of its first wrong entry. */
function useTexts({ value, pointer }: Pick<FieldProps, "value" | "pointer">) {
  const { errors } = useSchema();
  const texts = Array.isArray(value) ? value.filter((text) => typeof text === "string") : [];
  const inside = texts
    .map((text, index) => {
      const error = errors[pointerTo(pointer, index)];
      return error ? `${text}: ${error}` : undefined;
    })
    .find(Boolean);
  return { texts, error: errors[pointer] ?? inside };
}

export function AgenciesField({ label, help, onChange, ...rest }: FieldProps) {
  const { texts, error } = useTexts(rest);
  return (
    <AgenciesSelect
      label={label}
      description={help}
      value={texts}
      error={error}
      onChange={onChange}
    />
  );
}

export function GroupsField({ label, help, onChange, ...rest }: FieldProps) {
  const { texts, error } = useTexts(rest);
  return (
    <GroupsSelect
      label={label}
      description={help}
      value={texts}
      error={error}
      onChange={onChange}
    />
  );
}

export function ApplicationsField({ label, help, onChange, ...rest }: FieldProps) {
  const { texts, error } = useTexts(rest);
  return (
    <ApplicationsSelect
      label={label}
      description={help}
      value={texts}
      error={error}
      onChange={onChange}
    />
  );
}
