// Deciding on lines of a review, one or many.

import { useState } from "react";
import { client, refreshAll } from "../../api/client.ts";
import type { Review, ReviewDecision, ReviewLine } from "../../api/types.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import kit from "../../kit/kit.module.css";
import { notify } from "../../kit/toast.tsx";
import { useT } from "./texts.ts";

export const DECISIONS = ["keep", "change", "lock"] as const satisfies readonly ReviewDecision[];
/** Names that the question lists; more are counted. */
const NAMES_MAX = 5;

export interface Wish {
  decision: ReviewDecision;
  lines: readonly ReviewLine[];
  /** Called when all are decided. */
  onDone?: () => void;
}

interface DecideProps {
  review: Review;
  wish: Wish;
  onClose: () => void;
}

export function DecideDialog({ review, wish, onClose }: DecideProps) {
  const { t } = useT();
  const { decision, lines } = wish;
  const [done, setDone] = useState(0);
  const rest = lines.length - NAMES_MAX;
  async function run(note: string) {
    try {
      // One after the other: each is a transaction with its event, and what is done stays done.
      for (const line of lines.slice(done)) {
        await client.POST("/reviews/{id}/lines/{account}", {
          params: { path: { id: review.id, account: line.account_id } },
          body: { decision, ...(note ? { note } : {}) },
        });
        setDone((count) => count + 1);
      }
    } finally {
      await refreshAll();
    }
    notify(t("decide.done", { count: lines.length }));
    wish.onDone?.();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t(`decide.${decision}.title`)}
      action={t(`decide.${decision}.action`)}
      reason={t("decide.note")}
      reasonOptional={decision === "keep"}
      danger={decision === "lock"}
      run={run}
    >
      <p>{t(`decide.${decision}.text`)}</p>
      <ul className={kit.reasons}>
        {lines.slice(0, NAMES_MAX).map((line) => (
          <li key={line.account_id}>
            {line.display_name} <span className={kit.soft}>{line.username}</span>
          </li>
        ))}
        {rest > 0 ? <li>{t("decide.more", { count: rest })}</li> : null}
      </ul>
      {done > 0 && done < lines.length ? (
        <p role="status">{t("decide.far", { done, count: lines.length })}</p>
      ) : null}
    </ActionDialog>
  );
}
