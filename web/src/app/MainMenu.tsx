// The menu, from the list of features and what the person may open.

import { Tooltip } from "@mantine/core";
import { useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { features } from "../features/index.ts";
import { useText } from "../i18n/texts.ts";
import { AppLink } from "../kit/address.tsx";
import type { Feature, MenuGroup } from "../kit/feature.ts";
import { holds, useSession } from "../kit/session.ts";
import classes from "./shell.module.css";
import { useAppTexts } from "./texts.ts";

const GROUPS = ["documents", "exchange", "people", "administration"] as const;

/** The features that this person may open. */
export function useFeatures(): readonly Feature[] {
  const { me } = useSession();
  return features.filter((feature) => holds(me.permissions, feature.permissions));
}

export function MainMenu({ isFolded, onChoose }: { isFolded: boolean; onChoose?: () => void }) {
  const { t } = useAppTexts();
  const open = useFeatures();
  const of = (group: MenuGroup) => open.filter((feature) => feature.group === group);
  const draw = (feature: Feature) => (
    <Entry
      key={feature.id}
      feature={feature}
      isFolded={isFolded}
      {...(onChoose ? { onChoose } : {})}
    />
  );
  const menu = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  // The menu is longer than an office screen is high: where one is stays in sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path is what moves the mark
  useEffect(() => {
    menu.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }, [path]);
  return (
    <nav ref={menu} aria-label={t("menu")} className={classes.menu}>
      <ul>{of("home").map(draw)}</ul>
      {GROUPS.map((group) => {
        const entries = of(group);
        if (entries.length === 0) return null;
        return (
          <div key={group}>
            <h2 className={isFolded ? classes.groupFolded : classes.group}>
              <span>{t(`groups.${group}`)}</span>
            </h2>
            <ul>{entries.map(draw)}</ul>
          </div>
        );
      })}
    </nav>
  );
}

interface EntryProps {
  feature: Feature;
  isFolded: boolean;
  onChoose?: () => void;
}

function Entry({ feature, isFolded, onChoose }: EntryProps) {
  const text = useText();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const isHere =
    feature.path === "/"
      ? path === "/"
      : path === feature.path || path.startsWith(`${feature.path}/`);
  const Icon = feature.icon;
  const name = text(feature.label);
  return (
    <li>
      <Tooltip label={name} position="right" disabled={!isFolded}>
        <AppLink
          href={feature.path}
          className={classes.entry}
          aria-current={isHere ? "page" : undefined}
          aria-label={isFolded ? name : undefined}
          onClick={onChoose}
        >
          <Icon size={19} stroke={1.6} aria-hidden />
          {isFolded ? null : <span>{name}</span>}
        </AppLink>
      </Tooltip>
    </li>
  );
}
