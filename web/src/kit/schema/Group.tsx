// Fields that hold others: groups, lists, maps, variants.

import { ActionIcon, Button, Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import classes from "../kit.module.css";
import { useKitTexts } from "../texts.ts";
import { type FieldProps, useSchema } from "./context.ts";
import { AgenciesField, ApplicationsField, GroupsField } from "./ListFields.tsx";
import {
  helpOf,
  isNode,
  labelOf,
  type Node,
  type Option,
  type Property,
  pointerTo,
  resolve,
  shapeOf,
  startOf,
  startOfProperties,
  type Variant,
  withoutNull,
} from "./schema.ts";
import { BooleanField, ChoiceField, JsonField, NumberField, TextField } from "./simple.tsx";

interface GroupProps {
  properties: readonly Property[];
  value: Node;
  onChange: (value: Node) => void;
  pointer: string;
}

/** The members of an object; advanced ones behind a fold. */
export function Properties({ properties, value, onChange, pointer }: GroupProps) {
  const { root, language, errors } = useSchema();
  const { t } = useKitTexts();
  const draw = (property: Property) => {
    const whole = resolve(property.node, root);
    const at = pointerTo(pointer, property.name);
    const change = (next: unknown) => {
      const { [property.name]: _, ...rest } = value;
      onChange(next === undefined ? rest : { ...value, [property.name]: next });
    };
    return (
      <Field
        key={property.name}
        node={whole}
        label={labelOf(whole, property.name, language)}
        help={helpOf(whole, language)}
        value={value[property.name]}
        onChange={change}
        pointer={at}
        isRequired={property.isRequired}
      />
    );
  };
  const isAdvanced = (property: Property) => resolve(property.node, root)["x-advanced"] === true;
  const advanced = properties.filter(isAdvanced);
  const hasError = advanced.some((property) =>
    Object.keys(errors).some((key) => key.startsWith(pointerTo(pointer, property.name))),
  );
  return (
    <>
      {properties.filter((property) => !isAdvanced(property)).map(draw)}
      {advanced.length > 0 ? (
        <details className={classes.wide} open={hasError || undefined}>
          <summary>{t("form.more")}</summary>
          <div className={classes.formGrid}>{advanced.map(draw)}</div>
        </details>
      ) : null}
    </>
  );
}

/** One field, whatever its schema is. */
export function Field({ node, ...props }: FieldProps & { node: Node }) {
  const { root, language } = useSchema();
  const { node: inner, isNullable } = withoutNull(node, root);
  const shape = shapeOf(inner, root, language);
  const common = { ...props, isRequired: props.isRequired && !isNullable };
  switch (shape.type) {
    case "text":
      return <TextField {...common} widget={shape.widget} />;
    case "number":
      return <NumberField {...common} {...shape} />;
    case "boolean":
      return <BooleanField {...common} />;
    case "choice":
      return <ChoiceField {...common} options={shape.options} />;
    case "json":
      return <JsonField {...common} />;
    case "list":
      if (shape.item["x-widget"] === "ref:agency") return <AgenciesField {...common} />;
      if (shape.item["x-widget"] === "ref:group") return <GroupsField {...common} />;
      if (shape.item["x-widget"] === "ref:application") return <ApplicationsField {...common} />;
      return shape.options ? (
        <ChoicesField {...common} options={shape.options} />
      ) : (
        <ListField {...common} item={shape.item} />
      );
    case "map":
      return <MapField {...common} item={shape.item} />;
    case "group":
      return (
        <Optional {...common} start={() => startOfProperties(shape.properties, root)}>
          {(value) => (
            <Properties
              properties={shape.properties}
              value={value}
              onChange={props.onChange}
              pointer={props.pointer}
            />
          )}
        </Optional>
      );
    case "variants":
      return <VariantField {...common} variants={shape.variants} />;
  }
}

interface OptionalProps extends FieldProps {
  start: () => Node;
  children: (value: Node) => React.ReactNode;
}

/** A nested object; an optional one can be left out. */
function Optional({
  label,
  help,
  value,
  onChange,
  isRequired,
  start,
  children,
  pointer,
}: OptionalProps) {
  const { errors } = useSchema();
  const { t } = useKitTexts();
  return (
    <fieldset className={`${classes.fieldset} ${classes.wide}`}>
      <legend>{label}</legend>
      {help ? <div className={classes.soft}>{help}</div> : null}
      {errors[pointer] ? <div className={classes.errorText}>{errors[pointer]}</div> : null}
      {isRequired ? null : (
        <Checkbox
          label={t("form.set")}
          aria-label={`${t("form.set")}: ${label}`}
          checked={isNode(value)}
          onChange={(event) => onChange(event.currentTarget.checked ? start() : undefined)}
        />
      )}
      {isNode(value) || isRequired ? (
        <div className={classes.formGrid}>{children(isNode(value) ? value : {})}</div>
      ) : null}
    </fieldset>
  );
}

function ChoicesField({
  label,
  help,
  value,
  onChange,
  pointer,
  options,
}: FieldProps & { options: readonly Option[] }) {
  const { errors } = useSchema();
  const chosen: unknown[] = Array.isArray(value) ? value : [];
  return (
    <Checkbox.Group label={label} {...(help ? { description: help } : {})} error={errors[pointer]}>
      {options.map((option) => (
        <Checkbox
          key={option.value}
          label={option.label}
          checked={chosen.includes(option.value)}
          onChange={(event) =>
            onChange(
              event.currentTarget.checked
                ? [...chosen, option.value]
                : chosen.filter((other) => other !== option.value),
            )
          }
        />
      ))}
    </Checkbox.Group>
  );
}

function ListField({ label, help, value, onChange, pointer, item }: FieldProps & { item: Node }) {
  const { root, language, errors } = useSchema();
  const { t } = useKitTexts();
  const items: unknown[] = Array.isArray(value) ? value : [];
  const itemLabel = labelOf(item, label, language);
  return (
    <fieldset className={`${classes.fieldset} ${classes.wide}`}>
      <legend>{label}</legend>
      {help ? <div className={classes.soft}>{help}</div> : null}
      {errors[pointer] ? <div className={classes.errorText}>{errors[pointer]}</div> : null}
      {items.map((entry, index) => (
        // Items have no identity of their own; their place is it.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <div key={index} className={classes.listItem}>
          <Field
            node={item}
            label={`${itemLabel} ${index + 1}`}
            value={entry}
            onChange={(next) =>
              onChange(items.map((other, place) => (place === index ? (next ?? null) : other)))
            }
            pointer={pointerTo(pointer, index)}
            isRequired
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            mt={24}
            aria-label={t("form.remove", { number: index + 1 })}
            onClick={() => onChange(items.filter((_, place) => place !== index))}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </div>
      ))}
      <div>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => onChange([...items, startOf(item, root)])}
        >
          {t("form.add")}
        </Button>
      </div>
    </fieldset>
  );
}

