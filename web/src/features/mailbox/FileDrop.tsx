// Attachments: dropped or chosen, listed with their sizes.

import { Button, CloseButton } from "@mantine/core";
import { IconFile, IconPaperclip } from "@tabler/icons-react";
import { type DragEvent, useRef, useState } from "react";
import { formatBytes } from "../../i18n/format.ts";
import { useLanguage } from "../../i18n/texts.ts";
import kit from "../../kit/kit.module.css";
import classes from "./mailbox.module.css";
import { useT } from "./texts.ts";

interface FileDropProps {
  files: readonly File[];
  onChange: (files: readonly File[]) => void;
  error?: string | undefined;
}

function isSame(a: File, b: File): boolean {
  return a.name === b.name && a.size === b.size && a.lastModified === b.lastModified;
}

export function FileDrop({ files, onChange, error }: FileDropProps) {
  const { t } = useT();
  const language = useLanguage();
  const [isOver, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const add = (list: FileList | null) => {
    const fresh = [...(list ?? [])].filter((file) => !files.some((known) => isSame(known, file)));
    if (fresh.length > 0) onChange([...files, ...fresh]);
  };
  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    add(event.dataTransfer.files);
  }
  return (
    <div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button inside does the same by keyboard */}
      <div
        className={classes.drop}
        data-over={isOver || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <span>{t("files.drop")}</span>
        <Button
          variant="default"
          leftSection={<IconPaperclip size={17} aria-hidden />}
          onClick={() => input.current?.click()}
        >
          {t("files.choose")}
        </Button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label={t("files.choose")}
          onChange={(event) => {
            add(event.currentTarget.files);
            event.currentTarget.value = "";
          }}
        />
        {files.length > 0 ? (
          <span>
            {t("files.total", { count: files.length, size: formatBytes(total, language) })}
          </span>
        ) : null}
      </div>
      {error ? <div className={kit.errorText}>{error}</div> : null}
      <ul className={classes.files}>
        {files.map((file) => (
          <li key={`${file.name} ${file.size} ${file.lastModified}`}>
            <IconFile size={18} stroke={1.5} aria-hidden />
            <span>{file.name}</span>
            <span className={kit.soft}>{formatBytes(file.size, language)}</span>
            <CloseButton
              size="sm"
              aria-label={t("files.remove", { name: file.name })}
              onClick={() => onChange(files.filter((other) => other !== file))}
            />
          </li>
        ))}
      </ul>
    </div>
  );
}
