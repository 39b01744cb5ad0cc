// A new access policy: written, tried, then put in force.

import { Button, Group, TextInput } from "@mantine/core";
import { useState } from "react";
import { client, refreshAll } from "../../api/client.ts";
import { asProblem } from "../../api/problem.ts";
import { useLanguage } from "../../i18n/texts.ts";
import { address, useGo } from "../../kit/address.tsx";
import { useUnsavedGuard } from "../../kit/guard.ts";
import kit from "../../kit/kit.module.css";
import { Page, Panel } from "../../kit/Page.tsx";
import { ProblemNote } from "../../kit/states.tsx";
import { notify } from "../../kit/toast.tsx";
import { Fields } from "./Fields.tsx";
import { cedarError, KIND, nameFrom, policyOf } from "./spec.ts";
import { Trial } from "./Trial.tsx";
import { useT } from "./texts.ts";

export default function NewPolicyPage() {
  const { t } = useT();
  const language = useLanguage();
  const go = useGo();
  const [policy, setPolicy] = useState(() => policyOf(null));
  const [typed, setTyped] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [broken, setBroken] = useState<string | undefined>();
  const name = typed ?? nameFrom(policy.description);
  const release = useUnsavedGuard(policy.cedar !== "");
  async function save() {
    setBusy(true);
    setError(null);
    try {
      await client.PUT("/resources/{kind}/{name}", {
        params: { path: { kind: KIND, name: name.trim() } },
        body: { spec: { ...policy } },
      });
      release();
      notify(t("saved"));
      go(address.policy(name.trim()));
      await refreshAll();
    } catch (failure) {
      setError(failure);
      setBroken(cedarError(asProblem(failure).errors, language));
    } finally {
      setBusy(false);
    }
  }
  return (
    <Page title={t("create")} crumbs={[{ label: t("title"), href: "/policies" }]}>
      {error ? <ProblemNote error={error} /> : null}
      <Panel title={t("rule")}>
        <div className={kit.stack}>
          <Fields
            value={policy}
            error={broken}
            onChange={(next) => {
              setPolicy(next);
              setBroken(undefined);
            }}
          />
          <TextInput
            label={t("field.name")}
            description={t("field.nameHelp")}
            required
            value={name}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={() => go("/policies")}>
              {t("cancel")}
            </Button>
            <Button
              onClick={save}
              loading={isBusy}
              disabled={policy.cedar.trim() === "" || name.trim() === ""}
            >
              {t(policy.enabled ? "saveInForce" : "save")}
            </Button>
          </Group>
        </div>
      </Panel>
      <Trial name={name || "new"} policy={policy} onVerdict={setBroken} />
    </Page>
  );
}
