// One provider: does it answer, its secret, what its claims become, what its levels are worth, who
// is linked to it.

import { Alert } from "@mantine/core";
import type { Resource } from "../../api/types.ts";
import { AppLink, address } from "../../kit/address.tsx";
import { KeptSecret } from "../../kit/KeptSecret.tsx";
import { AboutPanel, ResourcePage } from "../../kit/ResourcePage.tsx";
import { textOf, textsOf } from "../../kit/resource.ts";
import { useCan } from "../../kit/session.ts";
import { CodeText } from "../../kit/text.tsx";
import { CheckPanel } from "./CheckPanel.tsx";
import { KIND, levelsOf, needsSecret, profileOf, setSecret } from "./kinds.ts";
import { LevelsPanel } from "./LevelsPanel.tsx";
import { LinksPanel } from "./LinksPanel.tsx";
import { MapPanel } from "./MapPanel.tsx";
import { useT } from "./texts.ts";

export default function ProviderPage() {
  const { t } = useT();
  return (
    <ResourcePage
      kind={KIND}
      list={{ label: t("title"), href: "/identity-providers" }}
      words={{ on: t("actions.on"), off: t("actions.off"), remove: t("actions.remove") }}
      fresh={{ title: t("fresh.title"), text: t("fresh.text") }}
      note={(resource) =>
        profileOf(resource) === "generic" ? null : (
          <Alert variant="default" title={t("unverified.title")}>
            {t("unverified.text")}
          </Alert>
        )
      }
      side={(resource) => (
        <>
          <Secret resource={resource} />
          <About resource={resource} />
        </>
      )}
    >
      {(resource) => (
        <>
          <CheckPanel resource={resource} />
          <MapPanel resource={resource} />
          <LevelsPanel key={JSON.stringify(levelsOf(resource))} resource={resource} />
          <LinksPanel resource={resource} />
        </>
      )}
    </ResourcePage>
  );
}

function Secret({ resource }: { resource: Resource }) {
  const { t } = useT();
  const can = useCan();
  if (!needsSecret(resource) || !can("sso.provider.secret")) return null;
  return (
    <KeptSecret
      words={{
        title: t("secret.title"),
        text: t("secret.text"),
        set: t("secret.set"),
        replaces: t("secret.replaces"),
        label: t("form.secret"),
        save: t("secret.save"),
        done: t("secret.done"),
      }}
      save={(secret) => setSecret(resource.name, secret)}
    />
  );
}

function About({ resource }: { resource: Resource }) {
  const { t, word } = useT();
  const unknown = textOf(resource, "unknown") || "refuse";
  const clientAuth = textOf(resource, "client_auth") || "client_secret_basic";
  const agency = textOf(resource, "request_agency");
  return (
    <AboutPanel
      resource={resource}
      facts={[
        { label: t("column.profile"), value: t(`profile.${profileOf(resource)}.title`) },
        {
          label: t("column.issuer"),
          value: <CodeText copy>{textOf(resource, "issuer")}</CodeText>,
        },
        {
          label: t("form.clientId"),
          value: <CodeText copy>{textOf(resource, "client_id")}</CodeText>,
        },
        { label: t("form.clientAuth"), value: word("clientAuth", clientAuth) ?? clientAuth },
        {
          label: t("form.scopes"),
          value: <CodeText>{textsOf(resource, "scopes").join(" ")}</CodeText>,
        },
        { label: t("form.unknown"), value: word("unknown", unknown) ?? unknown },
        {
          label: t("form.agency"),
          value: <AppLink href={address.agency(agency)}>{agency}</AppLink>,
          show: agency !== "",
        },
      ]}
    />
  );
}
