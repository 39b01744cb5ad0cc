// The form of a letter: who, what, when; sent in one request with its attachments.

import { Button, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { IconSend } from "@tabler/icons-react";
import { type FormEvent, useRef, useState } from "react";
import { api, client, newKey, refreshAll } from "../../api/client.ts";
import { asProblem, fieldErrors } from "../../api/problem.ts";
import { isoDay } from "../../i18n/format.ts";
import { useLanguage, useText } from "../../i18n/texts.ts";
import { AgencySelect } from "../../kit/AgencySelect.tsx";
import { address, useGo } from "../../kit/address.tsx";
import { DayInput } from "../../kit/filters.tsx";
import { useUnsavedGuard } from "../../kit/guard.ts";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { useSession } from "../../kit/session.ts";
import { ProblemNote } from "../../kit/states.tsx";
import { notify } from "../../kit/toast.tsx";
import { FileDrop } from "./FileDrop.tsx";
import { emptyLetter, type Letter, letterFrom, type Reference, requestOf } from "./form.ts";
import classes from "./mailbox.module.css";
import { ReceiverPicker } from "./ReceiverPicker.tsx";
import { useT } from "./texts.ts";

const PRIORITIES = ["0", "1", "2", "3", "4"] as const;

type TextField = "subject" | "number" | "notation" | "place" | "signer" | "position" | "reason";
/** Where the server names a field otherwise than the form. */
const POINTERS: Partial<Record<TextField, string>> = {
  signer: "/signer/full_name",
  position: "/signer/position",
};

function send(letter: Letter, reference: Reference | null, files: readonly File[], key: string) {
  const parts = new FormData();
  const document = requestOf(letter, reference);
  parts.append("document", new Blob([JSON.stringify(document)], { type: "application/json" }));
  for (const file of files) parts.append("file", file, file.name.normalize("NFC"));
  return client.POST("/documents", {
    // The parts are written by hand; the type only names them.
    body: { document, file: [] },
    bodySerializer: () => parts,
    headers: { "Idempotency-Key": key },
  });
}

export function LetterForm({ reference }: { reference: Reference | null }) {
  const { t } = useT();
  const language = useLanguage();
  const { me } = useSession();
  const spoken = useText();
  const go = useGo();
  const [letter, setLetter] = useState<Letter>(() => {
    const start = emptyLetter(me.agency?.code ?? null, isoDay(new Date()));
    return reference ? letterFrom(reference, start) : start;
  });
  const types = api.useQuery(
    "get",
    "/code-lists/{name}",
    { params: { path: { name: "document-type" } } },
    { staleTime: Number.POSITIVE_INFINITY, retry: false },
  );
  const [files, setFiles] = useState<readonly File[]>([]);
  const [isDirty, setDirty] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const key = useRef(newKey());
  const release = useUnsavedGuard(isDirty);
  const errors = error ? fieldErrors(asProblem(error), language, "/document") : {};

  const change = (patch: Partial<Letter>) => {
    setLetter((current) => ({ ...current, ...patch }));
    setDirty(true);
    key.current = newKey();
  };
  const text = (name: TextField) => ({
    label: t(`field.${name}`),
    value: letter[name],
    error: errors[POINTERS[name] ?? `/${name}`],
    onChange: (event: { currentTarget: { value: string } }) =>
      change({ [name]: event.currentTarget.value }),
  });

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const { data } = await send(letter, reference, files, key.current);
      release();
      notify(t("sent"));
      await refreshAll();
      go(data?.id ? address.document(data.id) : address.documents());
    } catch (failure) {
      setError(failure);
      window.scrollTo({ top: 0 });
    } finally {
      setBusy(false);
    }
  }

  return (
    <form onSubmit={submit} noValidate className={kit.stack}>
      {error ? <ProblemNote error={error} /> : null}
      <div className={kit.columns}>
        <div className={kit.stack}>
          <Panel title={t("part.letter")}>
            <div className={kit.stack}>
              <AgencySelect
                label={t("field.from")}
                required
                value={letter.from}
                error={errors["/from"]}
                onChange={(from) => change({ from })}
              />
              <ReceiverPicker
                value={letter.to}
                error={errors["/to"] ?? errors["/to/0"]}
                onChange={(to) => change({ to })}
              />
              <TextInput {...text("subject")} required />
              {reference && reference.relation !== "answer" ? (
                <TextInput {...text("reason")} required />
              ) : null}
              <Textarea
                label={t("field.content")}
                autosize
                minRows={5}
                maxRows={16}
                value={letter.content}
                error={errors["/content"]}
                onChange={(event) => change({ content: event.currentTarget.value })}
              />
            </div>
          </Panel>
          <Panel title={t("part.files")}>
            <FileDrop
              files={files}
              error={errors["/file"] ?? errors["/files"]}
              onChange={(next) => {
                setFiles(next);
                setDirty(true);
                key.current = newKey();
              }}
            />
          </Panel>
        </div>
        <Panel title={t("part.paper")}>
          <div className={kit.stack}>
            <TextInput {...text("number")} description={t("help.number")} />
            <TextInput {...text("notation")} description={t("help.notation")} />
            <NativeSelect
              label={t("field.document_type")}
              data={[
                { value: "", label: t("noType") },
                ...(types.data?.items ?? []).map((item) => ({
                  value: item.code,
                  label: spoken(item.name),
                })),
              ]}
              value={letter.document_type}
              error={errors["/document_type"]}
              onChange={(event) => change({ document_type: event.currentTarget.value })}
            />
            <NativeSelect
              label={t("field.priority")}
              data={PRIORITIES.map((value) => ({ value, label: t(`priority.${value}`) }))}
              value={String(letter.priority)}
              onChange={(event) => change({ priority: Number(event.currentTarget.value) })}
            />
            <DayInput
              label={t("field.promulgation_date")}
              value={letter.promulgation_date}
              error={errors["/promulgation_date"]}
              onChange={(day) => change({ promulgation_date: day })}
            />
            <DayInput
              label={t("field.due_date")}
              value={letter.due_date}
              error={errors["/due_date"]}
              onChange={(day) => change({ due_date: day })}
            />
            <TextInput {...text("place")} />
            <TextInput {...text("signer")} />
            <TextInput {...text("position")} />
          </div>
        </Panel>
      </div>
      <div className={classes.bar}>
        <Button variant="default" onClick={() => go("/mailbox")}>
          {t("cancel")}
        </Button>
        <Button type="submit" loading={isBusy} leftSection={<IconSend size={17} aria-hidden />}>
          {t("send")}
        </Button>
      </div>
    </form>
  );
}
