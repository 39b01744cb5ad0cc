// What a unit holds that would go along: counts, and the accounts by name.

import { Button } from "@mantine/core";
import type { UnitHoldings } from "../../api/types.ts";
import { formatNumber } from "../../i18n/format.ts";
import { useLanguage } from "../../i18n/texts.ts";
import { AppLink } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { useT } from "./texts.ts";
import classes from "./unit-moves.module.css";

const COUNTS = ["accounts", "grants", "groups", "group_grants"] as const;

interface HoldingsProps {
  found: UnitHoldings;
  onCommit: () => void;
}

export function Holdings({ found, onCommit }: HoldingsProps) {
  const { t } = useT();
  const language = useLanguage();
  const isEmpty = COUNTS.every((name) => found[name] === 0);
  const rest = found.accounts - found.usernames.length;
  return (
    <Panel
      title={t("found")}
      actions={isEmpty ? null : <Button onClick={onCommit}>{t("next")}</Button>}
    >
      {isEmpty ? (
        <p className={kit.soft}>{t("nothing")}</p>
      ) : (
        <>
          <dl className={classes.counts}>
            {COUNTS.map((name) => (
              <div key={name}>
                <dt>{t(`count.${name}`)}</dt>
                <dd>{formatNumber(found[name], language)}</dd>
              </div>
            ))}
          </dl>
          {found.usernames.length > 0 ? (
            <details className={kit.more} open={found.usernames.length <= 20}>
              <summary>{t("names")}</summary>
              <ul className={classes.names}>
                {found.usernames.map((name) => (
                  <li key={name}>
                    <AppLink href={`/accounts?q=${encodeURIComponent(name)}`}>{name}</AppLink>
                  </li>
                ))}
              </ul>
              {rest > 0 ? <p className={kit.soft}>{t("more", { count: rest })}</p> : null}
            </details>
          ) : null}
        </>
      )}
    </Panel>
  );
}
