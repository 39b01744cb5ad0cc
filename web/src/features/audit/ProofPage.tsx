// Proof that the journal is whole: verify the chain, see the signed checkpoints.

import { Button } from "@mantine/core";
import { IconCircleCheck, IconShieldCheck, IconShieldX } from "@tabler/icons-react";
import { useState } from "react";
import { api, client } from "../../api/client.ts";
import type { Checkpoint, Verification } from "../../api/types.ts";
import { formatDateTime, formatNumber } from "../../i18n/format.ts";
import { useLanguage } from "../../i18n/texts.ts";
import kit from "../../kit/kit.module.css";
import { type Column, List } from "../../kit/ListPage.tsx";
import { Page, Panel } from "../../kit/Page.tsx";
import { useCan } from "../../kit/session.ts";
import { ProblemNote } from "../../kit/states.tsx";
import { CodeText, DateText } from "../../kit/text.tsx";
import classes from "./audit.module.css";
import { useT } from "./texts.ts";

export default function ProofPage() {
  const { t } = useT();
  const language = useLanguage();
  const can = useCan();
  const query = api.useQuery("get", "/journal/checkpoints", {});
  const columns: Column<Checkpoint>[] = [
    {
      id: "block",
      header: t("block"),
      kind: "numeric",
      text: (row) => String(row.block),
      cell: (row) => formatNumber(row.block, language),
    },
    {
      id: "at",
      header: t("column.at"),
      kind: "fixed",
      text: (row) => formatDateTime(row.at),
      cell: (row) => <DateText value={row.at} />,
    },
    {
      id: "events",
      header: t("events"),
      kind: "numeric",
      text: (row) => String(row.events),
      cell: (row) => formatNumber(row.events, language),
    },
    {
      id: "hash",
      header: t("hash"),
      text: (row) => row.hash,
      cell: (row) => (
        <CodeText copy short>
          {row.hash}
        </CodeText>
      ),
    },
    {
      id: "signature",
      header: t("signature"),
      text: (row) => row.signature ?? "",
      cell: (row) =>
        row.signature ? (
          <CodeText copy short>
            {row.signature}
          </CodeText>
        ) : (
          "—"
        ),
    },
  ];
  return (
    <Page
      title={t("proof.title")}
      intro={t("proof.intro")}
      crumbs={[{ label: t("title"), href: "/audit" }]}
    >
      {can("journal.chain.verify") ? <Verify /> : null}
      <Panel title={t("checkpoints")} flush>
        <List
          title={t("checkpoints")}
          query={query}
          columns={columns}
          rowId={(row) => String(row.block)}
          exportName="diem-ky"
          empty={{ title: t("proof.noCheckpoint"), text: t("proof.noCheckpointText") }}
        />
      </Panel>
    </Page>
  );
}

function Verify() {
  const { t } = useT();
  const [result, setResult] = useState<Verification | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  async function verify() {
    setBusy(true);
    setError(null);
    try {
      const { data } = await client.POST("/journal/verify");
      setResult(data ?? null);
    } catch (failure) {
      setResult(null);
      setError(failure);
    } finally {
      setBusy(false);
    }
  }
  return (
    <Panel>
      <div className={classes.verify}>
        <div>
          <strong>{t("proof.chain")}</strong>
          <div className={kit.soft}>{t("proof.chainText")}</div>
        </div>
        <Button
          onClick={verify}
          loading={isBusy}
          leftSection={<IconShieldCheck size={17} aria-hidden />}
        >
          {t("proof.verify")}
        </Button>
      </div>
      <div role="status">
        {result ? <Outcome result={result} /> : null}
        {error ? <ProblemNote error={error} /> : null}
      </div>
    </Panel>
  );
}

function Outcome({ result }: { result: Verification }) {
  const { t } = useT();
  const language = useLanguage();
  const values = {
    events: formatNumber(result.events, language),
    blocks: formatNumber(result.blocks, language),
  };
  if (result.ok) {
    return (
      <p className={classes.good}>
        <IconCircleCheck size={20} aria-hidden />
        {t("proof.ok", values)}
      </p>
    );
  }
  return (
    <p className={classes.bad}>
      <IconShieldX size={20} aria-hidden />
      <span>
        {t("proof.bad", values)}{" "}
        <code className={kit.code}>{JSON.stringify(result.first_bad)}</code>
      </span>
    </p>
  );
}
