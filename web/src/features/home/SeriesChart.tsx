// Accepted, delivered and failed over time, as a small drawing of our own and as a table.

import { useElementSize } from "@mantine/hooks";
import type { SeriesPoint } from "../../api/types.ts";
import { formatDateTime, formatNumber, formatTime } from "../../i18n/format.ts";
import { useLanguage } from "../../i18n/texts.ts";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import classes from "./home.module.css";
import { ceilingOf, linePath, type Place } from "./series.ts";
import { useT } from "./texts.ts";

const HEIGHT = 170;
const SIGN_WIDTH = 7.4;
const BOTTOM = 22;
const TOP = 8;
const GRID_LINES = 4;
const TIME_LABEL_WIDTH = 74;

export function SeriesChart({
  series,
  window,
}: {
  series: readonly SeriesPoint[];
  window: string;
}) {
  const { t } = useT();
  const language = useLanguage();
  const { ref, width } = useElementSize();
  const ceiling = ceilingOf(series);
  // Room for the largest number of the scale.
  const left = 16 + formatNumber(ceiling, language).length * SIGN_WIDTH;
  const inner = Math.max(0, width - left - 8);
  const x = (index: number) =>
    left + (series.length > 1 ? (index / (series.length - 1)) * inner : inner / 2);
  const y = (value: number) => TOP + (1 - value / ceiling) * (HEIGHT - TOP - BOTTOM);
  const places = (pick: (point: SeriesPoint) => number): Place[] =>
    series.map((point, index) => ({ x: x(index), y: y(pick(point)) }));
  const accepted = places((point) => point.accepted);
  const base = y(0);
  const every = Math.max(
    1,
    Math.ceil(series.length / Math.max(1, Math.floor(inner / TIME_LABEL_WIDTH))),
  );
  const stamp = (at: string) =>
    window === "week" ? formatDateTime(at).slice(0, 5) : formatTime(at);
  return (
    <Panel title={t("series.title")} actions={<Legend />}>
      <div ref={ref}>
        {width > 0 && series.length > 0 ? (
          <svg
            width={width}
            height={HEIGHT}
            role="img"
            aria-label={t("series.aria")}
            className={classes.series}
          >
            {Array.from({ length: GRID_LINES + 1 }, (_, line) => {
              const value = (ceiling / GRID_LINES) * line;
              return (
                <g key={value}>
                  <line
                    className={classes.grid}
                    x1={left}
                    x2={width - 8}
                    y1={y(value)}
                    y2={y(value)}
                  />
                  <text className={classes.axis} x={left - 6} y={y(value) + 4} textAnchor="end">
                    {formatNumber(value, language)}
                  </text>
                </g>
              );
            })}
            {series.map((point, index) =>
              index % every === 0 ? (
                <text
                  key={point.at}
                  className={classes.axis}
                  x={x(index)}
                  y={HEIGHT - 4}
                  textAnchor={anchorOf(x(index), left, width)}
                >
                  {stamp(point.at)}
                </text>
              ) : null,
            )}
            <path
              className={classes.acceptedArea}
              d={`${linePath(accepted)} L${x(series.length - 1)},${base} L${x(0)},${base} Z`}
            />
            <path className={classes.acceptedLine} d={linePath(accepted)} />
            <path
              className={classes.deliveredLine}
              d={linePath(places((point) => point.delivered))}
            />
            {series.map((point, index) =>
              point.failed > 0 ? (
                <rect
                  key={point.at}
                  className={classes.failedBar}
                  x={x(index) - 2}
                  width={4}
                  y={y(point.failed)}
                  height={base - y(point.failed)}
                />
              ) : null,
            )}
          </svg>
        ) : null}
        {series.length === 0 ? <p className={kit.soft}>{t("series.empty")}</p> : null}
      </div>
      <details className={classes.asTable}>
        <summary>{t("series.table")}</summary>
        <SeriesTable series={series} />
      </details>
    </Panel>
  );
}

/** The first and last times stand inside the picture. */
function anchorOf(x: number, left: number, width: number) {
  if (x < left + TIME_LABEL_WIDTH / 2 - 16) return "start";
  return x > width - TIME_LABEL_WIDTH / 2 + 16 ? "end" : "middle";
}

function Legend() {
  const { t } = useT();
  return (
    <ul className={classes.legend}>
      {(["accepted", "delivered", "failed"] as const).map((name) => (
        <li key={name} data-series={name}>
          {t(`series.${name}`)}
        </li>
      ))}
    </ul>
  );
}

function SeriesTable({ series }: { series: readonly SeriesPoint[] }) {
  const { t } = useT();
  const language = useLanguage();
  return (
    <div className={classes.tableBox} tabIndex={0} role="region" aria-label={t("series.title")}>
      <table className={kit.table}>
        <thead>
          <tr>
            <th scope="col">{t("series.time")}</th>
            <th scope="col" className={kit.numeric}>
              {t("series.accepted")}
            </th>
            <th scope="col" className={kit.numeric}>
              {t("series.delivered")}
            </th>
            <th scope="col" className={kit.numeric}>
              {t("series.failed")}
            </th>
          </tr>
        </thead>
        <tbody>
          {series.map((point) => (
            <tr key={point.at}>
              <td>{formatDateTime(point.at)}</td>
              <td className={kit.numeric}>{formatNumber(point.accepted, language)}</td>
              <td className={kit.numeric}>{formatNumber(point.delivered, language)}</td>
              <td className={kit.numeric}>{formatNumber(point.failed, language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
