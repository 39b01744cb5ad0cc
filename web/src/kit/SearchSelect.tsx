// A text box that finds one thing among many: people, agencies, permissions.
//
// Owns: typing, the list below, clearing, keys. The caller says what is found and how it is named.
// Not here: where the things come from (`AgencySelect.tsx`, `AccountSelect.tsx`).

import { CloseButton, Combobox, TextInput, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { type ReactNode, useState } from "react";
import classes from "./kit.module.css";
import { useKitTexts } from "./texts.ts";

/** Hits that a list shows at once. */
export const HITS_MAX = 20;
const TYPING_MS = 200;

/** What is typed; `wanted` follows it once the typing rests. */
export function useSearch() {
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const [text, setText] = useState<string | null>(null);
  const [wanted] = useDebouncedValue((text ?? "").trim().normalize("NFC"), TYPING_MS);
  const isTyping = (text ?? "").trim().normalize("NFC") !== wanted;
  return { combobox, text, setText, wanted, isTyping, isOpen: combobox.dropdownOpened };
}

export interface Hit {
  value: string;
  label: string;
  note?: ReactNode;
}

/** What every such field of a form takes. */
export interface ChoiceProps {
  label: string;
  value: string | null;
  onChange: (value: string | null) => void;
  error?: string | undefined;
  description?: string;
  required?: boolean;
  className?: string | undefined;
  placeholder?: string;
}

interface SearchSelectProps extends ChoiceProps {
  search: ReturnType<typeof useSearch>;
  /** The name of the chosen thing. */
  shown: string;
  hits: readonly Hit[];
  isSearching?: boolean;
  placeholder: string;
  /** Words of the button that empties the field, and for nothing found. */
  clear: string;
  none: string;
}

export function SearchSelect(props: SearchSelectProps) {
  const { t } = useKitTexts();
  const { combobox, text, setText } = props.search;
  function choose(value: string | null) {
    props.onChange(value);
    setText(null);
    combobox.closeDropdown();
  }
  return (
    <Combobox store={combobox} onOptionSubmit={choose}>
      <Combobox.Target>
        <TextInput
          className={props.className ?? ""}
          label={props.label}
          placeholder={props.placeholder}
          value={text ?? (props.value ? props.shown : "")}
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
                aria-label={props.clear}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => choose(null)}
              />
            ) : null
          }
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Options
          mah={280}
          style={{ overflowY: "auto" }}
          aria-label={props.label}
          aria-busy={props.search.isTyping || props.isSearching || undefined}
        >
          {props.hits.map((hit) => (
            <Combobox.Option key={hit.value} value={hit.value}>
              <div>{hit.label}</div>
              {hit.note ? <div className={classes.soft}>{hit.note}</div> : null}
            </Combobox.Option>
          ))}
          {props.hits.length === 0 ? (
            <Combobox.Empty>{props.isSearching ? t("loading") : props.none}</Combobox.Empty>
          ) : null}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
