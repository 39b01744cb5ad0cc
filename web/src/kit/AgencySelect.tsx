// Choosing an agency by name or code, marks ignored; the server searches.

import { keepPreviousData } from "@tanstack/react-query";
import { api, present } from "../api/client.ts";
import classes from "./kit.module.css";
import { type ChoiceProps, HITS_MAX, SearchSelect, useSearch } from "./SearchSelect.tsx";
import { useKitTexts } from "./texts.ts";

/** The name of an agency for its code. */
export function useAgencyName(code: string | null | undefined): string {
  const query = api.useQuery(
    "get",
    "/agencies/{code}",
    { params: { path: { code: code ?? "" } } },
    { enabled: Boolean(code), staleTime: 600_000, retry: false },
  );
  return query.data?.name ?? code ?? "";
}

/** An agency by its name where only its code is told; the code until the name is known. */
export function AgencyName({ code }: { code: string }) {
  return useAgencyName(code);
}

/** The value is the code of the agency. */
export function AgencySelect(props: ChoiceProps) {
  const { t } = useKitTexts();
  const search = useSearch();
  const name = useAgencyName(props.value);
  const found = api.useQuery(
    "get",
    "/agencies",
    { params: { query: present({ q: search.wanted || undefined, limit: HITS_MAX }) } },
    { enabled: search.isOpen, placeholderData: keepPreviousData },
  );
  return (
    <SearchSelect
      {...props}
      search={search}
      shown={name}
      hits={(found.data?.items ?? []).map((agency) => ({
        value: agency.code,
        label: agency.name,
        note: <span className={classes.code}>{agency.code}</span>,
      }))}
      isSearching={found.isFetching}
      placeholder={props.placeholder ?? t("agency.placeholder")}
      clear={t("agency.clear")}
      none={t("agency.none")}
    />
  );
}
