// Each receiver's copy: how far it came, what the receiver said, what can be said next.

import { Button, Menu } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useState } from "react";
import { client, refreshAll } from "../../api/client.ts";
import type { Copy, DocumentDetail } from "../../api/types.ts";
import { useText } from "../../i18n/texts.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { AppLink, address } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import { StatusBadge, useStateWord } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import { toneOf } from "../../kit/status.ts";
import { Timeline } from "../../kit/Timeline.tsx";
import { DateText } from "../../kit/text.tsx";
import { notify } from "../../kit/toast.tsx";
import classes from "./documents.module.css";
import { useT } from "./texts.ts";
import { needsReason, nextCodes } from "./words.ts";

export function Copies({ document }: { document: DocumentDetail }) {
  return (
    <ul className={classes.copies}>
      {document.copies.map((copy) => (
        <CopyItem
          key={copy.id}
          document={document}
          copy={copy}
          isOnly={document.copies.length === 1}
        />
      ))}
    </ul>
  );
}

function CopyItem({
  document,
  copy,
  isOnly,
}: {
  document: DocumentDetail;
  copy: Copy;
  isOnly: boolean;
}) {
  const { t, word } = useT();
  const text = useText();
  const [code, setCode] = useState<string | null>(null);
  async function write(description: string) {
    if (!code) return;
    await client.POST("/documents/{id}/copies/{copy}/status", {
      params: { path: { id: document.id, copy: copy.id } },
      body: description ? { code, description } : { code },
    });
    notify(t("status.done"));
    await refreshAll();
  }
  const action = (next: string) => word("act", next) ?? next;
  return (
    <li>
      <div className={classes.copyHead}>
        <div className={classes.copyName}>
          <AppLink href={address.agency(copy.to.agency ?? copy.to.code)}>{copy.to.name}</AppLink>
          <div className={kit.soft}>
            {word("transport", copy.transport) ?? copy.transport}
            {copy.fetched_at ? (
              <>
                {" · "}
                {t("fetchedAt")} <DateText value={copy.fetched_at} />
              </>
            ) : null}
            {copy.confirm_due_at ? (
              <>
                {" · "}
                {t("confirmDue")} <DateText value={copy.confirm_due_at} />
              </>
            ) : null}
          </div>
        </div>
        {copy.last_error ? <div className={kit.errorText}>{copy.last_error}</div> : null}
        <div className={classes.copySide}>
          <StatusBadge state={copy.state} />
          {copy.delivery_id ? (
            <AppLink href={address.delivery(copy.delivery_id)}>{t("delivery")}</AppLink>
          ) : null}
          <NextStatus
            state={copy.state}
            label={action}
            onChoose={setCode}
            receiver={copy.to.name}
          />
        </div>
      </div>
      {copy.history.length > 0 ? (
        <details open={isOnly || undefined} className={classes.history}>
          <summary>{t("history", { count: copy.history.length })}</summary>
          <Timeline
            items={copy.history.map((event, index) => ({
              key: `${event.at} ${event.code} ${index}`,
              at: event.at,
              tone: toneOf(event.code),
              title: text(event.label) || event.code,
              children: (
                <div className={kit.soft}>
                  {[event.description, event.staff, event.from?.name].filter(Boolean).join(" · ")}
                </div>
              ),
            }))}
          />
        </details>
      ) : null}
      <ActionDialog
        opened={code !== null}
        onClose={() => setCode(null)}
        title={code ? action(code) : ""}
        action={code ? action(code) : ""}
        reason={t("status.description")}
        reasonOptional={code ? !needsReason(code) : true}
        run={write}
      >
        <p>{t("status.text", { agency: copy.to.name })}</p>
      </ActionDialog>
    </li>
  );
}

interface NextStatusProps {
  state: string;
  receiver: string;
  label: (code: string) => string;
  onChoose: (code: string) => void;
}

function NextStatus({ state, receiver, label, onChoose }: NextStatusProps) {
  const { t } = useT();
  const stateWord = useStateWord();
  const can = useCan();
  const codes = can("exchange.document.process") ? nextCodes(state) : [];
  if (codes.length === 0) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          size="compact-sm"
          variant="default"
          rightSection={<IconChevronDown size={14} aria-hidden />}
          aria-label={t("status.menu", { agency: receiver })}
        >
          {t("status.action")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {codes.map((code) => (
          <Menu.Item key={code} onClick={() => onChoose(code)}>
            {label(code)}
            <div className={kit.soft}>
              {code} · {stateWord(code)}
            </div>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
