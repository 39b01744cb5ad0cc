// Choosing an act (a permission) by a part of its name.

import { api } from "../../api/client.ts";
import { useText } from "../../i18n/texts.ts";
import { type ChoiceProps, SearchSelect, useSearch } from "../SearchSelect.tsx";
import { actsOf, findActs } from "./permissions.ts";
import { useDecisionTexts } from "./texts.ts";

/** Hits shown at once: an area has up to thirty acts. */
const ACTS_MAX = 60;

/** The value is the permission. */
export function ActSelect(props: ChoiceProps) {
  const { t, word } = useDecisionTexts();
  const text = useText();
  const search = useSearch();
  const query = api.useQuery("get", "/roles", {}, { staleTime: 600_000 });
  const roles = query.data?.items ?? [];
  const nameOf = (name: string) => text(roles.find((role) => role.role === name)?.labels) || name;
  const areaName = (area: string) => word("area", area) ?? area;
  const found = findActs(actsOf(roles), search.wanted, areaName, ACTS_MAX);
  return (
    <SearchSelect
      {...props}
      search={search}
      shown={props.value ?? ""}
      hits={found.map((act) => ({
        value: act.permission,
        label: act.permission,
        note:
          act.roles.length > 0
            ? t("heldBy", { roles: act.roles.map(nameOf).join(", ") })
            : t("heldByNone"),
      }))}
      isSearching={query.isFetching}
      placeholder={props.placeholder ?? t("whatHint")}
      clear={t("whatClear")}
      none={t("whatNone")}
    />
  );
}
