// Whether a SAML application gets what is said of a person encrypted for it alone.

import { Button } from "@mantine/core";
import { useState } from "react";
import { refreshAll } from "../../api/client.ts";
import type { Resource } from "../../api/types.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { fieldOf, saveFields } from "../../kit/resource.ts";
import { Badge } from "../../kit/StatusBadge.tsx";
import { isNode } from "../../kit/schema/schema.ts";
import { useCan } from "../../kit/session.ts";
import { notify } from "../../kit/toast.tsx";
import { useT } from "./texts.ts";

/** Whether the application has given a key to encrypt with. */
export function hasEncryptionKey(resource: Pick<Resource, "spec">): boolean {
  return isNode(fieldOf(resource, "encryption"));
}

/** Whether it is used. */
export function isEncrypted(resource: Pick<Resource, "spec">): boolean {
  return fieldOf(resource, "encrypt_assertion") === true;
}

export function EncryptionPanel({ resource }: { resource: Resource }) {
  const { t } = useT();
  const can = useCan();
  const [isOpen, setOpen] = useState(false);
  if (resource.kind !== "saml-sp") return null;
  const isOn = isEncrypted(resource);
  const hasKey = hasEncryptionKey(resource);
  const action = t(isOn ? "encryption.off" : "encryption.on");
  async function toggle() {
    await saveFields(resource, { encrypt_assertion: !isOn });
    notify(t("encryption.saved"));
    await refreshAll();
  }
  return (
    <Panel
      title={t("encryption.title")}
      actions={
        hasKey && can("registry.resource.write") ? (
          <Button size="compact-md" variant="default" onClick={() => setOpen(true)}>
            {action}
          </Button>
        ) : null
      }
    >
      <Badge tone={isOn ? "ok" : "stopped"}>
        {t(isOn ? "encryption.isOn" : "encryption.isOff")}
      </Badge>
      <p className={kit.soft} style={{ margin: "8px 0 0" }}>
        {t(hasKey ? "encryption.text" : "encryption.noKey")}
      </p>
      <ActionDialog
        opened={isOpen}
        onClose={() => setOpen(false)}
        title={action}
        action={action}
        danger={isOn}
        run={toggle}
      >
        <p>{t(isOn ? "encryption.offText" : "encryption.onText")}</p>
      </ActionDialog>
    </Panel>
  );
}
