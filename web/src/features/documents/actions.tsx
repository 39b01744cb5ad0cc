// What can be done with a document: send again, take back, answer.

import { Button, Menu } from "@mantine/core";
import { IconArrowBackUp, IconChevronDown, IconCornerUpLeft, IconSend } from "@tabler/icons-react";
import { useState } from "react";
import { client, refreshAll } from "../../api/client.ts";
import type { DocumentDetail } from "../../api/types.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { AppLink, address, useGo } from "../../kit/address.tsx";
import { useCan } from "../../kit/session.ts";
import { notify } from "../../kit/toast.tsx";
import { useT } from "./texts.ts";

type Open = "resend" | "revoke" | null;
const CHANGES = ["update", "replace"] as const;

export function Actions({ document }: { document: DocumentDetail }) {
  const { t } = useT();
  const go = useGo();
  const can = useCan();
  const maySend = can("exchange.document.send");
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  async function resend() {
    await client.POST("/documents/{id}/resend", {
      params: { path: { id: document.id } },
      body: {},
    });
    notify(t("resend.done"));
    await refreshAll();
  }
  async function revoke(reason: string) {
    await client.POST("/documents/{id}/revoke", {
      params: { path: { id: document.id } },
      body: { reason },
    });
    notify(t("revoke.done"));
    await refreshAll();
  }
  return (
    <>
      {maySend ? (
        <Button
          variant="default"
          renderRoot={({ ref: _, ...props }) => (
            <AppLink href={address.compose({ answer: document.id })} {...props} />
          )}
          leftSection={<IconCornerUpLeft size={17} aria-hidden />}
        >
          {t("answer")}
        </Button>
      ) : null}
      {can("exchange.document.resend") ? (
        <Button
          variant="default"
          leftSection={<IconSend size={17} aria-hidden />}
          onClick={() => setOpen("resend")}
        >
          {t("resend.action")}
        </Button>
      ) : null}
      {maySend && document.business_type === 0 ? (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" rightSection={<IconChevronDown size={16} aria-hidden />}>
              {t("change.action")}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {CHANGES.map((change) => (
              <Menu.Item
                key={change}
                onClick={() => go(address.compose({ [change]: document.id }))}
              >
                {t(`change.${change}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      ) : null}
      {maySend && document.business_type === 0 ? (
        <Button
          variant="default"
          leftSection={<IconArrowBackUp size={17} aria-hidden />}
          onClick={() => setOpen("revoke")}
        >
          {t("revoke.action")}
        </Button>
      ) : null}
      <ActionDialog
        opened={open === "resend"}
        onClose={close}
        title={t("resend.title")}
        action={t("resend.action")}
        run={resend}
      >
        <p>{t("resend.text")}</p>
      </ActionDialog>
      <ActionDialog
        opened={open === "revoke"}
        onClose={close}
        title={t("revoke.title")}
        action={t("revoke.action")}
        reason={t("revoke.reason")}
        danger
        run={revoke}
      >
        <p>{t("revoke.text")}</p>
      </ActionDialog>
    </>
  );
}
