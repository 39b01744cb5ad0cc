// Choosing a person by name, user name or mail address; the server searches.

import { CloseButton, Combobox, TextInput, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { api, present } from "../api/client.ts";
import classes from "./kit.module.css";
import { useKitTexts } from "./texts.ts";

const HITS_MAX = 20;
const TYPING_MS = 200;

interface AccountSelectProps {
  label: string;
  /** Id of the account. */
  value: string | null;
  onChange: (id: string | null) => void;
  description?: string;
  error?: string | undefined;
  required?: boolean;
}

export function AccountSelect(props: AccountSelectProps) {
  const { t } = useKitTexts();
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const [text, setText] = useState<string | null>(null);
  const [wanted] = useDebouncedValue((text ?? "").trim().normalize("NFC"), TYPING_MS);
  const chosen = api.useQuery(
    "get",
    "/accounts/{id}",
    { params: { path: { id: props.value ?? "" } } },
    { enabled: Boolean(props.value), staleTime: 60_000, retry: false },
  );
  const hits = api.useQuery(
    "get",
    "/accounts",
    { params: { query: present({ q: wanted || undefined, limit: HITS_MAX }) } },
    { enabled: combobox.dropdownOpened, placeholderData: keepPreviousData },
  );
  const items = hits.data?.items ?? [];
  function choose(id: string | null) {
    props.onChange(id);
    setText(null);
    combobox.closeDropdown();
  }
  return (
    <Combobox store={combobox} onOptionSubmit={choose}>
      <Combobox.Target>
        <TextInput
          label={props.label}
          placeholder={t("account.placeholder")}
          value={text ?? (props.value ? (chosen.data?.display_name ?? "") : "")}
          error={props.error}
          {...(props.description ? { description: props.description } : {})}
          {...(props.required ? { required: true } : {})}
          onChange={(event) => {
            setText(event.currentTarget.value);
            combobox.openDropdown();
            combobox.updateSelectedOptionIndex();
          }}
          onClick={() => combobox.openDropdown()}
          onBlur={() => {
            combobox.closeDropdown();
            if (text?.trim() === "") props.onChange(null);
            setText(null);
          }}
          rightSection={
            props.value ? (
              <CloseButton
                size="sm"
                aria-label={t("account.clear")}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => choose(null)}
              />
            ) : null
          }
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Options mah={280} style={{ overflowY: "auto" }} aria-label={props.label}>
          {items.map((account) => (
            <Combobox.Option key={account.id} value={account.id}>
              <div>{account.display_name}</div>
              <div className={classes.soft}>
                <span className={classes.code}>{account.username}</span>
                {account.agency ? ` · ${account.agency.name}` : null}
              </div>
            </Combobox.Option>
          ))}
          {items.length === 0 ? (
            <Combobox.Empty>{hits.isFetching ? t("loading") : t("account.none")}</Combobox.Empty>
          ) : null}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
