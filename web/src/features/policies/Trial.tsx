// Trying a rule before it is in force: one person, one act, today and with the rule.
//
// Owns: the question, the two answers side by side.

import { Button, Checkbox, Group, NumberInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { client } from "../../api/client.ts";
import { asProblem } from "../../api/problem.ts";
import type { Simulated } from "../../api/types.ts";
import { useLanguage } from "../../i18n/texts.ts";
import { AccountSelect } from "../../kit/AccountSelect.tsx";
import { AgencySelect } from "../../kit/AgencySelect.tsx";
import { ActSelect } from "../../kit/decision/ActSelect.tsx";
import { ProofSelect, Verdict } from "../../kit/decision/Explain.tsx";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { ProblemNote } from "../../kit/states.tsx";
import classes from "./policies.module.css";
import { cedarError, type Policy } from "./spec.ts";
import { useT } from "./texts.ts";

const CLASSIFICATION_MAX = 9;

interface TrialProps {
  name: string;
  policy: Policy;
  /** What is wrong with the rule, to be shown at its field. */
  onVerdict: (error: string | undefined) => void;
}

const EMPTY = {
  account: null as string | null,
  permission: null as string | null,
  agency: null as string | null,
  proof: "2",
  isToken: false,
  requestedBy: "",
  classification: 0,
};

export function Trial({ name, policy, onVerdict }: TrialProps) {
  const { t } = useT();
  const language = useLanguage();
  const [ask, setAsk] = useState(EMPTY);
  const [found, setFound] = useState<Simulated | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const change = (patch: Partial<typeof EMPTY>) => setAsk((current) => ({ ...current, ...patch }));
  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    setFound(null);
    try {
      const { data } = await client.POST("/decisions/simulate", {
        body: {
          account: ask.account ?? "",
          permission: ask.permission ?? "",
          ...(ask.agency ? { agency: ask.agency } : {}),
          acr: Number(ask.proof),
          token: ask.isToken,
          requested_by: ask.requestedBy.trim(),
          classification: ask.classification,
          policies: [{ name, cedar: policy.enabled ? policy.cedar : "" }],
        },
      });
      setFound(data ?? null);
      onVerdict(undefined);
    } catch (failure) {
      const broken = cedarError(asProblem(failure).errors, language);
      onVerdict(broken);
      setError(failure);
    } finally {
      setBusy(false);
    }
  }
  return (
    <Panel title={t("trial.title")}>
      <p className={kit.lead}>{t("trial.text")}</p>
      <form onSubmit={submit} className={kit.stack}>
        <div className={kit.formGrid}>
          <AccountSelect
            label={t("trial.who")}
            required
            value={ask.account}
            onChange={(account) => change({ account })}
          />
          <ActSelect
            label={t("trial.what")}
            required
            value={ask.permission}
            onChange={(permission) => change({ permission })}
          />
          <AgencySelect
            label={t("trial.where")}
            value={ask.agency}
            onChange={(agency) => change({ agency })}
          />
          <ProofSelect value={ask.proof} onChange={(proof) => change({ proof })} />
        </div>
        <details>
          <summary>{t("trial.more")}</summary>
          <div className={`${kit.formGrid} ${kit.more}`}>
            <NumberInput
              label={t("trial.classification")}
              description={t("trial.classificationHelp")}
              min={0}
              max={CLASSIFICATION_MAX}
              value={ask.classification}
              hideControls
              onChange={(value) => change({ classification: Number(value) || 0 })}
            />
            <TextInput
              label={t("trial.requestedBy")}
              value={ask.requestedBy}
              onChange={(event) => change({ requestedBy: event.currentTarget.value })}
            />
            <Checkbox
              label={t("trial.token")}
              checked={ask.isToken}
              onChange={(event) => change({ isToken: event.currentTarget.checked })}
            />
          </div>
        </details>
        <Group justify="flex-end">
          <Button
            type="submit"
            variant="default"
            loading={isBusy}
            disabled={!ask.account || !ask.permission || policy.cedar.trim() === ""}
          >
            {t("trial.action")}
          </Button>
        </Group>
      </form>
      <div aria-live="polite">
        {error ? <ProblemNote error={error} /> : null}
        {found ? (
          <div className={classes.answers}>
            <Verdict title={t("trial.present")} found={found.present} />
            <Verdict title={t("trial.tried")} found={found.tried} />
          </div>
        ) : null}
      </div>
    </Panel>
  );
}
