// One application: what to type into its settings, its secrets, ending its sessions, on and off.

import { Button } from "@mantine/core";
import { useState } from "react";
import { client } from "../../api/client.ts";
import type { Resource } from "../../api/types.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { AppLink, address, useParam } from "../../kit/address.tsx";
import { useIssuer } from "../../kit/issuer.ts";
import { PersonLink } from "../../kit/PersonSelect.tsx";
import { AboutPanel, ResourcePage } from "../../kit/ResourcePage.tsx";
import { textOf } from "../../kit/resource.ts";
import { SecretsPanel } from "../../kit/Secrets.tsx";
import { useCan } from "../../kit/session.ts";
import { notify } from "../../kit/toast.tsx";
import { AccessPanel } from "./AccessPanel.tsx";
import { Connect } from "./Connect.tsx";
import { EncryptionPanel } from "./EncryptionPanel.tsx";
import { readyTexts } from "./recipes.ts";
import { secretsOf } from "./secrets.ts";
import { useT } from "./texts.ts";

export default function ApplicationPage() {
  const { t } = useT();
  const kind = useParam("kind");
  const hasSecret = kind !== "oidc-client" && !kind.startsWith("saml");
  return (
    <ResourcePage
      kind={kind}
      list={{ label: t("title"), href: "/applications" }}
      words={{ on: t("actions.on"), off: t("actions.off"), remove: t("actions.remove") }}
      fresh={{ title: t("fresh.title"), text: t(hasSecret ? "fresh.textSecret" : "fresh.text") }}
      actions={(resource) => <EndTokens resource={resource} />}
      side={(resource) => (
        <>
          <AccessPanel resource={resource} />
          <EncryptionPanel resource={resource} />
          <About resource={resource} />
        </>
      )}
    >
      {(resource) => (
        <>
          <Connect resource={resource} />
          <Secrets resource={resource} />
        </>
      )}
    </ResourcePage>
  );
}

function Secrets({ resource }: { resource: Resource }) {
  const issuer = useIssuer();
  const secrets = secretsOf(resource);
  if (!secrets) return null;
  return (
    <SecretsPanel
      api={secrets}
      owner={resource.name}
      ready={(secret) => readyTexts(resource, issuer, secret)}
    />
  );
}

function About({ resource }: { resource: Resource }) {
  const { t, word } = useT();
  const { kind, agency } = resource;
  const owner = textOf(resource, "owner");
  return (
    <AboutPanel
      resource={resource}
      facts={[
        { label: t("column.protocol"), value: word("protocol", kind) ?? kind },
        {
          label: t("column.agency"),
          value: agency ? (
            <AppLink href={address.agency(agency)}>{agency}</AppLink>
          ) : (
            t("facts.province")
          ),
        },
        {
          label: t("form.owner"),
          value: owner ? <PersonLink username={owner} /> : "—",
        },
      ]}
    />
  );
}

function EndTokens({ resource }: { resource: Resource }) {
  const { t } = useT();
  const can = useCan();
  const [isEnding, setEnding] = useState(false);
  if (resource.kind !== "oidc-client" || !can("sso.client.write")) return null;
  async function endTokens() {
    const { data } = await client.DELETE("/oidc-clients/{client}/tokens", {
      params: { path: { client: resource.name } },
    });
    notify(t("tokens.done", { count: data?.ended ?? 0 }));
  }
  return (
    <>
      <Button variant="default" onClick={() => setEnding(true)}>
        {t("tokens.action")}
      </Button>
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
