// One system: what it speaks for, how it fares, its secrets.

import { Button } from "@mantine/core";
import { IconSettings } from "@tabler/icons-react";
import { api } from "../../api/client.ts";
import { formatNumber } from "../../i18n/format.ts";
import { useLanguage } from "../../i18n/texts.ts";
import { AppLink, address, useParam } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import { Page, Panel } from "../../kit/Page.tsx";
import { StatusBadge } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import { Loaded } from "../../kit/states.tsx";
import { CodeText, DateText, Facts } from "../../kit/text.tsx";
import { Secrets } from "./Secrets.tsx";
import classes from "./systems.module.css";
import { useT } from "./texts.ts";

const REFRESH_MS = 10_000;

export default function SystemPage() {
  const { t, word } = useT();
  const language = useLanguage();
  const can = useCan();
  const name = useParam("name");
  const query = api.useQuery(
    "get",
    "/systems/{name}",
    { params: { path: { name } } },
    { refetchInterval: REFRESH_MS },
  );
  const system = query.data;
  return (
    <Page
      title={system?.title ?? name}
      crumbs={[{ label: t("title"), href: "/systems" }]}
      aside={system ? <StatusBadge state={system.enabled ? "enabled" : "disabled"} /> : null}
      actions={
        can("registry.resource.read") ? (
          <Button
            variant="default"
            renderRoot={({ ref: _, ...props }) => (
              <AppLink href={`/registry/system/${encodeURIComponent(name)}`} {...props} />
            )}
            leftSection={<IconSettings size={17} aria-hidden />}
          >
            {t("configure")}
          </Button>
        ) : null
      }
    >
      <Loaded query={query}>
        {(loaded) => (
          <div className={kit.columns}>
            <div className={kit.stack}>
              <Secrets system={name} />
              <Panel title={t("agencies", { count: loaded.agencies.length })}>
                <ul className={classes.list}>
                  {loaded.agencies.map((agency) => (
                    <li key={agency.code}>
                      <AppLink href={address.agency(agency.code)}>{agency.name}</AppLink>
                      <CodeText copy>{agency.code}</CodeText>
                    </li>
                  ))}
                </ul>
              </Panel>
            </div>
            <Panel title={t("facts.title")}>
              <Facts
                facts={[
                  {
                    label: t("column.systemid"),
                    value: <CodeText copy>{loaded.systemid}</CodeText>,
                  },
                  { label: t("facts.name"), value: <CodeText>{loaded.name}</CodeText> },
                  { label: t("facts.mode"), value: word("mode", loaded.mode) ?? loaded.mode },
                  { label: t("column.seen"), value: <DateText value={loaded.last_seen_at} /> },
                  { label: t("column.waiting"), value: formatNumber(loaded.waiting, language) },
                  { label: t("column.sent"), value: formatNumber(loaded.sent_today, language) },
                  {
                    label: t("column.received"),
                    value: formatNumber(loaded.received_today, language),
                  },
                ]}
              />
            </Panel>
          </div>
        )}
      </Loaded>
    </Page>
  );
}
