// Choosing a person by name, user name or mail address; the server searches.

import { keepPreviousData } from "@tanstack/react-query";
import { api, present } from "../api/client.ts";
import classes from "./kit.module.css";
import { type ChoiceProps, HITS_MAX, SearchSelect, useSearch } from "./SearchSelect.tsx";
import { useKitTexts } from "./texts.ts";

/** The value is the id of the account. */
export function AccountSelect(props: ChoiceProps) {
  const { t } = useKitTexts();
  const search = useSearch();
  const chosen = api.useQuery(
    "get",
    "/accounts/{id}",
    { params: { path: { id: props.value ?? "" } } },
    { enabled: Boolean(props.value), staleTime: 60_000, retry: false },
  );
  const found = api.useQuery(
    "get",
    "/accounts",
    { params: { query: present({ q: search.wanted || undefined, limit: HITS_MAX }) } },
    { enabled: search.isOpen, placeholderData: keepPreviousData },
  );
  return (
    <SearchSelect
      {...props}
      search={search}
      shown={chosen.data?.display_name ?? ""}
      hits={(found.data?.items ?? []).map((account) => ({
        value: account.id,
        label: account.display_name,
        note: (
          <>
            <span className={classes.code}>{account.username}</span>
            {account.agency ? ` · ${account.agency.name}` : null}
          </>
        ),
      }))}
      isSearching={found.isFetching}
      placeholder={props.placeholder ?? t("account.placeholder")}
      clear={t("account.clear")}
      none={t("account.none")}
    />
  );
}
