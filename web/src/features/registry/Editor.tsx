// Editing a specification: as a form drawn from its schema, or as text. Both hold the same value.

import { SegmentedControl, Textarea } from "@mantine/core";
import { useState } from "react";
import type { Kind } from "../../api/types.ts";
import { useText } from "../../i18n/texts.ts";
import kit from "../../kit/kit.module.css";
import { SchemaForm } from "../../kit/schema/SchemaForm.tsx";
import { isNode } from "../../kit/schema/schema.ts";
import classes from "./registry.module.css";
import { useT } from "./texts.ts";

interface EditorProps {
  kind: Kind;
  value: unknown;
  onChange: (value: Record<string, unknown>) => void;
  errors: Record<string, string>;
}

export function Editor({ kind, value, onChange, errors }: EditorProps) {
  const { t } = useT();
  const text = useText();
  const [view, setView] = useState("form");
  const [source, setSource] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);

  function show(next: string) {
    // A text that cannot be read stays open, so that nothing typed is lost.
    if (wrong) return;
    if (next === "source") setSource(JSON.stringify(value, null, 2));
    setView(next);
  }
  function type(next: string) {
    setSource(next);
    try {
      const value: unknown = JSON.parse(next);
      if (!isNode(value)) throw new Error(t("editor.object"));
      onChange(value);
      setWrong(null);
    } catch (error) {
      setWrong(t("editor.wrong", { reason: error instanceof Error ? error.message : "" }));
    }
  }
  return (
    <div className={kit.stack}>
      <SegmentedControl
        className={classes.views ?? ""}
        size="xs"
        aria-label={t("editor.view")}
        value={view}
        onChange={show}
        data={[
          { value: "form", label: t("editor.form") },
          { value: "source", label: t("editor.source") },
        ]}
      />
      {view === "form" ? (
        <SchemaForm
          schema={kind.schema}
          value={value}
          onChange={onChange}
          errors={errors}
          label={text(kind.labels)}
        />
      ) : (
        <Textarea
          classNames={{ input: kit.code ?? "" }}
          label={t("editor.json")}
          autosize
          minRows={12}
          maxRows={32}
          spellCheck={false}
          value={source}
          error={wrong}
          onChange={(event) => type(event.currentTarget.value)}
        />
      )}
    </div>
  );
}
