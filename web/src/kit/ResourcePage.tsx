// The page of one resource whose kind has a page of its own.
//
// Owns: its head, on and off, what is said once it is new, the panel of general facts.
// Not here: what the page is about (each feature).

import { Alert } from "@mantine/core";
import type { ReactNode } from "react";
import { api } from "../api/client.ts";
import type { Resource } from "../api/types.ts";
import { AppLink, address, useAddress, useParam } from "./address.tsx";
import classes from "./kit.module.css";
import { type Crumb, Page, Panel } from "./Page.tsx";
import { ResourceActions, type SwitchWords } from "./ResourceActions.tsx";
import { isEnabled, titleOf } from "./resource.ts";
import { StatusBadge } from "./StatusBadge.tsx";
import { useCan } from "./session.ts";
import { Loaded } from "./states.tsx";
import { CodeText, DateText, type Fact, Facts } from "./text.tsx";
import { useKitTexts } from "./texts.ts";

interface ResourcePageProps {
  kind: string;
  list: Crumb;
  words: SwitchWords;
  /** What comes next, said while it is new. */
  fresh: { title: string; text: string };
  /** More actions, before those of every resource. */
  actions?: (resource: Resource) => ReactNode;
  /** A warning above everything. */
  note?: (resource: Resource) => ReactNode;
  children: (resource: Resource) => ReactNode;
  /** The narrow column on the right. */
  side: (resource: Resource) => ReactNode;
}

export function ResourcePage(props: ResourcePageProps) {
  const { kind, list } = props;
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
      crumbs={[list]}
      aside={resource ? <StatusBadge state={isEnabled(resource) ? "enabled" : "disabled"} /> : null}
      actions={
        resource && can("registry.resource.write") ? (
          <>
            {props.actions?.(resource)}
            <ResourceActions resource={resource} listHref={list.href} words={props.words} />
          </>
        ) : null
      }
    >
      {get("new") ? (
        <Alert variant="default" title={props.fresh.title}>
          {props.fresh.text}
        </Alert>
      ) : null}
      {resource ? props.note?.(resource) : null}
      <Loaded query={query}>
        {(loaded) => (
          <div className={classes.columns}>
            <div className={classes.stack}>{props.children(loaded)}</div>
            <div className={classes.stack}>{props.side(loaded)}</div>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

/** Its short name, what the kind adds, who changed it last, and the way into the journal. */
export function AboutPanel({ resource, facts }: { resource: Resource; facts: readonly Fact[] }) {
  const { t } = useKitTexts();
  return (
    <Panel title={t("resource.about")}>
      <Facts
        facts={[
          { label: t("resource.name"), value: <CodeText>{resource.name}</CodeText> },
          ...facts,
          { label: t("resource.changed"), value: <DateText value={resource.updated_at} /> },
          { label: t("resource.by"), value: resource.updated_by },
          {
            label: t("resource.journal"),
            value: (
              <AppLink href={address.journal({ subject: resource.name })}>
                {t("resource.seeJournal")}
              </AppLink>
            ),
          },
        ]}
      />
    </Panel>
  );
}
