// Deciding a proposal of another system about the catalogue of agencies.

import { Button } from "@mantine/core";
import { useState } from "react";
import { client, refreshAll } from "../../api/client.ts";
import type { Resource } from "../../api/types.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { isNode } from "../../kit/schema/schema.ts";
import { useCan } from "../../kit/session.ts";
import { notify } from "../../kit/toast.tsx";
import { useT } from "./texts.ts";

/** The kind whose resources wait for a decision. */
export const PROPOSAL = "agency-proposal";

export function Proposal({ resource }: { resource: Resource }) {
  const { t } = useT();
  const can = useCan();
  const [decision, setDecision] = useState<"accept" | "reject" | null>(null);
  const state = isNode(resource.spec) ? (resource.spec.state ?? "open") : "open";
  if (state !== "open" || !can("exchange.proposal.decide")) return null;
  async function decide() {
    await client.POST("/agency-proposals/{name}/decide", {
      params: { path: { name: resource.name } },
      body: { is_accepted: decision === "accept" },
    });
    notify(decision === "accept" ? t("proposal.accepted") : t("proposal.rejected"));
    await refreshAll();
  }
  return (
    <>
      <Button onClick={() => setDecision("accept")}>{t("proposal.accept")}</Button>
      <Button variant="default" onClick={() => setDecision("reject")}>
        {t("proposal.reject")}
      </Button>
      <ActionDialog
        opened={decision !== null}
        onClose={() => setDecision(null)}
        title={decision === "reject" ? t("proposal.reject") : t("proposal.accept")}
        action={decision === "reject" ? t("proposal.reject") : t("proposal.accept")}
        danger={decision === "reject"}
        run={decide}
      >
        <p>{decision === "reject" ? t("proposal.rejectText") : t("proposal.acceptText")}</p>
      </ActionDialog>
    </>
  );
}
