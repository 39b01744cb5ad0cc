// What is known of the person of an account, and from when to when the account may be used.

import { TextInput } from "@mantine/core";
import { useState } from "react";
import { client, refreshAll } from "../../api/client.ts";
import type { Account } from "../../api/types.ts";
import { endOfDay, isoDay, readDate, startOfDay } from "../../i18n/format.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { DayInput } from "../../kit/filters.tsx";
import kit from "../../kit/kit.module.css";
import { notify } from "../../kit/toast.tsx";
import { useT } from "./texts.ts";

const TEXTS = ["display_name", "email", "family_name", "given_name", "phone", "position"] as const;
type Form = Record<(typeof TEXTS)[number] | "from" | "until", string>;

function dayOf(value: string | null | undefined): string {
  const at = readDate(value);
  return at ? isoDay(at) : "";
}

export function formOf(account: Account): Form {
  const { person } = account;
  return {
    display_name: account.display_name,
    email: account.email ?? "",
    family_name: person.family_name ?? "",
    given_name: person.given_name ?? "",
    phone: person.phone ?? "",
    position: person.position ?? "",
    from: dayOf(account.valid_from),
    until: dayOf(account.valid_until),
  };
}

/** What is sent: an emptied field is removed, a day that was not touched keeps its hour. */
export function patchOf(before: Form, form: Form) {
  const text = (name: (typeof TEXTS)[number]) => form[name].trim().normalize("NFC") || null;
  return {
    display_name: text("display_name") ?? "",
    email: text("email"),
    person: {
      family_name: text("family_name"),
      given_name: text("given_name"),
      phone: text("phone"),
      position: text("position"),
    },
    ...(form.from === before.from ? {} : { valid_from: startOfDay(form.from, 0) ?? null }),
    ...(form.until === before.until
      ? {}
      : { valid_until: form.until ? endOfDay(form.until) : null }),
  };
}

export function EditDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const { t } = useT();
  const [before] = useState(() => formOf(account));
  const [form, setForm] = useState(before);
  async function run() {
    await client.PATCH("/accounts/{id}", {
      params: { path: { id: account.id } },
      body: patchOf(before, form),
    });
    notify(t("edit.done"));
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t("edit.title", { name: account.display_name })}
      action={t("edit.save")}
      size={640}
      isComplete={form.display_name.trim() !== ""}
      run={run}
    >
      {account.source ? (
        <p className={kit.soft}>{t("edit.elsewhere", { source: account.source })}</p>
      ) : null}
      <div className={kit.formGrid}>
        {TEXTS.map((name) => (
          <TextInput
            key={name}
            label={t(`column.${name}`)}
            required={name === "display_name"}
            autoComplete="off"
            value={form[name]}
            onChange={(event) => {
              const { value } = event.currentTarget;
              setForm((current) => ({ ...current, [name]: value }));
            }}
          />
        ))}
        <DayInput
          label={t("edit.from")}
          value={form.from}
          onChange={(from) => setForm((current) => ({ ...current, from }))}
        />
        <DayInput
          label={t("edit.until")}
          description={t("edit.untilHelp")}
          value={form.until}
          onChange={(until) => setForm((current) => ({ ...current, until }))}
        />
      </div>
    </ActionDialog>
  );
}
