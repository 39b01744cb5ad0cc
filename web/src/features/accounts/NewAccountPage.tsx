// A new account.

import { Button, Checkbox, Group, NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { client, refreshAll } from "../../api/client.ts";
import { asProblem, fieldErrors } from "../../api/problem.ts";
import type { AccountKind } from "../../api/types.ts";
import { useLanguage } from "../../i18n/texts.ts";
import { AgencySelect } from "../../kit/AgencySelect.tsx";
import { useGo } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import { Page, Panel } from "../../kit/Page.tsx";
import { PasswordField } from "../../kit/PasswordField.tsx";
import { PersonSelect } from "../../kit/PersonSelect.tsx";
import { useSession } from "../../kit/session.ts";
import { ProblemNote } from "../../kit/states.tsx";
import { notify } from "../../kit/toast.tsx";
import { isPerson } from "./states.ts";
import { useT } from "./texts.ts";

const KINDS: readonly AccountKind[] = [
  "official",
  "operator",
  "technical",
  "service",
  "administrator",
];

export default function NewAccountPage() {
  const { t } = useT();
  const go = useGo();
  const language = useLanguage();
  const { me } = useSession();
  const [form, setForm] = useState({ username: "", display_name: "", email: "", password: "" });
  const [kind, setKind] = useState<AccountKind>("official");
  const [agency, setAgency] = useState<string | null>(me.agency?.code ?? null);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [isInvited, setInvited] = useState(false);
  const [owner, setOwner] = useState<string | null>(null);
  const isOfPerson = isPerson(kind);
  const hasPassword = isOfPerson && !isInvited;
  const errors = error ? fieldErrors(asProblem(error), language) : {};
  const field = (name: keyof typeof form) => ({
    label: t(`column.${name}`),
    value: form[name],
    error: errors[`/${name}`],
    onChange: (event: { currentTarget: { value: string } }) => {
      const value = event.currentTarget.value;
      setForm((current) => ({ ...current, [name]: value }));
    },
  });
  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const { data } = await client.POST("/accounts", {
        body: {
          username: form.username.trim(),
          display_name: form.display_name.trim().normalize("NFC"),
          ...(form.email.trim() ? { email: form.email.trim() } : {}),
          ...(agency ? { agency } : {}),
          kind,
          ...(hasPassword ? { password: form.password } : {}),
          invite: isOfPerson && isInvited,
          ...(!isOfPerson && owner ? { owner } : {}),
        },
      });
      notify(t("created"));
      await refreshAll();
      const next = isInvited ? "?tab=sign-in" : "";
      go(data ? `/accounts/${data.id}${next}` : "/accounts");
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }
  return (
    <Page title={t("create")} crumbs={[{ label: t("title"), href: "/accounts" }]}>
      <form onSubmit={submit} noValidate className={kit.stack}>
        {error ? <ProblemNote error={error} /> : null}
        <Panel>
          <div className={kit.formGrid}>
            <TextInput {...field("display_name")} required autoComplete="off" />
            <TextInput {...field("username")} required autoComplete="off" />
            <TextInput {...field("email")} type="email" autoComplete="off" />
            <AgencySelect
              label={t("column.agency")}
              description={t("agencyHelp")}
              value={agency}
              onChange={setAgency}
              error={errors["/agency"]}
            />
            <NativeSelect
              label={t("column.kind")}
              data={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))}
              value={kind}
              onChange={(event) => {
                const chosen = event.currentTarget.value;
                setKind(KINDS.find((known) => known === chosen) ?? "official");
              }}
            />
            <PasswordField
              {...field("password")}
              required={hasPassword}
              disabled={!hasPassword}
              autoComplete="new-password"
              description={t(
                hasPassword ? "passwordHelp" : isOfPerson ? "passwordInvited" : "passwordNone",
              )}
            />
            {isOfPerson ? (
              <Checkbox
                className={kit.wide ?? ""}
                label={t("invite")}
                description={t("inviteHelp")}
                checked={isInvited}
                onChange={(event) => setInvited(event.currentTarget.checked)}
              />
            ) : (
              <PersonSelect
                label={t("owner.label")}
                description={t("owner.newHelp")}
                value={owner}
                onChange={setOwner}
                error={errors["/owner"]}
              />
            )}
          </div>
        </Panel>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={() => go("/accounts")}>
            {t("cancel")}
          </Button>
          <Button type="submit" loading={isBusy}>
            {t("create")}
          </Button>
        </Group>
      </form>
    </Page>
  );
}
