// A message body or a specification, readable or as received, with copy and download.

import { Button, Group, SegmentedControl, Switch } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import classes from "./kit.module.css";
import { type Piece, PRETTY_CHARACTERS_MAX, piecesOf, prettyJson, prettyXml } from "./pretty.ts";
import { CopyButton } from "./text.tsx";
import { useKitTexts } from "./texts.ts";

const PIECE_CLASS: Record<Piece["kind"], string | undefined> = {
  plain: undefined,
  tag: classes.tokTag,
  name: classes.tokName,
  text: classes.tokText,
};

interface BodyViewProps {
  body: string;
  language: "xml" | "json";
  label: string;
  downloadHref?: string;
}

export function BodyView({ body, language, label, downloadHref }: BodyViewProps) {
  const { t } = useKitTexts();
  const isLarge = body.length > PRETTY_CHARACTERS_MAX;
  const [view, setView] = useState("pretty");
  const [isWrapped, setWrapped] = useState(true);
  const isPretty = view === "pretty" && !isLarge;
  const shown = useMemo(() => {
    if (!isPretty) return body;
    return language === "xml" ? prettyXml(body) : prettyJson(body);
  }, [body, language, isPretty]);
  const pieces = useMemo(
    () => (isLarge ? [] : piecesOf(shown, language)),
    [shown, language, isLarge],
  );
  return (
    <div>
      <Group justify="space-between" mb={8} gap="xs">
        <Group gap="md">
          {isLarge ? (
            <span className={classes.soft}>{t("body.large")}</span>
          ) : (
            <SegmentedControl
              size="xs"
              aria-label={t("body.view")}
              value={view}
              onChange={setView}
              data={[
                { value: "pretty", label: t("body.pretty") },
                { value: "raw", label: t("body.raw") },
              ]}
            />
          )}
          <Switch
            size="xs"
            label={t("body.wrap")}
            checked={isWrapped}
            onChange={(event) => setWrapped(event.currentTarget.checked)}
          />
        </Group>
        <Group gap={4}>
          <CopyButton value={shown} />
          {downloadHref ? (
            <Button
              component="a"
              href={downloadHref}
              download
              size="compact-sm"
              variant="default"
              leftSection={<IconDownload size={15} aria-hidden />}
            >
              {t("download")}
            </Button>
          ) : null}
        </Group>
      </Group>
      <pre
        className={classes.body}
        data-wrap={isWrapped || undefined}
        tabIndex={0}
        role="region"
        aria-label={label}
      >
        {pieces.length === 0
          ? shown
          : pieces.map((piece, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity
              <span key={index} className={PIECE_CLASS[piece.kind]}>
                {piece.text}
              </span>
            ))}
      </pre>
    </div>
  );
}

/** A unified difference, lines coloured and signed. */
export function DiffText({ text, label }: { text: string; label: string }) {
  return (
    <pre className={classes.body} tabIndex={0} role="region" aria-label={label}>
      {text.split("\n").map((line, index) => {
        const sign = line.slice(0, 1);
        const name =
          sign === "+" ? classes.diffAdd : sign === "-" ? classes.diffDel : classes.diffSame;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity
          <span key={index} className={name}>
            {line || " "}
          </span>
        );
      })}
    </pre>
  );
}
