// The exchange, live: what moves, what waits, what is broken, who sends to whom.

import { SegmentedControl } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { formatTime } from "../../i18n/format.ts";
import { useAddress } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import { Page } from "../../kit/Page.tsx";
import { placeIn, useSession } from "../../kit/session.ts";
import { Loaded } from "../../kit/states.tsx";
import { Figures } from "./Figures.tsx";
import { FlowPicture } from "./FlowPicture.tsx";
import classes from "./home.module.css";
import { Recent } from "./Recent.tsx";
import { SeriesChart } from "./SeriesChart.tsx";
import { Alarms, Transport } from "./side.tsx";
import { useT } from "./texts.ts";

const REFRESH_MS = 5_000;
const WINDOWS = ["hour", "today", "week"] as const;

export default function HomePage() {
  const { t } = useT();
  const { about, me } = useSession();
  const address = useAddress();
  const window = WINDOWS.find((known) => known === address.get("window")) ?? "today";
  const query = api.useQuery(
    "get",
    "/exchange/overview",
    { params: { query: { window } } },
    { refetchInterval: REFRESH_MS, placeholderData: keepPreviousData },
  );
  return (
    <Page
      title={t("title")}
      intro={t("intro", { province: placeIn(about, me.preferences.language) })}
      actions={
        <div className={classes.window}>
          {query.data ? (
            <span className={kit.soft} data-testid="as-of">
              {t("asOf", { time: formatTime(query.data.as_of) })}
            </span>
          ) : null}
          <SegmentedControl
            size="xs"
            aria-label={t("window.label")}
            value={window}
            onChange={(value) => address.set({ window: value === "today" ? null : value })}
            data={WINDOWS.map((value) => ({ value, label: t(`window.${value}`) }))}
          />
        </div>
      }
    >
      <Loaded query={query} rows={14}>
        {(overview) => (
          <>
            <Figures overview={overview} />
            <div className={classes.columns}>
              <div className={kit.stack}>
                <FlowPicture flows={overview.flows} />
                <SeriesChart series={overview.series} window={window} />
                <Recent items={overview.recent} />
              </div>
              <div className={kit.stack}>
                <Transport overview={overview} />
                <Alarms alarms={overview.alarms} />
              </div>
            </div>
          </>
        )}
      </Loaded>
    </Page>
  );
}
