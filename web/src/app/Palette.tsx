// Command palette: pages, people, applications, documents, agencies and systems by name, number or
// code, marks ignored.
//
// Follows: the combobox pattern of WAI-ARIA: focus stays in the field, arrows move the choice.

import { Modal } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import {
  IconApps,
  IconBuilding,
  IconFileText,
  IconSearch,
  IconServer,
  IconUser,
} from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useMemo, useState } from "react";
import { api } from "../api/client.ts";
import { beginsWords, fold, matches } from "../i18n/format.ts";
import { useText } from "../i18n/texts.ts";
import { address, useGo } from "../kit/address.tsx";
import { useApps } from "../kit/apps.ts";
import type { IconType } from "../kit/feature.ts";
import { useCan } from "../kit/session.ts";
import { useFeatures } from "./MainMenu.tsx";
import classes from "./shell.module.css";
import { useAppTexts } from "./texts.ts";

const HITS_MAX = 6;
const TYPING_MS = 180;

interface Hit {
  id: string;
  group: string;
  label: string;
  note?: string;
  icon: IconType;
  href: string;
}

function usePages(query: string): Hit[] {
  const { t } = useAppTexts();
  const text = useText();
  const features = useFeatures();
  return features
    .filter((feature) =>
      beginsWords(`${feature.label.vi} ${feature.label.en} ${feature.keywords ?? ""}`, query),
    )
    .map((feature) => ({
      id: `page-${feature.id}`,
      group: t("palette.pages"),
      label: text(feature.label),
      icon: feature.icon,
      href: feature.path,
    }));
}

function useThings(query: string): { hits: Hit[]; isSearching: boolean } {
  const { t } = useAppTexts();
  const can = useCan();
  const enabled = query.length >= 2;
  const options = { enabled, placeholderData: keepPreviousData, retry: false };
  const params = { params: { query: { q: query, limit: HITS_MAX } } };
  const people = api.useQuery("get", "/accounts", params, {
    ...options,
    enabled: enabled && can("identity.account.read"),
  });
  const apps = useApps(enabled);
  const documents = api.useQuery("get", "/documents", params, options);
  const agencies = api.useQuery("get", "/agencies", params, options);
  const systems = api.useQuery("get", "/systems", {}, { enabled, retry: false, staleTime: 60_000 });
  if (!enabled) return { hits: [], isSearching: false };
  const hits = [
    ...(people.data?.items ?? []).slice(0, HITS_MAX).map((item) => ({
      id: `account-${item.id}`,
      group: t("palette.people"),
      label: item.display_name,
      note: [item.username, item.agency?.name].filter(Boolean).join(" · "),
      icon: IconUser,
      href: address.account(item.id),
    })),
    ...apps
      .filter((app) => matches(`${app.title} ${app.name}`, query))
      .slice(0, HITS_MAX)
      .map((app) => ({
        id: `app-${app.kind}-${app.name}`,
        group: t("palette.applications"),
        label: app.title,
        note: app.name,
        icon: IconApps,
        href: address.application(app.kind, app.name),
      })),
    ...(agencies.data?.items ?? []).slice(0, HITS_MAX).map((item) => ({
      id: `agency-${item.code}`,
      group: t("palette.agencies"),
      label: item.name,
      note: item.code,
      icon: IconBuilding,
      href: address.agency(item.code),
    })),
    ...(systems.data?.items ?? [])
      .filter((item) => matches(`${item.title} ${item.name} ${item.systemid}`, query))
      .slice(0, HITS_MAX)
      .map((item) => ({
        id: `system-${item.name}`,
        group: t("palette.systems"),
        label: item.title,
        note: item.systemid,
        icon: IconServer,
        href: address.system(item.name),
      })),
    ...(documents.data?.items ?? []).slice(0, HITS_MAX).map((item) => ({
      id: `document-${item.id}`,
      group: t("palette.documents"),
      label: item.subject,
      note: [item.number, item.from.name].filter(Boolean).join(" · "),
      icon: IconFileText,
      href: address.document(item.id),
    })),
  ];
  const isSearching = [people, agencies, systems, documents].some((found) => found.isFetching);
  return { hits, isSearching };
}

export default function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useAppTexts();
  const go = useGo();
  const [text, setText] = useState("");
  const [place, setPlace] = useState(0);
  const [query] = useDebouncedValue(text.trim().normalize("NFC"), TYPING_MS);
  const pages = usePages(text.trim());
  const { hits: things, isSearching } = useThings(query);
  const hits = useMemo(() => {
    const wanted = fold(text.trim());
    const rank = (hit: Hit) => (wanted && fold(hit.label).startsWith(wanted) ? 0 : 1);
    const first = pages.toSorted((a, b) => rank(a) - rank(b));
    return [...(wanted ? first.slice(0, HITS_MAX) : first), ...things];
  }, [pages, things, text]);
  const current = Math.min(place, hits.length - 1);
  const currentId = hits[current]?.id;
  // The arrows walk further than the list shows.
  useEffect(() => {
    if (currentId) document.getElementById(currentId)?.scrollIntoView({ block: "nearest" });
  }, [currentId]);
  const isOver = query === text.trim().normalize("NFC") && !isSearching;

  function open(hit: Hit | undefined) {
    if (!hit) return;
    onClose();
    go(hit.href);
  }
  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setPlace((current + step + hits.length) % Math.max(1, hits.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      open(hits[current]);
    }
  }

  return (
    <Modal.Root opened onClose={onClose} size={620} padding={0} yOffset="10vh">
      <Modal.Overlay />
      <Modal.Content aria-label={t("palette.title")}>
        <Modal.Body>
          <div className={classes.paletteField}>
            <IconSearch size={18} aria-hidden />
            <input
              data-autofocus
              role="combobox"
              aria-expanded="true"
              aria-controls="palette-hits"
              aria-activedescendant={currentId}
              aria-label={t("palette.input")}
              placeholder={t("palette.input")}
              value={text}
              onChange={(event) => {
                setText(event.currentTarget.value);
                setPlace(0);
              }}
              onKeyDown={onKeyDown}
              autoComplete="off"
              spellCheck={false}
            />
          </div>
          <div
            id="palette-hits"
            role="listbox"
            aria-label={t("palette.title")}
            className={classes.paletteHits}
          >
            {hits.map((hit, index) => {
              const Icon = hit.icon;
              return (
                <div key={hit.id}>
                  {hit.group !== hits[index - 1]?.group ? (
                    <div className={classes.paletteGroup} aria-hidden>
                      {hit.group}
                    </div>
                  ) : null}
                  {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field handles the keys */}
                  <div
                    id={hit.id}
                    role="option"
                    tabIndex={-1}
                    aria-selected={index === current}
                    className={classes.paletteHit}
                    onClick={() => open(hit)}
                    onMouseMove={() => setPlace(index)}
                  >
                    <Icon size={17} stroke={1.6} aria-hidden />
                    <span>{hit.label}</span>
                    {hit.note ? <span className={classes.paletteNote}>{hit.note}</span> : null}
                  </div>
                </div>
              );
            })}
          </div>
          <div className={classes.paletteFoot} role="status">
            {hits.length === 0 && isOver
              ? t("palette.none", { query: text.trim() })
              : t("palette.hint")}
          </div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
