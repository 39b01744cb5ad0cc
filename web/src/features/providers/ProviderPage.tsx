// One provider: does it answer, its secret, what its claims become, what its levels are worth.

import { Alert } from "@mantine/core";
import { api } from "../../api/client.ts";
import type { Resource } from "../../api/types.ts";
import { AppLink, address, useAddress, useParam } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import { Page, Panel } from "../../kit/Page.tsx";
import { ResourceActions } from "../../kit/ResourceActions.tsx";
import { isEnabled, textOf, textsOf, titleOf } from "../../kit/resource.ts";
import { StatusBadge } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import { Loaded } from "../../kit/states.tsx";
import { CodeText, DateText, Facts } from "../../kit/text.tsx";
import { CheckPanel } from "./CheckPanel.tsx";
import { KIND, levelsOf, needsSecret, profileOf } from "./kinds.ts";
import { LevelsPanel } from "./LevelsPanel.tsx";
import { MapPanel } from "./MapPanel.tsx";
import { SecretPanel } from "./SecretPanel.tsx";
import { useT } from "./texts.ts";

export default function ProviderPage() {
  const { t } = useT();
  const name = useParam("name");
  const can = useCan();
  const { get } = useAddress();
  const query = api.useQuery("get", "/resources/{kind}/{name}", {
    params: { path: { kind: KIND, name } },
  });
  const resource = query.data;
  const isUnproved = resource && profileOf(resource) !== "generic";
  return (
    <Page
      title={resource ? titleOf(resource) : name}
      crumbs={[{ label: t("title"), href: "/identity-providers" }]}
      aside={resource ? <StatusBadge state={isEnabled(resource) ? "enabled" : "disabled"} /> : null}
      actions={
        resource && can("registry.resource.write") ? (
          <ResourceActions
            resource={resource}
            listHref="/identity-providers"
            words={{ on: t("actions.on"), off: t("actions.off"), remove: t("actions.remove") }}
          />
        ) : null
      }
    >
      {get("new") ? (
        <Alert variant="default" title={t("fresh.title")}>
          {t("fresh.text")}
        </Alert>
      ) : null}
      {isUnproved ? (
        <Alert variant="default" title={t("unverified.title")}>
          {t("unverified.text")}
        </Alert>
      ) : null}
      <Loaded query={query}>
        {(loaded) => (
          <div className={kit.columns}>
            <div className={kit.stack}>
              <CheckPanel resource={loaded} />
              <MapPanel resource={loaded} />
              <LevelsPanel key={JSON.stringify(levelsOf(loaded))} resource={loaded} />
            </div>
            <div className={kit.stack}>
              {needsSecret(loaded) && can("sso.provider.secret") ? (
                <SecretPanel name={loaded.name} />
              ) : null}
              <About resource={loaded} />
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function About({ resource }: { resource: Resource }) {
  const { t, word } = useT();
  const unknown = textOf(resource, "unknown") || "refuse";
  const clientAuth = textOf(resource, "client_auth") || "client_secret_basic";
  const agency = textOf(resource, "request_agency");
  return (
    <Panel title={t("facts.title")}>
      <Facts
        facts={[
          { label: t("column.name"), value: <CodeText>{resource.name}</CodeText> },
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
          { label: t("column.changed"), value: <DateText value={resource.updated_at} /> },
          {
            label: t("facts.journal"),
            value: (
              <AppLink href={address.journal({ subject: resource.name })}>
                {t("facts.seeJournal")}
              </AppLink>
            ),
          },
        ]}
      />
    </Panel>
  );
}
