// One event of the journal, whole.

import { Modal } from "@mantine/core";
import type { JournalEvent } from "../../api/types.ts";
import { BodyView } from "../../kit/BodyView.tsx";
import { useEventWord } from "../../kit/events/events.tsx";
import kit from "../../kit/kit.module.css";
import { ResultBadge } from "../../kit/StatusBadge.tsx";
import { CodeText, DateText, Facts } from "../../kit/text.tsx";
import { useKitTexts } from "../../kit/texts.ts";
import { useT } from "./texts.ts";

export function EventDialog({
  event,
  onClose,
}: {
  event: JournalEvent | null;
  onClose: () => void;
}) {
  const { t } = useT();
  const texts = useKitTexts();
  const eventWord = useEventWord();
  return (
    <Modal
      opened={event !== null}
      onClose={onClose}
      size={720}
      title={t("event")}
      closeButtonProps={{ "aria-label": texts.t("close") }}
    >
      {event ? (
        <div className={kit.stack}>
          <Facts
            facts={[
              {
                label: t("column.action"),
                value: (
                  <>
                    {eventWord(event.action)} <CodeText>{event.action}</CodeText>
                  </>
                ),
              },
              { label: t("column.at"), value: <DateText value={event.at} as="trace" /> },
              { label: t("column.actor"), value: event.actor ?? "—" },
              {
                label: t("onBehalf"),
                value: event.on_behalf_of ?? "",
                show: Boolean(event.on_behalf_of),
              },
              { label: t("ground"), value: event.ground ?? "", show: Boolean(event.ground) },
              {
                label: t("column.address"),
                value: event.address ?? "",
                show: Boolean(event.address),
              },
              {
                label: t("column.subject"),
                value: <CodeText copy>{`${event.subject ?? ""}`}</CodeText>,
                show: Boolean(event.subject),
              },
              { label: t("column.agency"), value: event.agency ?? "", show: Boolean(event.agency) },
              {
                label: t("column.result"),
                value: <ResultBadge result={event.result ?? ""} />,
                show: Boolean(event.result),
              },
              {
                label: t("column.trace"),
                value: <CodeText copy>{event.trace_id ?? ""}</CodeText>,
                show: Boolean(event.trace_id),
              },
              {
                label: t("block"),
                value: String(event.block ?? ""),
                show: typeof event.block === "number",
              },
              {
                label: t("hash"),
                value: <CodeText copy>{event.hash ?? ""}</CodeText>,
                show: Boolean(event.hash),
              },
            ]}
          />
          {event.detail !== null && event.detail !== undefined ? (
            <BodyView body={JSON.stringify(event.detail)} language="json" label={t("detail")} />
          ) : null}
        </div>
      ) : null}
    </Modal>
  );
}