function MapField({ label, help, value, onChange, pointer, item }: FieldProps & { item: Node }) {
  const { root } = useSchema();
  const { t } = useKitTexts();
  const [name, setName] = useState("");
  const map = isNode(value) ? value : {};
  function add() {
    const key = name.trim();
    if (key === "" || key in map) return;
    onChange({ ...map, [key]: startOf(item, root) });
    setName("");
  }
  return (
    <fieldset className={`${classes.fieldset} ${classes.wide}`}>
      <legend>{label}</legend>
      {help ? <div className={classes.soft}>{help}</div> : null}
      {Object.entries(map).map(([key, entry], index) => (
        <div key={key} className={classes.listItem}>
          <Field
            node={item}
            label={key}
            value={entry}
            onChange={(next) => onChange({ ...map, [key]: next ?? null })}
            pointer={pointerTo(pointer, key)}
            isRequired
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            mt={24}
            aria-label={t("form.remove", { number: index + 1 })}
            onClick={() =>
              onChange(Object.fromEntries(Object.entries(map).filter(([other]) => other !== key)))
            }
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </div>
      ))}
      <div className={classes.listItem}>
        <TextInput
          label={t("form.name")}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button
          variant="default"
          mt={24}
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={add}
        >
          {t("form.add")}
        </Button>
      </div>
    </fieldset>
  );
}

function VariantField({
  label,
  help,
  value,
  onChange,
  pointer,
  variants,
}: FieldProps & { variants: readonly Variant[] }) {
  const { root, errors } = useSchema();
  const current = isNode(value) ? value : {};
  const found = variants.findIndex((variant) =>
    Object.entries(variant.fixed).every(([name, fixed]) => current[name] === fixed),
  );
  const chosen = variants[found];
  return (
    <fieldset className={`${classes.fieldset} ${classes.wide}`}>
      <legend>{label}</legend>
      <NativeSelect
        aria-label={label}
        {...(help ? { description: help } : {})}
        error={errors[pointer]}
        data={[
          ...(chosen ? [] : [{ value: "", label: "—" }]),
          ...variants.map((variant, index) => ({ value: String(index), label: variant.label })),
        ]}
        value={chosen ? String(found) : ""}
        onChange={(event) => {
          const next = variants[Number(event.currentTarget.value)];
          if (next) onChange({ ...next.fixed, ...startOfProperties(next.properties, root) });
        }}
      />
      {chosen ? (
        <div className={classes.formGrid}>
          <Properties
            properties={chosen.properties}
            value={current}
            onChange={onChange}
            pointer={pointer}
          />
        </div>
      ) : null}
    </fieldset>
  );
}
