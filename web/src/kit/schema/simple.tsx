// Fields that hold one value: text, number, yes/no, choice, JSON.

import { NativeSelect, NumberInput, Switch, Textarea, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { AgencySelect } from "../AgencySelect.tsx";
import { DayInput } from "../filters.tsx";
import classes from "../kit.module.css";
import { PasswordField } from "../PasswordField.tsx";
import { PersonSelect } from "../PersonSelect.tsx";
import { useKitTexts } from "../texts.ts";
import { type FieldProps, useSchema } from "./context.ts";
import { ImageField } from "./ImageField.tsx";
import type { Option } from "./schema.ts";

/** Widgets of one agency, and of texts that are longer than a line. */
const AGENCY = ["ref:agency", "refs:agency", "agency"];
const LONG = ["text", "textarea"];

/** A colour as browsers' own choosers write it. */
const COLOUR = /^#[0-9a-f]{6}$/i;
const COLOUR_EXAMPLE = "#2b66b1";

function useCommon({ label, help, pointer, isRequired }: FieldProps) {
  const { errors } = useSchema();
  return {
    label,
    error: errors[pointer],
    ...(help ? { description: help } : {}),
    ...(isRequired ? { required: true } : {}),
  };
}

/** An optional text that is emptied is not sent at all. */
function emptied(text: string, isRequired: boolean): string | undefined {
  return text === "" && !isRequired ? undefined : text;
}

export function TextField({ widget, ...props }: FieldProps & { widget: string }) {
  const common = useCommon(props);
  const { t } = useKitTexts();
  const text = typeof props.value === "string" ? props.value : "";
  const change = (next: string) => props.onChange(emptied(next.normalize("NFC"), props.isRequired));
  if (widget === "secret") {
    return (
      <PasswordField
        {...common}
        value={text}
        autoComplete="new-password"
        onChange={(event) => change(event.currentTarget.value)}
      />
    );
  }
  if (widget === "date") {
    return <DayInput {...common} label={props.label} value={text} onChange={change} />;
  }
  if (AGENCY.includes(widget)) {
    return (
      <AgencySelect
        {...common}
        label={props.label}
        value={text || null}
        onChange={(code) => change(code ?? "")}
      />
    );
  }
  if (widget === "ref:account") {
    return (
      <PersonSelect
        {...common}
        label={props.label}
        value={text || null}
        onChange={(username) => change(username ?? "")}
      />
    );
  }
  if (widget === "image") return <ImageField {...props} />;
  if (widget === "color") {
    return (
      <TextInput
        {...common}
        placeholder={COLOUR_EXAMPLE}
        spellCheck={false}
        value={text}
        onChange={(event) => change(event.currentTarget.value)}
        leftSection={
          <input
            type="color"
            className={classes.colour}
            aria-label={t("form.colour", { label: props.label })}
            value={COLOUR.test(text) ? text : "#ffffff"}
            onChange={(event) => change(event.currentTarget.value)}
          />
        }
      />
    );
  }
  if (widget.startsWith("code:") || LONG.includes(widget)) {
    return (
      <Textarea
        {...common}
        className={classes.wide ?? ""}
        autosize
        minRows={3}
        maxRows={20}
        spellCheck={false}
        value={text}
        onChange={(event) => change(event.currentTarget.value)}
      />
    );
  }
  return (
    <TextInput {...common} value={text} onChange={(event) => change(event.currentTarget.value)} />
  );
}

export function NumberField({
  isInteger,
  minimum,
  maximum,
  ...props
}: FieldProps & { isInteger: boolean; minimum?: number; maximum?: number }) {
  const common = useCommon(props);
  return (
    <NumberInput
      {...common}
      value={typeof props.value === "number" ? props.value : ""}
      allowDecimal={!isInteger}
      hideControls
      {...(minimum === undefined ? {} : { min: minimum })}
      {...(maximum === undefined ? {} : { max: maximum })}
      clampBehavior="none"
      onChange={(next) => props.onChange(typeof next === "number" ? next : undefined)}
    />
  );
}

export function BooleanField(props: FieldProps) {
  const { errors } = useSchema();
  return (
    <Switch
      label={props.label}
      {...(props.help ? { description: props.help } : {})}
      error={errors[props.pointer]}
      checked={props.value === true}
      onChange={(event) => props.onChange(event.currentTarget.checked)}
    />
  );
}

export function ChoiceField({ options, ...props }: FieldProps & { options: readonly Option[] }) {
  const common = useCommon(props);
  const { t } = useKitTexts();
  const current = options.findIndex((option) => option.value === props.value);
  const data = options.map((option, index) => ({ value: String(index), label: option.label }));
  const isUnset = current === -1;
  return (
    <NativeSelect
      {...common}
      data={props.isRequired && !isUnset ? data : [{ value: "", label: t("form.unset") }, ...data]}
      value={isUnset ? "" : String(current)}
      onChange={(event) => {
        const index = event.currentTarget.value;
        props.onChange(index === "" ? undefined : options[Number(index)]?.value);
      }}
    />
  );
}

/** Anything the other fields cannot draw. */
export function JsonField(props: FieldProps) {
  const { t } = useKitTexts();
  const common = useCommon(props);
  const [text, setText] = useState(() => JSON.stringify(props.value ?? null, null, 2));
  const [wrong, setWrong] = useState<string | null>(null);
  useEffect(() => {
    setText(JSON.stringify(props.value ?? null, null, 2));
  }, [props.value]);
  function leave() {
    try {
      props.onChange(JSON.parse(text));
      setWrong(null);
    } catch (error) {
      setWrong(t("form.jsonWrong", { reason: error instanceof Error ? error.message : "" }));
    }
  }
  return (
    <Textarea
      {...common}
      description={props.help ?? t("form.json")}
      className={classes.wide ?? ""}
      autosize
      minRows={3}
      maxRows={24}
      spellCheck={false}
      value={text}
      error={wrong ?? common.error}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={leave}
    />
  );
}
