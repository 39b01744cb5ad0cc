// What a policy was: its revisions, and two of them compared.

import { Group, NativeSelect } from "@mantine/core";
import { useState } from "react";
import { api } from "../../api/client.ts";
import type { Resource, Revision } from "../../api/types.ts";
import { formatDateTime } from "../../i18n/format.ts";
import { DiffText } from "../../kit/BodyView.tsx";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { Loaded } from "../../kit/states.tsx";
import { Timeline } from "../../kit/Timeline.tsx";
import { cedarDiff } from "./diff.ts";
import { policyOf } from "./spec.ts";
import { useT } from "./texts.ts";

export function Revisions({ resource }: { resource: Resource }) {
  const { t } = useT();
  const query = api.useQuery("get", "/resources/{kind}/{name}/revisions", {
    params: { path: { kind: resource.kind, name: resource.name } },
  });
  return (
    <Loaded query={query}>
      {(page) => (
        <div className={kit.stack}>
          {page.items.length > 1 ? <Compare revisions={page.items} /> : null}
          <Panel title={t("revisions")}>
            <Timeline
              items={page.items.map((one) => ({
                key: String(one.revision),
                at: one.at,
                tone: one.revision === resource.revision ? "ok" : "stopped",
                title: t("revision", { number: one.revision }),
                children: (
                  <div className={kit.soft}>
                    {[one.actor, one.spec ? policyOf(one.spec).description : t("deleted")]
                      .filter(Boolean)
                      .join(" · ")}
                  </div>
                ),
              }))}
            />
          </Panel>
        </div>
      )}
    </Loaded>
  );
}

/** The rules of two revisions, line by line. */
function Compare({ revisions }: { revisions: readonly Revision[] }) {
  const { t } = useT();
  const [from, setFrom] = useState(revisions[1]?.revision ?? 1);
  const [to, setTo] = useState(revisions[0]?.revision ?? 1);
  const data = revisions.map((one) => ({
    value: String(one.revision),
    label: `${one.revision} · ${formatDateTime(one.at)}`,
  }));
  const of = (number: number) =>
    policyOf(revisions.find((one) => one.revision === number)?.spec ?? null);
  const [before, after] = [of(from), of(to)];
  const isSame = JSON.stringify(before) === JSON.stringify(after);
  return (
    <Panel title={t("compare.title")}>
      <Group gap="sm" mb="sm">
        <NativeSelect
          label={t("compare.from")}
          data={data}
          value={String(from)}
          onChange={(event) => setFrom(Number(event.currentTarget.value))}
        />
        <NativeSelect
          label={t("compare.to")}
          data={data}
          value={String(to)}
          onChange={(event) => setTo(Number(event.currentTarget.value))}
        />
      </Group>
      {isSame ? <p className={kit.soft}>{t("compare.same")}</p> : null}
      {before.description !== after.description ? (
        <p>{t("compare.description", { before: before.description, after: after.description })}</p>
      ) : null}
      {before.enabled !== after.enabled ? (
        <p>{t(after.enabled ? "compare.turnedOn" : "compare.turnedOff")}</p>
      ) : null}
      {before.cedar !== after.cedar ? (
        <DiffText text={cedarDiff(before.cedar, after.cedar)} label={t("compare.title")} />
      ) : null}
    </Panel>
  );
}
