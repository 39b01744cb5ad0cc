// Merging or moving a whole unit: what goes along is shown first, then done at once or on a day.
//
// Owns: the form, the preview. Not here: the unit itself and its codes (features/agencies).

import { Button, Group, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { client, refreshAll } from "../../api/client.ts";
import { asProblem, fieldErrors } from "../../api/problem.ts";
import type { UnitHoldings } from "../../api/types.ts";
import { formatDate, isoDay, startOfDay } from "../../i18n/format.ts";
import { useLanguage } from "../../i18n/texts.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { AgencySelect, useAgencyName } from "../../kit/AgencySelect.tsx";
import { DayInput } from "../../kit/filters.tsx";
import kit from "../../kit/kit.module.css";
import { Page, Panel } from "../../kit/Page.tsx";
import { useCan } from "../../kit/session.ts";
import { ProblemNote } from "../../kit/states.tsx";
import { notify } from "../../kit/toast.tsx";
import { Applications } from "./Applications.tsx";
import { Holdings } from "./Holdings.tsx";
import { PastMoves } from "./PastMoves.tsx";
import { PlannedMoves } from "./PlannedMoves.tsx";
import { useT } from "./texts.ts";

interface Plan {
  from: string | null;
  to: string | null;
  day: string;
  basis: string;
}

const EMPTY: Plan = { from: null, to: null, day: "", basis: "" };

function bodyOf(plan: Plan, isTrial: boolean) {
  const isLater = plan.day > isoDay(new Date());
  return {
    from: plan.from ?? "",
    to: plan.to ?? "",
    dry_run: isTrial,
    ...(plan.basis.trim() ? { basis: plan.basis.trim().normalize("NFC") } : {}),
    ...(isLater ? { on: startOfDay(plan.day, 0) ?? null } : {}),
  };
}

export default function UnitMovesPage() {
  const { t } = useT();
  const language = useLanguage();
  const can = useCan();
  const [plan, setPlan] = useState(EMPTY);
  const [found, setFound] = useState<UnitHoldings | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const errors = error ? fieldErrors(asProblem(error), language) : {};
  const change = (patch: Partial<Plan>) => {
    setPlan((current) => ({ ...current, ...patch }));
    // What was shown belongs to what was asked.
    if ("from" in patch || "to" in patch) setFound(null);
  };
  async function preview(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const { data } = await client.POST("/unit-moves", { body: bodyOf(plan, true) });
      setFound(data ?? null);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }
  function done(isLater: boolean) {
    notify(isLater ? t("planned", { day: formatDate(plan.day) }) : t("moved"));
    setPlan(EMPTY);
    setFound(null);
  }
  return (
    <Page title={t("title")} intro={t("intro")}>
      {error ? <ProblemNote error={error} /> : null}
      <Panel title={t("form")}>
        <form onSubmit={preview} className={kit.stack}>
          <div className={kit.formGrid}>
            <AgencySelect
              label={t("from")}
              description={t("fromHelp")}
              required
              value={plan.from}
              error={errors["/from"]}
              onChange={(from) => change({ from })}
            />
            <AgencySelect
              label={t("to")}
              description={t("toHelp")}
              required
              value={plan.to}
              error={errors["/to"]}
              onChange={(to) => change({ to })}
            />
            <DayInput
              label={t("on")}
              description={t("onHelp")}
              value={plan.day}
              onChange={(day) => change({ day })}
            />
            <TextInput
              label={t("basis")}
              description={t("basisHelp")}
              value={plan.basis}
              onChange={(event) => change({ basis: event.currentTarget.value })}
            />
          </div>
          <Group justify="flex-end">
            <Button
              type="submit"
              variant={found ? "default" : "filled"}
              loading={isBusy}
              disabled={!plan.from || !plan.to}
            >
              {t("preview")}
            </Button>
          </Group>
        </form>
      </Panel>
      {found && plan.from ? (
        <>
          <Holdings found={found} onCommit={() => setAsking(true)} />
          {can("registry.resource.read") ? <Applications agency={plan.from} /> : null}
        </>
      ) : null}
      <PlannedMoves />
      {can("journal.event.read") ? <PastMoves /> : null}
      {isAsking && plan.from ? (
        <CommitDialog plan={plan} onClose={() => setAsking(false)} onDone={done} />
      ) : null}
    </Page>
  );
}

interface CommitProps {
  plan: Plan;
  onClose: () => void;
  onDone: (isLater: boolean) => void;
}

function CommitDialog({ plan, onClose, onDone }: CommitProps) {
  const { t } = useT();
  const from = useAgencyName(plan.from);
  const to = useAgencyName(plan.to);
  const isLater = plan.day > isoDay(new Date());
  async function run() {
    await client.POST("/unit-moves", { body: bodyOf(plan, false) });
    onDone(isLater);
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t(isLater ? "plan" : "commit")}
      action={t(isLater ? "plan" : "commit")}
      typed={plan.from ?? ""}
      danger
      run={run}
    >
      <p>
        {isLater ? t("askLater", { from, to, day: formatDate(plan.day) }) : t("ask", { from, to })}
      </p>
    </ActionDialog>
  );
}
