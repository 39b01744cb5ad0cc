// Persons who answer for something: choosing one, and showing one that is named.
//
// Owns: the field and the link. Invariant: the value is the sign-in name, as specifications and
// interfaces carry it.
// Not here: choosing an account by its id (`AccountSelect.tsx`).

import { TextInput } from "@mantine/core";
import { api } from "../api/client.ts";
import type { Account } from "../api/types.ts";
import { accountHit, useFoundAccounts } from "./AccountSelect.tsx";
import { AppLink, address } from "./address.tsx";
import { type ChoiceProps, HITS_MAX, SearchSelect, useSearch } from "./SearchSelect.tsx";
import { useCan } from "./session.ts";
import { CodeText } from "./text.tsx";
import { useKitTexts } from "./texts.ts";

/** Kinds of accounts whose people may answer for programs. */
const PERSONS = ["official", "administrator", "operator"];

/** The account behind a sign-in name, if it can be seen. */
function usePerson(username: string | null) {
  const can = useCan();
  const query = api.useQuery(
    "get",
    "/accounts",
    { params: { query: { q: username ?? "", limit: HITS_MAX } } },
    {
      enabled: Boolean(username) && can("identity.account.read"),
      staleTime: 60_000,
      retry: false,
    },
  );
  return query.data?.items.find((account) => account.username === username);
}

function mayAnswer(account: Account): boolean {
  return PERSONS.includes(account.kind) && account.state === "active";
}

interface PersonSelectProps extends ChoiceProps {
  /** Sign-in name of the one who cannot be chosen. */
  except?: string;
}

/** The value is a sign-in name. Who may not look for people types it. */
export function PersonSelect(props: PersonSelectProps) {
  const can = useCan();
  if (can("identity.account.read")) return <SearchedPerson {...props} />;
  return (
    <TextInput
      className={props.className ?? ""}
      label={props.label}
      {...(props.description ? { description: props.description } : {})}
      {...(props.required ? { required: true } : {})}
      error={props.error}
      spellCheck={false}
      autoComplete="off"
      value={props.value ?? ""}
      onChange={(event) => props.onChange(event.currentTarget.value.trim() || null)}
    />
  );
}

function SearchedPerson({ except, ...props }: PersonSelectProps) {
  const { t } = useKitTexts();
  const search = useSearch();
  const chosen = usePerson(props.value);
  const found = useFoundAccounts(search);
  const fit = (found.data?.items ?? []).filter(
    (account) => mayAnswer(account) && account.username !== except,
  );
  return (
    <SearchSelect
      {...props}
      search={search}
      shown={chosen?.display_name ?? props.value ?? ""}
      hits={fit.map((account) => accountHit(account, account.username))}
      isSearching={found.isFetching}
      placeholder={props.placeholder ?? t("account.placeholder")}
      clear={t("account.clear")}
      none={t("account.none")}
    />
  );
}

/** A person by sign-in name: the name with the way to the account, as far as it can be seen. */
export function PersonLink({ username }: { username: string }) {
  const person = usePerson(username);
  if (!person) return <CodeText>{username}</CodeText>;
  return <AppLink href={address.account(person.id)}>{person.display_name}</AppLink>;
}
