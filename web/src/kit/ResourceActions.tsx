// What can be done with any resource that has a page of its own: all settings, on and off, delete.
//
// Owns: the buttons and their questions. Not here: what on and off means (the page's words).

import { Button } from "@mantine/core";
import { IconAdjustments } from "@tabler/icons-react";
import { useState } from "react";
import { client, refreshAll } from "../api/client.ts";
import type { Resource } from "../api/types.ts";
import { ActionDialog } from "./ActionDialog.tsx";
import { AppLink, useGo } from "./address.tsx";
import { isEnabled, saveFields } from "./resource.ts";
import { useKitTexts } from "./texts.ts";
import { notify } from "./toast.tsx";

/** What follows from each act, in words of the kind. */
export interface SwitchWords {
  on: string;
  off: string;
  remove: string;
}

interface ResourceActionsProps {
  resource: Resource;
  /** Where to go when it is deleted. */
  listHref: string;
  words: SwitchWords;
}

export function ResourceActions({ resource, listHref, words }: ResourceActionsProps) {
  const { t } = useKitTexts();
  const go = useGo();
  const [open, setOpen] = useState<"switch" | "delete" | null>(null);
  const isOn = isEnabled(resource);
  async function toggle() {
    await saveFields(resource, { enabled: !isOn });
    notify(t(isOn ? "resource.isOff" : "resource.isOn"));
    await refreshAll();
  }
  async function remove() {
    const path = { kind: resource.kind, name: resource.name };
    await client.DELETE("/resources/{kind}/{name}", { params: { path } });
    notify(t("resource.deleted"));
    go(listHref);
    await refreshAll();
  }
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconAdjustments size={17} aria-hidden />}
        renderRoot={({ ref: _, ...props }) => (
          <AppLink
            href={`/registry/${resource.kind}/${encodeURIComponent(resource.name)}`}
            {...props}
          />
        )}
      >
        {t("resource.allSettings")}
      </Button>
      <Button variant="default" onClick={() => setOpen("switch")}>
        {t(isOn ? "resource.off" : "resource.on")}
      </Button>
      <Button variant="default" color="red" onClick={() => setOpen("delete")}>
        {t("resource.delete")}
      </Button>
      <ActionDialog
        opened={open === "switch"}
        onClose={() => setOpen(null)}
        title={t(isOn ? "resource.off" : "resource.on")}
        action={t(isOn ? "resource.off" : "resource.on")}
        danger={isOn}
        run={toggle}
      >
        <p>{isOn ? words.off : words.on}</p>
      </ActionDialog>
      <ActionDialog
        opened={open === "delete"}
        onClose={() => setOpen(null)}
        title={t("resource.delete")}
        action={t("resource.delete")}
        typed={resource.name}
        danger
        run={remove}
      >
        <p>{words.remove}</p>
      </ActionDialog>
    </>
  );
}
