// Choosing an agency by name or code, marks ignored; the server searches.

import { CloseButton, Combobox, TextInput, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { api, present } from "../api/client.ts";
import classes from "./kit.module.css";
import { useKitTexts } from "./texts.ts";

const HITS_MAX = 20;
const TYPING_MS = 200;

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

interface AgencySelectProps {
  label: string;
  value: string | null;
  onChange: (code: string | null) => void;
  error?: string | undefined;
  description?: string;
  required?: boolean;
  className?: string | undefined;
  placeholder?: string;
}

export function AgencySelect(props: AgencySelectProps) {
  const { t } = useKitTexts();
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const [text, setText] = useState<string | null>(null);
  const name = useAgencyName(props.value);
  const [wanted] = useDebouncedValue((text ?? "").trim().normalize("NFC"), TYPING_MS);
  const hits = api.useQuery(
    "get",
    "/agencies",
    { params: { query: present({ q: wanted || undefined, limit: HITS_MAX }) } },
    { enabled: combobox.dropdownOpened, placeholderData: keepPreviousData },
  );
  const items = hits.data?.items ?? [];
  function choose(code: string | null) {
    props.onChange(code);
    setText(null);
    combobox.closeDropdown();
  }
  return (
    <Combobox store={combobox} onOptionSubmit={choose}>
      <Combobox.Target>
        <TextInput
          className={props.className ?? ""}
          label={props.label}
          placeholder={props.placeholder ?? t("agency.placeholder")}
          value={text ?? (props.value ? name : "")}
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
                aria-label={t("agency.clear")}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => choose(null)}
              />
            ) : null
          }
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Options mah={280} style={{ overflowY: "auto" }} aria-label={props.label}>
          {items.map((agency) => (
            <Combobox.Option key={agency.code} value={agency.code}>
              <div>{agency.name}</div>
              <div className={`${classes.soft} ${classes.code}`}>{agency.code}</div>
            </Combobox.Option>
          ))}
          {items.length === 0 ? (
            <Combobox.Empty>{hits.isFetching ? t("loading") : t("agency.none")}</Combobox.Empty>
          ) : null}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
