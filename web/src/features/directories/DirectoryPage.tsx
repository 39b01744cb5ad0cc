// One directory: can it be read, what is taken over, when it was read and what that did.

import type { Resource } from "../../api/types.ts";
import { AppLink, address } from "../../kit/address.tsx";
import { KeptSecret } from "../../kit/KeptSecret.tsx";
import { AboutPanel, ResourcePage } from "../../kit/ResourcePage.tsx";
import { textOf, textsOf } from "../../kit/resource.ts";
import { useCan } from "../../kit/session.ts";
import { CodeText } from "../../kit/text.tsx";
import { ConflictsPanel } from "./Conflicts.tsx";
import { KIND, modeOf, productOf, setPassword } from "./kinds.ts";
import { RunsPanel } from "./RunsPanel.tsx";
import { SchedulePanel } from "./SchedulePanel.tsx";
import { TestPanel } from "./TestPanel.tsx";
import { useT } from "./texts.ts";

export default function DirectoryPage() {
  const { t } = useT();
  const can = useCan();
  return (
    <ResourcePage
      kind={KIND}
      list={{ label: t("title"), href: "/directory-connections" }}
      words={{ on: t("actions.on"), off: t("actions.off"), remove: t("actions.remove") }}
      fresh={{ title: t("fresh.title"), text: t("fresh.text") }}
      side={(resource) => (
        <>
          <Password name={resource.name} />
          <SchedulePanel resource={resource} />
          <About resource={resource} />
        </>
      )}
    >
      {(resource) => (
        <>
          {can("directory.connection.run") ? <TestPanel resource={resource} /> : null}
          {can("directory.connection.read") ? (
            <>
              <RunsPanel name={resource.name} />
              <ConflictsPanel connection={resource.name} />
            </>
          ) : null}
        </>
      )}
    </ResourcePage>
  );
}

function Password({ name }: { name: string }) {
  const { t } = useT();
  const can = useCan();
  if (!can("directory.connection.secret")) return null;
  return (
    <KeptSecret
      words={{
        title: t("password.title"),
        text: t("password.text"),
        set: t("password.set"),
        replaces: t("password.replaces"),
        label: t("form.password"),
        save: t("password.save"),
        done: t("password.done"),
      }}
      save={(password) => setPassword(name, password)}
    />
  );
}

function About({ resource }: { resource: Resource }) {
  const { t } = useT();
  const agency = textOf(resource, "agency");
  const code = (text: string) => <CodeText>{text}</CodeText>;
  return (
    <AboutPanel
      resource={resource}
      facts={[
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
      ]}
    />
  );
}
