// Changing one's own password.

import { Button, Group } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { client } from "../../api/client.ts";
import { asProblem, fieldErrors } from "../../api/problem.ts";
import { useLanguage } from "../../i18n/texts.ts";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { PasswordField } from "../../kit/PasswordField.tsx";
import { useSession } from "../../kit/session.ts";
import { ProblemNote } from "../../kit/states.tsx";
import { notify } from "../../kit/toast.tsx";
import { useT } from "./texts.ts";

export function PasswordForm() {
  const { t } = useT();
  const language = useLanguage();
  const { me } = useSession();
  const [current, setCurrent] = useState("");
  const [fresh, setFresh] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const errors = error ? fieldErrors(asProblem(error), language) : {};
  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await client.POST("/me/password", { body: { current, new: fresh } });
      notify(t("password.done"));
      setCurrent("");
      setFresh("");
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }
  return (
    <Panel title={t("password.title")}>
      <form onSubmit={submit} className={kit.stack}>
        {error ? <ProblemNote error={error} /> : null}
        {/* Lets password managers know whose password it is. */}
        <input
          type="text"
          name="username"
          autoComplete="username"
          value={me.username}
          readOnly
          hidden
        />
        <div className={kit.formGrid}>
          <PasswordField
            label={t("password.current")}
            autoComplete="current-password"
            required
            value={current}
            error={errors["/current"]}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
          <PasswordField
            label={t("password.new")}
            autoComplete="new-password"
            required
            value={fresh}
            error={errors["/new"]}
            onChange={(event) => setFresh(event.currentTarget.value)}
          />
        </div>
        <Group justify="flex-end">
          <Button type="submit" loading={isBusy} disabled={current === "" || fresh === ""}>
            {t("password.action")}
          </Button>
        </Group>
      </form>
    </Panel>
  );
}
