// One delivery: its attempts, and what can be done now.

import { Button } from "@mantine/core";
import { IconBan, IconRefresh } from "@tabler/icons-react";
import { useState } from "react";
import { api, client, refreshAll } from "../../api/client.ts";
import type { DeliveryDetail } from "../../api/types.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { AppLink, address, useParam } from "../../kit/address.tsx";
import { EventFacts, useEventWord } from "../../kit/events/events.tsx";
import kit from "../../kit/kit.module.css";
import { Page, Panel } from "../../kit/Page.tsx";
import { PriorityBadge, ResultBadge, StatusBadge, useQueueWord } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import { Loaded } from "../../kit/states.tsx";
import { toneOf } from "../../kit/status.ts";
import { Timeline } from "../../kit/Timeline.tsx";
import { CodeText, DateText, Facts } from "../../kit/text.tsx";
import { notify } from "../../kit/toast.tsx";
import { useT } from "./texts.ts";
import { nextAttempt, useWhat } from "./words.ts";

const REFRESH_MS = 5_000;
const MENDABLE = ["dead", "failed", "cancelled"];
const CANCELLABLE = ["queued", "waiting", "failed", "dead"];

export default function DeliveryPage() {
  const { t } = useT();
  const whatOf = useWhat();
  const id = useParam("id");
  const query = api.useQuery(
    "get",
    "/deliveries/{id}",
    { params: { path: { id } } },
    { refetchInterval: REFRESH_MS },
  );
  const delivery = query.data;
  return (
    <Page
      title={delivery ? whatOf(delivery) : t("one")}
      crumbs={[{ label: t("title"), href: address.deliveries() }]}
      aside={delivery ? <StatusBadge state={delivery.state} /> : null}
      actions={delivery ? <Actions delivery={delivery} /> : null}
    >
      <Loaded query={query}>
        {(loaded) => (
          <div className={kit.columns}>
            <Panel title={t("attempts.title")}>
              <Log delivery={loaded} />
            </Panel>
            <FactsPanel delivery={loaded} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Log({ delivery }: { delivery: DeliveryDetail }) {
  const { t } = useT();
  const eventWord = useEventWord();
  if (delivery.log.length === 0) {
    const isOpen = nextAttempt(delivery) !== null;
    return <p className={kit.soft}>{t(isOpen ? "attempts.none" : "attempts.unwritten")}</p>;
  }
  return (
    <Timeline
      trace
      items={delivery.log.map((entry, index) => ({
        key: `${entry.at} ${index}`,
        at: entry.at,
        tone: toneOf(entry.result),
        title: eventWord(entry.event),
        children: (
          <div className={kit.soft}>
            <ResultBadge result={entry.result} /> <span>{entry.actor}</span>
            <EventFacts detail={entry.detail} />
          </div>
        ),
      }))}
    />
  );
}

function FactsPanel({ delivery }: { delivery: DeliveryDetail }) {
  const { t } = useT();
  const queueWord = useQueueWord();
  return (
    <Panel title={t("facts.title")}>
      <Facts
        facts={[
          { label: t("column.address"), value: <CodeText copy>{delivery.address}</CodeText> },
          {
            label: t("column.queue"),
            value: queueWord(delivery.queue),
          },
          { label: t("column.lane"), value: delivery.lane ?? "", show: Boolean(delivery.lane) },
          {
            label: t("facts.priority"),
            value: <PriorityBadge priority={delivery.priority} />,
            show: delivery.priority > 0,
          },
          { label: t("column.attempts"), value: delivery.attempts },
          {
            label: t("column.next"),
            value: <DateText value={nextAttempt(delivery)} />,
            show: nextAttempt(delivery) !== null,
          },
          { label: t("column.created"), value: <DateText value={delivery.created_at} /> },
          { label: t("facts.updated"), value: <DateText value={delivery.updated_at} /> },
          {
            label: t("facts.error"),
            value: delivery.last_error ?? "",
            show: Boolean(delivery.last_error),
          },
          {
            label: t("facts.document"),
            value: (
              <AppLink href={address.document(delivery.document_id ?? "")}>
                {t("facts.open")}
              </AppLink>
            ),
            show: Boolean(delivery.document_id),
          },
          {
            label: t("facts.id"),
            value: (
              <CodeText copy short>
                {delivery.id}
              </CodeText>
            ),
          },
        ]}
      />
    </Panel>
  );
}

function Actions({ delivery }: { delivery: DeliveryDetail }) {
  const { t } = useT();
  const can = useCan();
  const [open, setOpen] = useState<"redrive" | "cancel" | null>(null);
  const params = { path: { id: delivery.id } };
  async function redrive() {
    await client.POST("/deliveries/{id}/redrive", { params });
    notify(t("redrive.done", { count: 1 }));
    await refreshAll();
  }
  async function cancel(reason: string) {
    await client.POST("/deliveries/{id}/cancel", { params, body: { reason } });
    notify(t("cancel.done"));
    await refreshAll();
  }
  return (
    <>
      {can("ledger.delivery.redrive") && MENDABLE.includes(delivery.state) ? (
        <Button
          leftSection={<IconRefresh size={17} aria-hidden />}
          onClick={() => setOpen("redrive")}
        >
          {t("redrive.action")}
        </Button>
      ) : null}
      {can("ledger.delivery.cancel") && CANCELLABLE.includes(delivery.state) ? (
        <Button
          variant="default"
          leftSection={<IconBan size={17} aria-hidden />}
          onClick={() => setOpen("cancel")}
        >
          {t("cancel.action")}
        </Button>
      ) : null}
      <ActionDialog
        opened={open === "redrive"}
        onClose={() => setOpen(null)}
        title={t("redrive.title")}
        action={t("redrive.action")}
        run={redrive}
      >
        <p>{t("redrive.text", { count: 1 })}</p>
      </ActionDialog>
      <ActionDialog
        opened={open === "cancel"}
        onClose={() => setOpen(null)}
        title={t("cancel.title")}
        action={t("cancel.action")}
        reason={t("cancel.reason")}
        danger
        run={cancel}
      >
        <p>{t("cancel.text")}</p>
      </ActionDialog>
    </>
  );
}
