// One application: what to type into its settings, its secrets, ending its sessions, on and off.

import { Alert, Button } from "@mantine/core";
import { useState } from "react";
import { api, client } from "../../api/client.ts";
import type { Resource } from "../../api/types.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { AppLink, address, useAddress, useParam } from "../../kit/address.tsx";
import { useIssuer } from "../../kit/issuer.ts";
import kit from "../../kit/kit.module.css";
import { Page, Panel } from "../../kit/Page.tsx";
import { ResourceActions } from "../../kit/ResourceActions.tsx";
import { isEnabled, titleOf } from "../../kit/resource.ts";
import { SecretsPanel } from "../../kit/Secrets.tsx";
import { StatusBadge } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import { Loaded } from "../../kit/states.tsx";
import { DateText, Facts } from "../../kit/text.tsx";
import { notify } from "../../kit/toast.tsx";
import { Connect } from "./Connect.tsx";
import { readyTexts } from "./recipes.ts";
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
  const issuer = useIssuer();
  const secrets = resource ? secretsOf(resource) : null;
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
              {secrets ? (
                <SecretsPanel
                  api={secrets}
                  owner={name}
                  ready={(secret) => readyTexts(loaded, issuer, secret)}
                />
              ) : null}
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
  const can = useCan();
  const [isEnding, setEnding] = useState(false);
  const hasTokens = resource.kind === "oidc-client" && can("sso.client.write");
  async function endTokens() {
    const { data } = await client.DELETE("/oidc-clients/{client}/tokens", {
      params: { path: { client: resource.name } },
    });
    notify(t("tokens.done", { count: data?.ended ?? 0 }));
  }
  return (
    <>
      {hasTokens ? (
        <Button variant="default" onClick={() => setEnding(true)}>
          {t("tokens.action")}
        </Button>
      ) : null}
      <ResourceActions
        resource={resource}
        listHref="/applications"
        words={{ on: t("actions.on"), off: t("actions.off"), remove: t("actions.remove") }}
      />
      <ActionDialog
        opened={isEnding}
        onClose={() => setEnding(false)}
        title={t("tokens.action")}
        action={t("tokens.action")}
        danger
        run={endTokens}
      >
        <p>{t("tokens.text")}</p>
      </ActionDialog>
    </>
  );
}
