// Where a review stands, as a badge.

import type { Review } from "../../api/types.ts";
import { Badge } from "../../kit/StatusBadge.tsx";
import { daysLate, STAGE_TONES, stageOf } from "./progress.ts";
import { useT } from "./texts.ts";

export function StageBadge({ review }: { review: Review }) {
  const { t } = useT();
  const now = new Date();
  const stage = stageOf(review, now);
  const days = daysLate(review, now);
  const isLate = stage === "late" || stage === "escalated";
  return (
    <Badge tone={STAGE_TONES[stage]}>
      {isLate ? t(`stage.${stage}`, { count: days }) : t(`stage.${stage}`)}
    </Badge>
  );
}
