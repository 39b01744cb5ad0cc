// One directory: can it be read, what is taken over, when it was read and what that did.

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
import { ConflictsPanel } from "./Conflicts.tsx";
import { KIND, modeOf, productOf } from "./kinds.ts";
import { PasswordPanel } from "./PasswordPanel.tsx";
import { RunsPanel } from "./RunsPanel.tsx";
import { SchedulePanel } from "./SchedulePanel.tsx";
import { TestPanel } from "./TestPanel.tsx";
import { useT } from "./texts.ts";

export default function DirectoryPage() {
  const { t } = useT();
  const name = useParam("name");
  const can = useCan();
  const { get } = useAddress();
  const query = api.useQuery("get", "/resources/{kind}/{name}", {
    params: { path: { kind: KIND, name } },
  });
  const resource = query.data;
  return (
    <Page
      title={resource ? titleOf(resource) : name}
      crumbs={[{ label: t("title"), href: "/directory-connections" }]}
      aside={resource ? <StatusBadge state={isEnabled(resource) ? "enabled" : "disabled"} /> : null}
      actions={
        resource && can("registry.resource.write") ? (
          <ResourceActions
            resource={resource}
            listHref="/directory-connections"
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
      <Loaded query={query}>
        {(loaded) => (
          <div className={kit.columns}>
            <div className={kit.stack}>
              {can("directory.connection.run") ? <TestPanel resource={loaded} /> : null}
              {can("directory.connection.read") ? (
                <>
                  <RunsPanel name={loaded.name} />
                  <ConflictsPanel connection={loaded.name} />
                </>
              ) : null}
            </div>
            <div className={kit.stack}>
              {can("directory.connection.secret") ? <PasswordPanel name={loaded.name} /> : null}
              <SchedulePanel resource={loaded} />
              <About resource={loaded} />
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function About({ resource }: { resource: Resource }) {
  const { t } = useT();
  const agency = textOf(resource, "agency");
  const code = (text: string) => <CodeText>{text}</CodeText>;
  return (
    <Panel title={t("facts.title")}>
      <Facts
        facts={[
          { label: t("column.name"), value: code(resource.name) },
          { label: t("column.product"), value: t(`product.${productOf(resource)}.title`) },
          { label: t("column.mode"), value: t(`mode.${modeOf(resource)}`) },
          {
            label: t("column.urls"),
            value: textsOf(resource, "urls").map((url) => <div key={url}>{code(url)}</div>),
          },
          { label: t("form.bindDn"), value: code(textOf(resource, "bind_dn")) },
          { label: t("form.peopleBase"), value: code(textOf(resource, "people_base")) },
          {
            label: t("form.groupsBase"),
            value: code(textOf(resource, "groups_base")),
            show: textOf(resource, "groups_base") !== "",
          },
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
