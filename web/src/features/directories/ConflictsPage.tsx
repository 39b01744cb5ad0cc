// The conflicts of all directories, by how they stand.

import { useState } from "react";
import { useAddress } from "../../kit/address.tsx";
import { FilterBar, SelectFilter, TextFilter } from "../../kit/filters.tsx";
import { ListPage } from "../../kit/ListPage.tsx";
import {
  type Choice,
  CONFLICT_STATES,
  DecideDialog,
  useConflictColumns,
  useConflicts,
} from "./Conflicts.tsx";
import { useT } from "./texts.ts";

export default function ConflictsPage() {
  const { t } = useT();
  const { get } = useAddress();
  const [choice, setChoice] = useState<Choice | null>(null);
  const state = CONFLICT_STATES.find((known) => known === get("state")) ?? "open";
  const query = useConflicts(state, get("connection"));
  return (
    <>
      <ListPage
        title={t("conflicts.title")}
        intro={t("conflicts.intro")}
        crumbs={[{ label: t("title"), href: "/directory-connections" }]}
        query={query}
        columns={useConflictColumns(setChoice)}
        rowId={(row) => row.id}
        filterNames={["state", "connection"]}
        exportName="trung-lap-thu-muc"
        empty={{ title: t("conflicts.emptyTitle"), text: t("conflicts.emptyText") }}
        filters={
          <FilterBar>
            <TextFilter name="connection" label={t("conflicts.connection")} grow={false} />
            <SelectFilter
              name="state"
              label={t("conflicts.how")}
              all={t("conflicts.state.open")}
              options={CONFLICT_STATES.slice(1).map((value) => ({
                value,
                label: t(`conflicts.state.${value}`),
              }))}
            />
          </FilterBar>
        }
      />
      {choice ? <DecideDialog choice={choice} onClose={() => setChoice(null)} /> : null}
    </>
  );
}
