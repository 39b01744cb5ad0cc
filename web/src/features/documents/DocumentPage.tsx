// One document: who received it, what happened to it, what it holds.

import { Group, Tabs } from "@mantine/core";
import { api } from "../../api/client.ts";
import type { DocumentDetail } from "../../api/types.ts";
import { formatBytes, formatNumber } from "../../i18n/format.ts";
import { useLanguage } from "../../i18n/texts.ts";
import { AppLink, address, useAddress, useParam } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import { Page, Panel } from "../../kit/Page.tsx";
import { Badge, PriorityBadge, StatusBadge } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import { Loaded } from "../../kit/states.tsx";
import { CodeText, DateText, Facts } from "../../kit/text.tsx";
import { Actions } from "./actions.tsx";
import { Copies } from "./Copies.tsx";
import { Attachments, Content, Defects, Related } from "./content.tsx";
import { Hops } from "./Hops.tsx";
import { Raw } from "./Raw.tsx";
import { useT } from "./texts.ts";
import { BUSINESS_TYPES, useAlarmWord } from "./words.ts";

const REFRESH_MS = 5_000;
const TABS = ["receivers", "content", "timeline", "raw"] as const;

export default function DocumentPage() {
  const { t } = useT();
  const id = useParam("id");
  const query = api.useQuery(
    "get",
    "/documents/{id}",
    { params: { path: { id } } },
    { refetchInterval: REFRESH_MS },
  );
  const document = query.data;
  return (
    <Page
      title={document?.subject ?? t("one")}
      crumbs={[{ label: t("title"), href: address.documents() }]}
      intro={document ? <Headline document={document} /> : null}
      actions={document ? <Actions document={document} /> : null}
    >
      <Loaded query={query}>{(loaded) => <Body document={loaded} />}</Loaded>
    </Page>
  );
}

function Headline({ document }: { document: DocumentDetail }) {
  const { t } = useT();
  const alarmWord = useAlarmWord();
  return (
    <Group component="span" gap="xs">
      <StatusBadge state={document.state_summary} />
      <Badge tone={document.business_type > 0 ? "soon" : "stopped"}>
        {t(`type.${BUSINESS_TYPES[document.business_type] ?? "new"}`)}
      </Badge>
      <PriorityBadge priority={document.priority} />
      {document.alarms.map((alarm) => (
        <Badge key={alarm} tone="late">
          {alarmWord(alarm)}
        </Badge>
      ))}
      <span>
        {document.number ? `${document.number} · ` : ""}
        {document.from.name}
      </span>
    </Group>
  );
}

function Body({ document }: { document: DocumentDetail }) {
  const { t } = useT();
  const { get, set } = useAddress();
  const language = useLanguage();
  const can = useCan();
  const tabs = TABS.filter((name) => name !== "raw" || can("exchange.body.read"));
  const tab = tabs.find((known) => known === get("tab")) ?? "receivers";
  return (
    <div className={kit.columns}>
      <div className={kit.stack}>
        {document.is_withdrawn ? <div className={kit.once}>{t("withdrawn")}</div> : null}
        {document.reason && document.business_type > 0 ? (
          <Panel title={t("reason")}>{document.reason}</Panel>
        ) : null}
        <Defects defects={document.defects} />
        <Panel flush>
          <Tabs
            value={tab}
            onChange={(value) => set({ tab: value === "receivers" ? null : value })}
            keepMounted={false}
          >
            <Tabs.List px="sm" className={kit.tabs ?? ""}>
              {tabs.map((name) => (
                <Tabs.Tab key={name} value={name}>
                  {t(`tab.${name}`)}
                  {name === "receivers"
                    ? ` (${formatNumber(document.copies.length, language)})`
                    : ""}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            <Tabs.Panel value="receivers">
              <Copies document={document} />
            </Tabs.Panel>
            <Tabs.Panel value="content" p="md">
              <Content document={document} />
            </Tabs.Panel>
            <Tabs.Panel value="timeline" p="md">
              <Hops document={document} />
            </Tabs.Panel>
            <Tabs.Panel value="raw" p="md">
              <Raw id={document.id} />
            </Tabs.Panel>
          </Tabs>
        </Panel>
      </div>
      <div className={kit.stack}>
        <Attachments document={document} />
        <Related related={document.related} />
        <FactsPanel document={document} />
      </div>
    </div>
  );
}

function signerText({ signer }: DocumentDetail): string {
  return [signer?.competence, signer?.position, signer?.full_name].filter(Boolean).join(" ");
}

function FactsPanel({ document }: { document: DocumentDetail }) {
  const { t } = useT();
  const language = useLanguage();
  return (
    <Panel title={t("facts.title")}>
      <Facts
        facts={[
          {
            label: t("facts.from"),
            value: (
              <AppLink href={address.agency(document.from.agency ?? document.from.code)}>
                {document.from.name}
              </AppLink>
            ),
          },
          { label: t("facts.number"), value: document.number ?? t("noNumber") },
          {
            label: t("facts.type"),
            value: document.document_type ?? "",
            show: Boolean(document.document_type),
          },
          {
            label: t("facts.signer"),
            value: signerText(document),
            show: signerText(document) !== "",
          },
          {
            label: t("facts.promulgated"),
            value: <DateText value={document.promulgation_date} as="day" />,
          },
          {
            label: t("facts.due"),
            value: <DateText value={document.due_date} as="day" />,
            show: Boolean(document.due_date),
          },
          { label: t("facts.created"), value: <DateText value={document.created_at} /> },
          { label: t("facts.size"), value: formatBytes(document.size_bytes, language) },
          { label: t("facts.documentId"), value: <CodeText copy>{document.document_id}</CodeText> },
          {
            label: t("facts.digest"),
            value: (
              <CodeText copy short>
                {document.digest}
              </CodeText>
            ),
          },
          {
            label: t("facts.trace"),
            value: document.trace_id ? (
              <CodeText copy short>
                {document.trace_id}
              </CodeText>
            ) : null,
            show: Boolean(document.trace_id),
          },
          {
            label: t("facts.journal"),
            value: (
              <AppLink href={address.journal({ subject: document.id })}>
                {t("facts.journalLink")}
              </AppLink>
            ),
          },
        ]}
      />
    </Panel>
  );
}
