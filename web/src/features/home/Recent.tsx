// What has just moved, newest first.

import type { RecentItem } from "../../api/types.ts";
import { formatTime } from "../../i18n/format.ts";
import { AppLink, address } from "../../kit/address.tsx";
import { Panel } from "../../kit/Page.tsx";
import { StatusBadge } from "../../kit/StatusBadge.tsx";
import classes from "./home.module.css";
import { useT } from "./texts.ts";

const RECENT_SHOWN = 10;

export function Recent({ items }: { items: readonly RecentItem[] }) {
  const { t } = useT();
  return (
    <Panel
      title={t("recent.title")}
      actions={
        <AppLink href={address.documents()} className={classes.more}>
          {t("recent.all")}
        </AppLink>
      }
    >
      {items.length === 0 ? <p className={classes.calm}>{t("recent.none")}</p> : null}
      <ul className={classes.recent}>
        {items.slice(0, RECENT_SHOWN).map((item) => (
          <li key={`${item.document_id} ${item.at}`}>
            <time className={classes.recentTime} dateTime={item.at}>
              {formatTime(item.at)}
            </time>
            <div className={classes.recentText}>
              <AppLink href={address.document(item.document_id)} className={classes.feedTitle}>
                {item.subject}
              </AppLink>
              <div className={classes.recentWay}>
                {item.from.name} <span aria-hidden>→</span> {item.to?.name ?? ""}
              </div>
            </div>
            <StatusBadge state={item.state} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
