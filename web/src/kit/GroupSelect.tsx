// Choosing a group by name, marks ignored; the server searches.

import { keepPreviousData } from "@tanstack/react-query";
import { api, present } from "../api/client.ts";
import { type ChoiceProps, HITS_MAX, SearchSelect, useSearch } from "./SearchSelect.tsx";
import { useKitTexts } from "./texts.ts";

/** The value is the id of the group. */
export function GroupSelect(props: ChoiceProps) {
  const { t } = useKitTexts();
  const search = useSearch();
  const chosen = api.useQuery(
    "get",
    "/groups/{id}",
    { params: { path: { id: props.value ?? "" } } },
    { enabled: Boolean(props.value), staleTime: 60_000, retry: false },
  );
  const found = api.useQuery(
    "get",
    "/groups",
    { params: { query: present({ q: search.wanted || undefined, limit: HITS_MAX }) } },
    { enabled: search.isOpen, placeholderData: keepPreviousData },
  );
  return (
    <SearchSelect
      {...props}
      search={search}
      shown={chosen.data?.display_name ?? ""}
      hits={(found.data?.items ?? []).map((group) => ({
        value: group.id,
        label: group.display_name,
        note: group.agency?.name ?? null,
      }))}
      isSearching={found.isFetching}
      placeholder={props.placeholder ?? t("group.placeholder")}
      clear={t("group.clear")}
      none={t("group.none")}
    />
  );
}
