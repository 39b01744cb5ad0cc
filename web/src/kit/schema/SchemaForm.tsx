// A form drawn from the JSON Schema of a resource kind.
//
// Owns: one field per shape, with label, help and the server's error at its pointer.
// Not here: reading schemas (`schema.ts`), sending (the page).
// Invariant: every value that can be edited as text can be edited here.

import { useMemo } from "react";
import { useLanguage } from "../../i18n/texts.ts";
import classes from "../kit.module.css";
import { SchemaContext } from "./context.ts";
import { Properties } from "./Group.tsx";
import { isNode, type Node, resolve, shapeOf } from "./schema.ts";
import { JsonField } from "./simple.tsx";

interface SchemaFormProps {
  schema: unknown;
  value: unknown;
  onChange: (value: Node) => void;
  /** Messages by pointer ("/receivers/0"). */
  errors: Record<string, string>;
  label: string;
}

export function SchemaForm({ schema, value, onChange, errors, label }: SchemaFormProps) {
  const language = useLanguage();
  const root: Node = useMemo(() => (isNode(schema) ? schema : {}), [schema]);
  const context = useMemo(() => ({ root, language, errors }), [root, language, errors]);
  const top = resolve(root, root);
  const shape = shapeOf(top, root, language);
  return (
    <SchemaContext value={context}>
      {shape.type === "group" ? (
        <div className={classes.formGrid}>
          <Properties
            properties={shape.properties}
            value={isNode(value) ? value : {}}
            onChange={onChange}
            pointer=""
          />
        </div>
      ) : (
        <JsonField
          label={label}
          value={value}
          onChange={(next) => isNode(next) && onChange(next)}
          pointer=""
          isRequired
        />
      )}
    </SchemaContext>
  );
}
