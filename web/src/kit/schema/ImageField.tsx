// A small picture inside a specification: chosen as a file, kept as base64, shown as it is.

import { Button, FileButton, Group, Input } from "@mantine/core";
import { IconPhoto } from "@tabler/icons-react";
import { useRef } from "react";
import classes from "../kit.module.css";
import { useKitTexts } from "../texts.ts";
import { type FieldProps, useSchema } from "./context.ts";

/** First bytes of the forms that are taken, as base64 shows them. */
const TYPES: readonly (readonly [string, string])[] = [
  ["iVBOR", "image/png"],
  ["UklGR", "image/webp"],
];

/** Where the browser finds the picture of a text; nothing while it is none that we know. */
export function pictureOf(base64: string): string | null {
  const type = TYPES.find(([start]) => base64.startsWith(start))?.[1];
  return type ? `data:${type};base64,${base64}` : null;
}

async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

export function ImageField({ label, help, value, onChange, pointer }: FieldProps) {
  const { t } = useKitTexts();
  const { errors } = useSchema();
  const again = useRef<() => void>(null);
  const text = typeof value === "string" ? value : "";
  const picture = pictureOf(text);
  async function open(file: File | null) {
    // The same file may be chosen again, mended.
    again.current?.();
    if (file) onChange(await base64Of(file));
  }
  return (
    <Input.Wrapper
      label={label}
      labelElement="div"
      {...(help ? { description: help } : {})}
      error={errors[pointer]}
    >
      <Group gap="xs" mt={4}>
        {picture ? <img className={classes.picture} src={picture} alt={label} /> : null}
        <FileButton onChange={open} resetRef={again} accept={TYPES.map(([, type]) => type).join()}>
          {(props) => (
            <Button
              {...props}
              variant="default"
              leftSection={<IconPhoto size={16} aria-hidden />}
              aria-label={`${t("form.chooseImage")}: ${label}`}
            >
              {t("form.chooseImage")}
            </Button>
          )}
        </FileButton>
        {text === "" ? null : (
          <Button
            variant="default"
            onClick={() => onChange(undefined)}
            aria-label={`${t("form.removeImage")}: ${label}`}
          >
            {t("form.removeImage")}
          </Button>
        )}
      </Group>
    </Input.Wrapper>
  );
}
