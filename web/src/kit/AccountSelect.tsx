// Choosing a person by name, user name or mail address; the server searches.
//
// Owns: the field, and what every search of people asks and shows.

import { keepPreviousData } from "@tanstack/react-query";
import { api, present } from "../api/client.ts";
import type { Account } from "../api/types.ts";
import classes from "./kit.module.css";
import { type ChoiceProps, HITS_MAX, SearchSelect, useSearch } from "./SearchSelect.tsx";
import { useKitTexts } from "./texts.ts";

/** The accounts that fit what is typed, asked for while the list is open. */
export function useFoundAccounts(search: ReturnType<typeof useSearch>) {
  return api.useQuery(
    "get",
    "/accounts",
    { params: { query: present({ q: search.wanted || undefined, limit: HITS_MAX }) } },
    { enabled: search.isOpen, placeholderData: keepPreviousData },
  );
}

/** An account in the list: name, sign-in name, agency. */
export function accountHit(account: Account, value: string) {
  return {
    value,
    label: account.display_name,
    note: (
      <>
        <span className={classes.code}>{account.username}</span>
        {account.agency ? ` · ${account.agency.name}` : null}
      </>
    ),
  };
}

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
  const found = useFoundAccounts(search);
  return (
    <SearchSelect
      {...props}
      search={search}
      shown={chosen.data?.display_name ?? ""}
      hits={(found.data?.items ?? []).map((account) => accountHit(account, account.id))}
      isSearching={found.isFetching}
      placeholder={props.placeholder ?? t("account.placeholder")}
      clear={t("account.clear")}
      none={t("account.none")}
    />
  );
}
