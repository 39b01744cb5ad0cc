// One application: what to type into its settings, its secrets, on and off.

import { Alert, Button } from "@mantine/core";
import { IconAdjustments } from "@tabler/icons-react";
import { useState } from "react";
import { api, client, refreshAll } from "../../api/client.ts";
import type { Resource } from "../../api/types.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { AppLink, address, useAddress, useGo, useParam } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import { Page, Panel } from "../../kit/Page.tsx";
import { StatusBadge } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import { Loaded } from "../../kit/states.tsx";
import { DateText, Facts } from "../../kit/text.tsx";
import { notify } from "../../kit/toast.tsx";
import { AppSecrets } from "./AppSecrets.tsx";
import { Connect } from "./Connect.tsx";
import { isAppKind, isEnabled, titleOf } from "./kinds.ts";
import { secretsOf } from "./secrets.ts";
import { useT } from "./texts.ts";

export default function ApplicationPage() {
  const { t, word } = useT();
  const kind = useParam("kind");
  const name = useParam("name");
  const can = useCan();
  const { get } = useAddress();
  const query = api.useQuery("get", "/resources/{kind}/{name}", {
    params: { path: { kind, name } },
  });
  const resource = query.data;
  return (
    <Page
      title={resource ? titleOf(resource) : name}
      crumbs={[{ label: t("title"), href: "/applications" }]}
      aside={resource ? <StatusBadge state={isEnabled(resource) ? "enabled" : "disabled"} /> : null}
      actions={resource && can("registry.resource.write") ? <Actions resource={resource} /> : null}
    >
      {get("new") ? (
        <Alert variant="default" title={t("fresh.title")}>
          {t(kind === "oidc-client" || kind.startsWith("saml") ? "fresh.text" : "fresh.textSecret")}
        </Alert>
      ) : null}
      <Loaded query={query}>
        {(loaded) => (
          <div className={kit.columns}>
            <div className={kit.stack}>
              <Connect resource={loaded} />
              {isAppKind(kind) && secretsOf(loaded) ? <AppSecrets resource={loaded} /> : null}
            </div>
            <Panel title={t("facts.title")}>
              <Facts
                facts={[
                  { label: t("column.protocol"), value: word("protocol", kind) ?? kind },
                  {
                    label: t("column.agency"),
                    value: loaded.agency ? (
                      <AppLink href={address.agency(loaded.agency)}>{loaded.agency}</AppLink>
                    ) : (
                      t("facts.province")
                    ),
                  },
                  { label: t("column.changed"), value: <DateText value={loaded.updated_at} /> },
                  { label: t("facts.by"), value: loaded.updated_by },
                  {
                    label: t("facts.journal"),
                    value: (
                      <AppLink href={address.journal({ subject: name })}>
                        {t("facts.seeJournal")}
                      </AppLink>
                    ),
                  },
                ]}
              />
            </Panel>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Actions({ resource }: { resource: Resource }) {
  const { t } = useT();
  const go = useGo();
  const [open, setOpen] = useState<"switch" | "delete" | null>(null);
  const isOn = isEnabled(resource);
  const path = { kind: resource.kind, name: resource.name };
  async function toggle() {
    await client.PUT("/resources/{kind}/{name}", {
      params: { path },
      body: {
        spec: { ...resource.spec, enabled: !isOn },
        base_revision: resource.revision,
        ...(resource.agency ? { agency: resource.agency } : {}),
      },
    });
    notify(t(isOn ? "switch.offDone" : "switch.onDone"));
    await refreshAll();
  }
  async function remove() {
    await client.DELETE("/resources/{kind}/{name}", { params: { path } });
    notify(t("delete.done"));
    await refreshAll();
    go("/applications");
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
        {t("allSettings")}
      </Button>
      <Button variant="default" onClick={() => setOpen("switch")}>
        {t(isOn ? "switch.off" : "switch.on")}
      </Button>
      <Button variant="default" color="red" onClick={() => setOpen("delete")}>
        {t("delete.action")}
      </Button>
      <ActionDialog
        opened={open === "switch"}
        onClose={() => setOpen(null)}
        title={t(isOn ? "switch.off" : "switch.on")}
        action={t(isOn ? "switch.off" : "switch.on")}
        danger={isOn}
        run={toggle}
      >
        <p>{t(isOn ? "switch.offText" : "switch.onText")}</p>
      </ActionDialog>
      <ActionDialog
        opened={open === "delete"}
        onClose={() => setOpen(null)}
        title={t("delete.title")}
        action={t("delete.action")}
        typed={resource.name}
        danger
        run={remove}
      >
        <p>{t("delete.text")}</p>
      </ActionDialog>
    </>
  );
}
