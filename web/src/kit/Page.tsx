// The frame of every page: title of the window, heading, breadcrumbs, actions.

import { Group, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { useLanguage } from "../i18n/texts.ts";
import { AppLink } from "./address.tsx";
import classes from "./kit.module.css";
import { placeIn, useSession } from "./session.ts";
import { useKitTexts } from "./texts.ts";

export interface Crumb {
  label: string;
  href: string;
}

interface PageProps {
  title: string;
  /** Shown in the window's title instead of `title`, for instance with a count. */
  windowTitle?: string;
  intro?: ReactNode;
  /** Beside the heading: count or state. */
  aside?: ReactNode;
  crumbs?: readonly Crumb[];
  actions?: ReactNode;
  children: ReactNode;
}

export function usePageTitle(title: string) {
  const { about } = useSession();
  const language = useLanguage();
  useEffect(() => {
    document.title = `${title} · ${about.product} ${placeIn(about, language)}`;
  }, [title, about, language]);
}

export function Page(props: PageProps) {
  const { t } = useKitTexts();
  usePageTitle(props.windowTitle ?? props.title);
  return (
    <div className={classes.page}>
      {props.crumbs && props.crumbs.length > 0 ? (
        <nav aria-label={t("crumbs")} className={classes.crumbs}>
          {props.crumbs.map((crumb) => (
            <AppLink key={crumb.href} href={crumb.href}>
              {crumb.label}
            </AppLink>
          ))}
        </nav>
      ) : null}
      <header className={classes.pageHead}>
        <div className={classes.pageTitle}>
          <Group gap="sm" align="baseline">
            <Title order={1} tabIndex={-1}>
              {props.title}
            </Title>
            {props.aside}
          </Group>
          {props.intro ? <p className={classes.intro}>{props.intro}</p> : null}
        </div>
        {props.actions ? <div className={classes.actions}>{props.actions}</div> : null}
      </header>
      {props.children}
    </div>
  );
}

interface PanelProps {
  title?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** No padding: the content brings its own (tables, lists). */
  flush?: boolean;
  className?: string | undefined;
  label?: string;
}

/** A card with an optional heading. */
export function Panel({ title, actions, children, flush, className, label }: PanelProps) {
  const names = [classes.panel, className].filter(Boolean).join(" ");
  return (
    <section className={names} aria-label={label}>
      {title || actions ? (
        <div className={classes.panelHead}>
          {title ? <Title order={2}>{title}</Title> : <span />}
          {actions}
        </div>
      ) : null}
      <div className={flush ? classes.panelFlush : classes.panelBody}>{children}</div>
    </section>
  );
}
