// Filters whose values are the address.

import { Button, NativeSelect, TextInput } from "@mantine/core";
import { IconAdjustmentsHorizontal, IconSearch } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { formatDate, readTypedDay } from "../i18n/format.ts";
import { AgencySelect } from "./AgencySelect.tsx";
import { useAddress } from "./address.tsx";
import classes from "./kit.module.css";
import { useKitTexts } from "./texts.ts";

const TYPING_MS = 300;

interface FilterBarProps {
  children: ReactNode;
  /** Filters behind "more"; open from the start when one of `moreNames` is in the address. */
  more?: ReactNode;
  moreNames?: readonly string[];
}

export function FilterBar({ children, more, moreNames = [] }: FilterBarProps) {
  const { t } = useKitTexts();
  const { get } = useAddress();
  const used = moreNames.filter((name) => get(name)).length;
  const [isOpen, setOpen] = useState(used > 0);
  return (
    <search className={classes.filters} aria-label={t("filters")}>
      {children}
      {more ? (
        <Button
          className={classes.filterMore ?? ""}
          variant="subtle"
          color="gray"
          aria-expanded={isOpen}
          leftSection={<IconAdjustmentsHorizontal size={17} aria-hidden />}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen
            ? t("fewerFilters")
            : used > 0
              ? t("moreFiltersUsed", { count: used })
              : t("moreFilters")}
        </Button>
      ) : null}
      {isOpen ? more : null}
    </search>
  );
}

interface FilterProps {
  name: string;
  label: string;
}

export function TextFilter({
  name,
  label,
  placeholder,
  grow = true,
}: FilterProps & { placeholder?: string; grow?: boolean }) {
  const address = useAddress();
  const current = address.get(name) ?? "";
  const [text, setText] = useState(current);
  const written = useRef(current);
  const { set } = address;
  // Another place changed the address (back, "clear filters").
  useEffect(() => {
    if (current !== written.current) {
      written.current = current;
      setText(current);
    }
  }, [current]);
  useEffect(() => {
    const wanted = text.trim().normalize("NFC");
    if (wanted === written.current) return;
    const timer = setTimeout(() => {
      written.current = wanted;
      set({ [name]: wanted, cursor: null });
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, name, set]);
  return (
    <TextInput
      className={(grow ? classes.filterText : classes.filter) ?? ""}
      label={label}
      type="search"
      {...(placeholder ? { placeholder } : {})}
      leftSection={grow ? <IconSearch size={16} aria-hidden /> : undefined}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
    />
  );
}

export interface Option {
  value: string;
  label: string;
}

export function SelectFilter({
  name,
  label,
  options,
  all,
}: FilterProps & { options: readonly Option[]; all?: string }) {
  const address = useAddress();
  const { t } = useKitTexts();
  return (
    <NativeSelect
      className={classes.filter ?? ""}
      label={label}
      data={[{ value: "", label: all ?? t("all") }, ...options]}
      value={address.get(name) ?? ""}
      onChange={(event) => address.set({ [name]: event.currentTarget.value, cursor: null })}
    />
  );
}

export function AgencyFilter({ name, label }: FilterProps) {
  const address = useAddress();
  return (
    <AgencySelect
      className={classes.filter}
      label={label}
      value={address.get(name) ?? null}
      onChange={(code) => address.set({ [name]: code, cursor: null })}
    />
  );
}

interface DayInputProps {
  label: string;
  /** 2026-03-05 or empty. */
  value: string;
  onChange: (day: string) => void;
  error?: string | undefined;
  description?: string;
  className?: string | undefined;
  required?: boolean;
}

/** A day as it is typed in Vietnam: 05/03/2026. */
export function DayInput({
  label,
  value,
  onChange,
  error,
  description,
  className,
  required,
}: DayInputProps) {
  const { t } = useKitTexts();
  const [text, setText] = useState(formatDate(value));
  const [isWrong, setWrong] = useState(false);
  useEffect(() => {
    setText(formatDate(value));
    setWrong(false);
  }, [value]);
  function leave() {
    const typed = text.trim();
    const day = typed === "" ? "" : readTypedDay(typed);
    setWrong(day === null);
    if (day !== null && day !== value) onChange(day);
  }
  return (
    <TextInput
      className={className ?? ""}
      label={label}
      placeholder={t("day.hint")}
      inputMode="numeric"
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={leave}
      onKeyDown={(event) => {
        if (event.key === "Enter") leave();
      }}
      error={isWrong ? t("day.wrong") : error}
      {...(description ? { description } : {})}
      {...(required ? { required } : {})}
    />
  );
}

export function DayFilter({ name, label }: FilterProps) {
  const address = useAddress();
  return (
    <DayInput
      className={classes.filterDay}
      label={label}
      value={address.get(name) ?? ""}
      onChange={(day) => address.set({ [name]: day, cursor: null })}
    />
  );
}
