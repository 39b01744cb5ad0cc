// What the document says and carries: fields, attachments, tolerated defects, related documents.

import { Alert } from "@mantine/core";
import { IconAlertTriangle, IconFile, IconFileBroken } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Attachment, Defect, DocumentDetail, RelatedDocument } from "../../api/types.ts";
import { formatBytes } from "../../i18n/format.ts";
import { useLanguage, useText } from "../../i18n/texts.ts";
import { AppLink, address } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { CodeText, type Fact, Facts } from "../../kit/text.tsx";
import classes from "./documents.module.css";
import { useT } from "./texts.ts";

interface Words {
  word: (group: string, code: string) => string | undefined;
  yes: string;
}

function shown(value: unknown, { yes }: Words): ReactNode {
  if (value === true) return yes;
  if (typeof value === "object") return <code className={kit.code}>{JSON.stringify(value)}</code>;
  return String(value);
}

/** Members of the message's other information; urgency has its own badge. */
function otherFacts(info: Record<string, unknown>, words: Words): Fact[] {
  return (
    Object.entries(info)
      .filter(([name]) => name !== "priority")
      // `false` is written when the sender did not say.
      .filter(([, value]) => value !== null && value !== "" && value !== false)
      .filter(([, value]) => !(Array.isArray(value) && value.length === 0))
      .map(([name, value]) => ({
        label: words.word("other", name) ?? name,
        value: shown(value, words),
      }))
  );
}

export function Content({ document }: { document: DocumentDetail }) {
  const { t, word } = useT();
  const facts = otherFacts(document.other_info, { word, yes: t("yes") });
  return (
    <div className={kit.stack}>
      {document.content ? (
        <p className={classes.content}>{document.content}</p>
      ) : (
        <p className={kit.soft}>{t("content.none")}</p>
      )}
      {facts.length > 0 ? (
        <section aria-label={t("content.other")}>
          <h2 className={classes.subhead}>{t("content.other")}</h2>
          <Facts facts={facts} />
        </section>
      ) : null}
    </div>
  );
}

export function Attachments({ document }: { document: DocumentDetail }) {
  const { t } = useT();
  return (
    <Panel title={t("attachments.title", { count: document.attachments.length })}>
      {document.attachments.length === 0 ? (
        <p className={classes.calm}>{t("attachments.none")}</p>
      ) : null}
      <ul className={classes.files}>
        {document.attachments.map((attachment) => (
          <FileItem key={attachment.index} id={document.id} attachment={attachment} />
        ))}
      </ul>
    </Panel>
  );
}

/** "PDF" rather than "application/pdf"; the type itself when the name has no ending. */
function kindOf(attachment: Attachment): string {
  const ending = /\.([a-z0-9]{1,5})$/i.exec(attachment.name)?.[1];
  return ending ? ending.toUpperCase() : attachment.media_type;
}

function FileItem({ id, attachment }: { id: string; attachment: Attachment }) {
  const { t } = useT();
  const language = useLanguage();
  const Icon = attachment.broken ? IconFileBroken : IconFile;
  return (
    <li>
      <Icon size={20} stroke={1.5} aria-hidden />
      <div>
        <a
          href={`/api/v1/documents/${encodeURIComponent(id)}/attachments/${attachment.index}`}
          download={attachment.name}
        >
          {attachment.name}
        </a>
        <div className={kit.soft}>
          {kindOf(attachment)} · {formatBytes(attachment.size_bytes, language)}
          {attachment.broken ? (
            <strong className={kit.errorText}> · {t("attachments.broken")}</strong>
          ) : null}
        </div>
        <CodeText copy short>
          {attachment.sha256}
        </CodeText>
      </div>
    </li>
  );
}

export function Defects({ defects }: { defects: readonly Defect[] }) {
  const { t } = useT();
  const text = useText();
  if (defects.length === 0) return null;
  return (
    <Alert
      color="yellow"
      variant="default"
      icon={<IconAlertTriangle aria-hidden />}
      title={t("defects.title", { count: defects.length })}
    >
      <p className={classes.calm}>{t("defects.text")}</p>
      <ul className={classes.defects}>
        {defects.map((defect) => (
          <li key={`${defect.code} ${defect.path ?? ""} ${defect.offset ?? ""}`}>
            {text(defect.labels)} <CodeText>{defect.code}</CodeText>
            {defect.path ? <code className={kit.code}> {defect.path}</code> : null}
          </li>
        ))}
      </ul>
    </Alert>
  );
}

export function Related({ related }: { related: readonly RelatedDocument[] }) {
  const { t, word } = useT();
  if (related.length === 0) return null;
  return (
    <Panel title={t("related.title")}>
      <ul className={classes.files}>
        {related.map((other) => (
          <li key={`${other.relation} ${other.id}`}>
            <div>
              <div className={kit.soft}>{word("relation", other.relation) ?? other.relation}</div>
              <AppLink href={address.document(other.id)}>{other.subject}</AppLink>
              <div>
                <CodeText>{other.document_id}</CodeText>
              </div>
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
