// Groups in groups: those in a group, and those that it is in itself.
//
// Owns: both lists, putting in and taking out. Not here: people of a group (`GroupPage.tsx`).

import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { api, client, refreshAll } from "../../api/client.ts";
import type { Group } from "../../api/types.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { AppLink } from "../../kit/address.tsx";
import { GroupSelect } from "../../kit/GroupSelect.tsx";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { useCan } from "../../kit/session.ts";
import { Loaded, type QueryLike } from "../../kit/states.tsx";
import { notify } from "../../kit/toast.tsx";
import { useT } from "./texts.ts";

type Side = "inside" | "above";

/** Which group changes when `other` stands on a side of `group`. */
function changed(side: Side, group: Group, other: string) {
  return side === "inside"
    ? { parent: group.id, child: other }
    : { parent: other, child: group.id };
}

interface Nesting {
  parent: string;
  add?: string;
  remove?: string;
}

function change({ parent, add, remove }: Nesting) {
  return client.POST("/groups/{id}/groups", {
    params: { path: { id: parent } },
    body: { add: add ? [add] : [], remove: remove ? [remove] : [] },
  });
}

interface SideProps {
  side: Side;
  group: Group;
  query: QueryLike<{ items: Group[] }>;
}

export function GroupsInside({ group }: { group: Group }) {
  const query = api.useQuery("get", "/groups/{id}/groups", { params: { path: { id: group.id } } });
  return <List side="inside" group={group} query={query} />;
}

export function GroupsAbove({ group }: { group: Group }) {
  const query = api.useQuery("get", "/groups", { params: { query: { member: group.id } } });
  return <List side="above" group={group} query={query} />;
}

function List({ side, group, query }: SideProps) {
  const { t } = useT();
  const can = useCan();
  const mayChange = can("identity.group.write");
  const [isAdding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<Group | null>(null);
  async function remove() {
    if (!leaving) return;
    const { parent, child } = changed(side, group, leaving.id);
    await change({ parent, remove: child });
    notify(t(`nest.${side}.removed`));
    await refreshAll();
  }
  return (
    <Panel
      title={t(`nest.${side}.title`)}
      actions={
        mayChange ? (
          <Button
            size="compact-md"
            variant="default"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => setAdding(true)}
          >
            {t(`nest.${side}.add`)}
          </Button>
        ) : null
      }
    >
      <p className={kit.soft} style={{ margin: "0 0 12px" }}>
        {t(`nest.${side}.text`)}
      </p>
      <Loaded query={query} rows={2}>
        {(page) =>
          page.items.length === 0 ? (
            <p style={{ margin: 0 }}>{t(`nest.${side}.none`)}</p>
          ) : (
            <ul className={kit.plainList}>
              {page.items.map((other) => (
                <li key={other.id}>
                  <AppLink href={`/groups/${other.id}`}>{other.display_name}</AppLink>
                  <span className={kit.soft}>{other.agency?.name ?? t("province")}</span>
                  {mayChange ? (
                    <Button
                      size="compact-sm"
                      variant="default"
                      onClick={() => setLeaving(other)}
                      aria-label={`${t(`nest.${side}.remove`)}: ${other.display_name}`}
                    >
                      {t(`nest.${side}.remove`)}
                    </Button>
                  ) : null}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <ActionDialog
        opened={leaving !== null}
        onClose={() => setLeaving(null)}
        title={t(`nest.${side}.remove`)}
        action={t(`nest.${side}.remove`)}
        danger
        run={remove}
      >
        <p>{t(`nest.${side}.removeText`, { name: leaving?.display_name ?? "" })}</p>
      </ActionDialog>
      {isAdding ? <AddDialog side={side} group={group} onClose={() => setAdding(false)} /> : null}
    </Panel>
  );
}

interface AddProps {
  side: Side;
  group: Group;
  onClose: () => void;
}

function AddDialog({ side, group, onClose }: AddProps) {
  const { t } = useT();
  const [other, setOther] = useState<string | null>(null);
  async function run() {
    if (!other) return;
    const { parent, child } = changed(side, group, other);
    await change({ parent, add: child });
    notify(t(`nest.${side}.added`));
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t(`nest.${side}.add`)}
      action={t(`nest.${side}.add`)}
      isComplete={other !== null}
      run={run}
    >
      <GroupSelect label={t(`nest.${side}.which`)} value={other} onChange={setOther} />
    </ActionDialog>
  );
}
