// "Why may this person do this, or why not?": the question as a form, the answer in words.
//
// Owns: the panel; what is asked stands in the address, so that an answer can be sent on.

import { NativeSelect } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { api, present } from "../../api/client.ts";
import type { Explanation } from "../../api/types.ts";
import { useText } from "../../i18n/texts.ts";
import { AccountSelect } from "../AccountSelect.tsx";
import { AgencySelect } from "../AgencySelect.tsx";
import { AppLink, address, useAddress } from "../address.tsx";
import kit from "../kit.module.css";
import { Panel } from "../Page.tsx";
import { Badge } from "../StatusBadge.tsx";
import { useCan } from "../session.ts";
import { Loaded } from "../states.tsx";
import { ActSelect } from "./ActSelect.tsx";
import { policyName } from "./permissions.ts";
import { useDecisionTexts } from "./texts.ts";

export const PROOFS = ["1", "2", "3"] as const;

/** `account`: the person it is about; without it the person is asked for. */
export function ExplainPanel({ account }: { account?: string }) {
  const { t } = useDecisionTexts();
  const { get, set } = useAddress();
  const who = account ?? get("account") ?? null;
  const act = get("permission") ?? null;
  const proof = PROOFS.find((known) => known === get("acr")) ?? "2";
  const query = api.useQuery(
    "get",
    "/decisions/explain",
    {
      params: {
        query: {
          account: who ?? "",
          permission: act ?? "",
          acr: Number(proof),
          ...present({ agency: get("at") }),
        },
      },
    },
    { enabled: Boolean(who && act), retry: false, placeholderData: keepPreviousData },
  );
  return (
    <Panel title={t("title")}>
      <p className={kit.lead}>{t("intro")}</p>
      <div className={kit.formGrid}>
        {account ? null : (
          <AccountSelect
            label={t("who")}
            value={who}
            required
            onChange={(id) => set({ account: id })}
          />
        )}
        <ActSelect
          label={t("what")}
          value={act}
          required
          onChange={(permission) => set({ permission })}
        />
        <AgencySelect
          label={t("where")}
          description={t("whereHelp")}
          value={get("at") ?? null}
          onChange={(code) => set({ at: code })}
        />
        <ProofSelect value={proof} onChange={(acr) => set({ acr: acr === "2" ? null : acr })} />
      </div>
      <div className={kit.answer} aria-live="polite">
        {who && act ? (
          <Loaded query={query} rows={2}>
            {(found) => <Verdict title={t("answer")} found={found} />}
          </Loaded>
        ) : (
          <p className={kit.soft}>{t("choose")}</p>
        )}
      </div>
    </Panel>
  );
}

interface ProofProps {
  value: string;
  onChange: (value: string) => void;
}

/** How the person signed on. */
export function ProofSelect({ value, onChange }: ProofProps) {
  const { t } = useDecisionTexts();
  return (
    <NativeSelect
      label={t("proof")}
      data={PROOFS.map((known) => ({ value: known, label: t(`proofs.${known}`) }))}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** An answer and its reasons. */
export function Verdict({ title, found }: { title: string; found: Explanation }) {
  const { t } = useDecisionTexts();
  const text = useText();
  const can = useCan();
  return (
    <section aria-label={title}>
      <div className={kit.verdict}>
        <h3>{title}</h3>
        {found.allowed ? (
          <Badge tone="ok">{t("allowed")}</Badge>
        ) : (
          <Badge tone={found.allowed_with_step_up ? "soon" : "late"}>
            {t(found.allowed_with_step_up ? "stepUp" : "refused")}
          </Badge>
        )}
      </div>
      <p className={kit.soft}>{t("because")}</p>
      <ul className={kit.reasons}>
        {found.reasons.map((reason) => {
          const name = policyName(reason.policy);
          return (
            <li key={`${reason.policy} ${reason.role} ${reason.agency} ${reason.text.en}`}>
              {text(reason.text)}{" "}
              {name && can("registry.resource.read") ? (
                <AppLink href={address.policy(name)}>{t("policy")}</AppLink>
              ) : null}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
