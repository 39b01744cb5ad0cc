// Choosing what happened by its words; the address keeps the name of the event.

import { matches } from "../../i18n/format.ts";
import { useAddress } from "../../kit/address.tsx";
import { useEventChoices, useEventWord } from "../../kit/events/events.tsx";
import kit from "../../kit/kit.module.css";
import { SearchSelect, useSearch } from "../../kit/SearchSelect.tsx";
import { useT } from "./texts.ts";

/** Hits shown at once. */
const EVENTS_MAX = 40;

export function EventFilter({ name, label }: { name: string; label: string }) {
  const { t } = useT();
  const { get, set } = useAddress();
  const eventWord = useEventWord();
  const choices = useEventChoices();
  const search = useSearch();
  const value = get(name) ?? null;
  const found = choices.filter(({ event, label }) => matches(`${label} ${event}`, search.wanted));
  return (
    <SearchSelect
      className={kit.filter}
      label={label}
      value={value}
      onChange={(event) => set({ [name]: event, cursor: null })}
      search={search}
      shown={value ? eventWord(value) : ""}
      hits={found.slice(0, EVENTS_MAX).map(({ event, label }) => ({
        value: event,
        label,
        note: <span className={kit.code}>{event}</span>,
      }))}
      placeholder={t("actionHint")}
      clear={t("actionClear")}
      none={t("actionNone")}
    />
  );
}
