// The frame around every page: header, menu, content, palette, messages.
//
// Owns: landmarks, skip link, focus after navigation, global keys.

import { ActionIcon, Drawer, Tooltip } from "@mantine/core";
import { useDisclosure, useHotkeys, useMediaQuery } from "@mantine/hooks";
import {
  IconKeyboard,
  IconLayoutSidebarLeftCollapse,
  IconLayoutSidebarLeftExpand,
  IconMenu2,
  IconSearch,
} from "@tabler/icons-react";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { AppLink, address, useGo } from "../kit/address.tsx";
import { keep, readKept } from "../kit/kept.ts";
import { placeName, useCan, useSession } from "../kit/session.ts";
import { Toasts } from "../kit/toast.tsx";
import { AccountMenu } from "./AccountMenu.tsx";
import { ActingBar } from "./ActingBar.tsx";
import { ImpersonationBar } from "./ImpersonationBar.tsx";
import { MainMenu } from "./MainMenu.tsx";
import { PrintHead } from "./PrintHead.tsx";
import classes from "./shell.module.css";
import { useAppTexts } from "./texts.ts";

const Palette = lazy(() => import("./Palette.tsx"));
const KeysHelp = lazy(() => import("./KeysHelp.tsx"));

/** Moves the focus to the new page's content, as a full page load would. */
function useFocusOnNavigation() {
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const last = useRef(path);
  useEffect(() => {
    if (last.current === path) return;
    last.current = path;
    main.current?.focus({ preventScroll: true });
  }, [path]);
  return main;
}

export function Shell() {
  const { t } = useAppTexts();
  const { about, me } = useSession();
  const go = useGo();
  const isNarrow =
    useMediaQuery("(max-width: 62em)", undefined, { getInitialValueInEffect: false }) ?? false;
  const [isFolded, setFolded] = useState(() => readKept("menu") === "folded");
  const [drawer, drawerSet] = useDisclosure(false);
  const [palette, paletteSet] = useDisclosure(false);
  const [help, helpSet] = useDisclosure(false);
  const main = useFocusOnNavigation();
  const mayWrite = useCan()("exchange.document.send");
  useHotkeys([
    ["mod+K", paletteSet.open],
    ["shift+?", helpSet.open],
    ["?", helpSet.open],
    ["c", () => (mayWrite ? go(address.compose()) : undefined)],
  ]);

  function fold() {
    const next = !isFolded;
    setFolded(next);
    keep("menu", next ? "folded" : "open");
  }

  return (
    <div className={classes.shell} data-folded={(isFolded && !isNarrow) || undefined}>
      <a className={classes.skip} href="#content">
        {t("skip")}
      </a>
      <header className={classes.header}>
        {isNarrow ? (
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            onClick={drawerSet.open}
            aria-label={t("openMenu")}
          >
            <IconMenu2 size={20} aria-hidden />
          </ActionIcon>
        ) : null}
        <AppLink href="/" className={classes.brand}>
          <img src="/emblem.svg" alt="" width={28} height={28} />
          <span className={classes.product}>{about.product}</span>
          <span className={classes.province}>{placeName(about, me.preferences.language)}</span>
        </AppLink>
        {about.demo ? (
          <Tooltip label={t("demoHint")}>
            <span className={classes.demo}>{t("demo")}</span>
          </Tooltip>
        ) : null}
        <button
          type="button"
          className={classes.search}
          onClick={paletteSet.open}
          aria-label={t("search")}
        >
          <IconSearch size={16} aria-hidden />
          <span>{t("search")}</span>
          <kbd>Ctrl K</kbd>
        </button>
        <div className={classes.tools}>
          <Tooltip label={t("keys")}>
            <ActionIcon
              className={classes.keys ?? ""}
              variant="subtle"
              color="gray"
              size={36}
              onClick={helpSet.open}
              aria-label={t("keys")}
            >
              <IconKeyboard size={20} stroke={1.6} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <AccountMenu />
        </div>
      </header>

      {isNarrow ? (
        <Drawer
          opened={drawer}
          onClose={drawerSet.close}
          size={288}
          title={t("menu")}
          closeButtonProps={{ "aria-label": t("closeMenu") }}
        >
          <MainMenu isFolded={false} onChoose={drawerSet.close} />
        </Drawer>
      ) : (
        <aside className={classes.side}>
          <MainMenu isFolded={isFolded} />
          <button
            type="button"
            className={classes.fold}
            onClick={fold}
            aria-label={isFolded ? t("unfoldMenu") : t("foldMenu")}
          >
            {isFolded ? (
              <IconLayoutSidebarLeftExpand size={18} stroke={1.6} aria-hidden />
            ) : (
              <IconLayoutSidebarLeftCollapse size={18} stroke={1.6} aria-hidden />
            )}
            {isFolded ? null : <span>{t("foldMenu")}</span>}
          </button>
        </aside>
      )}

      <main id="content" ref={main} tabIndex={-1} className={classes.main}>
        <PrintHead />
        <ImpersonationBar />
        <ActingBar />
        {me.password_due && !about.demo ? (
          <p className={classes.notice}>
            {t("passwordDue.text")} <AppLink href="/profile">{t("passwordDue.action")}</AppLink>
          </p>
        ) : null}
        <Outlet />
      </main>
      <Toasts />
      <Suspense fallback={null}>
        {palette ? <Palette onClose={paletteSet.close} /> : null}
        {help ? <KeysHelp onClose={helpSet.close} /> : null}
      </Suspense>
    </div>
  );
}
