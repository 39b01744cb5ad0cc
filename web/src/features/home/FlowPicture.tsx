// Who sends to whom: ribbons between senders and receivers, and the same as a table.

import { SegmentedControl } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useMemo, useState } from "react";
import type { Flow } from "../../api/types.ts";
import { formatNumber } from "../../i18n/format.ts";
import { useLanguage } from "../../i18n/texts.ts";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { placeOf, useSession } from "../../kit/session.ts";
import { useKitTexts } from "../../kit/texts.ts";
import classes from "./home.module.css";
import {
  type Bar,
  type By,
  type Pair,
  pairsOf,
  pictureOf,
  REST,
  ribbonPath,
  shortName,
} from "./layout.ts";
import { useT } from "./texts.ts";

const BAR_WIDTH = 10;
const LABEL_WIDTH = 190;
/** Below this width the table says it better than a picture. */
const PICTURE_WIDTH_MIN = 560;
const SIGN_WIDTH = 7.3;

type View = By | "table";
const VIEWS: readonly View[] = ["group", "agency", "table"];

const GROUP_TOKENS: Record<string, string> = {
  outside: "var(--flow-4)",
  ministry: "var(--flow-4)",
  province: "var(--flow-1)",
  department: "var(--flow-1)",
  district: "var(--flow-2)",
  commune: "var(--flow-3)",
};
function colourOf(group: string): string {
  return GROUP_TOKENS[group] ?? "var(--flow-5)";
}

function useNames() {
  const { t } = useT();
  const { word } = useKitTexts();
  const { about } = useSession();
  return (end: { id: string; name: string; group: string }): string => {
    if (end.id === REST) return t("flow.rest");
    return shortName(end.name, placeOf(about)) || (word("level", end.group) ?? end.group);
  };
}

export function FlowPicture({ flows }: { flows: readonly Flow[] }) {
  const { t } = useT();
  const [view, setView] = useState<View>("group");
  const { ref, width } = useElementSize();
  const by: By = view === "agency" ? "agency" : "group";
  const pairs = useMemo(() => pairsOf(flows, by), [flows, by]);
  const isPicture = view !== "table" && width >= PICTURE_WIDTH_MIN;
  return (
    <Panel
      title={t("flow.title")}
      actions={
        <SegmentedControl
          size="xs"
          aria-label={t("flow.view")}
          value={view}
          onChange={(next) => setView(VIEWS.find((known) => known === next) ?? "group")}
          data={VIEWS.map((value) => ({ value, label: t(`flow.${value}`) }))}
        />
      }
    >
      <Sentence pairs={pairs} />
      <div ref={ref}>
        {pairs.length === 0 ? <p className={kit.soft}>{t("flow.empty")}</p> : null}
        {pairs.length > 0 && isPicture ? <Ribbons pairs={pairs} by={by} width={width} /> : null}
        {pairs.length > 0 && !isPicture && width > 0 ? <FlowTable pairs={pairs} /> : null}
      </div>
    </Panel>
  );
}

/** The picture in one sentence, for those who read and those who listen. */
function Sentence({ pairs }: { pairs: readonly Pair[] }) {
  const { t } = useT();
  const language = useLanguage();
  const nameOf = useNames();
  const total = pairs.reduce((sum, pair) => sum + pair.documents, 0);
  const first = pairs.find((pair) => pair.from.id !== REST && pair.to.id !== REST);
  if (!first || total === 0) return null;
  return (
    <p className={classes.sentence}>
      {t("flow.sentence", {
        total: formatNumber(total, language),
        from: nameOf(first.from),
        to: nameOf(first.to),
        share: formatNumber(Math.round((first.documents / total) * 100), language),
      })}
    </p>
  );
}

function Ribbons({ pairs, by, width }: { pairs: readonly Pair[]; by: By; width: number }) {
  const { t } = useT();
  const language = useLanguage();
  const nameOf = useNames();
  const [hovered, setHovered] = useState<string | null>(null);
  const picture = useMemo(() => pictureOf(pairs, by, by === "group" ? 290 : 400), [pairs, by]);
  const x0 = LABEL_WIDTH + BAR_WIDTH;
  const x1 = width - LABEL_WIDTH - BAR_WIDTH;
  const isDim = (from: Bar, to: Bar) =>
    hovered !== null && hovered !== `l${from.id}` && hovered !== `r${to.id}`;
  return (
    <svg
      className={classes.flow}
      width={width}
      height={picture.height + 26}
      role="img"
      aria-label={t("flow.aria")}
    >
      <text className={classes.flowHead} x={LABEL_WIDTH - 6} y={13} textAnchor="end">
        {t("flow.senders")}
      </text>
      <text className={classes.flowHead} x={width - LABEL_WIDTH + 6} y={13}>
        {t("flow.receivers")}
      </text>
      <g transform="translate(0 24)">
        {picture.ribbons.map((ribbon) => (
          <path
            key={`${ribbon.from.id} ${ribbon.to.id}`}
            d={ribbonPath(ribbon, x0, x1)}
            fill={colourOf(ribbon.from.group)}
            opacity={isDim(ribbon.from, ribbon.to) ? 0.08 : 0.36}
          >
            <title>
              {`${nameOf(ribbon.from)} → ${nameOf(ribbon.to)}: ${formatNumber(ribbon.documents, language)}`}
            </title>
          </path>
        ))}
        {picture.left.map((bar) => (
          <BarLabel key={bar.id} bar={bar} x={LABEL_WIDTH} side="l" onHover={setHovered} />
        ))}
        {picture.right.map((bar) => (
          <BarLabel
            key={bar.id}
            bar={bar}
            x={width - LABEL_WIDTH - BAR_WIDTH}
            side="r"
            onHover={setHovered}
          />
        ))}
      </g>
    </svg>
  );
}

interface BarLabelProps {
  bar: Bar;
  x: number;
  side: "l" | "r";
  onHover: (id: string | null) => void;
}

function BarLabel({ bar, x, side, onHover }: BarLabelProps) {
  const { t } = useT();
  const language = useLanguage();
  const name = useNames()(bar);
  const room = Math.floor((LABEL_WIDTH - 12) / SIGN_WIDTH);
  const shown = name.length > room ? `${name.slice(0, room - 1).trimEnd()}…` : name;
  const textX = side === "l" ? x - 8 : x + BAR_WIDTH + 8;
  const anchor = side === "l" ? "end" : "start";
  const middle = bar.y + bar.height / 2;
  return (
    // The table view holds the same for keyboard and screen reader.
    // biome-ignore lint/a11y/noStaticElementInteractions: hover only dims the others
    <g onMouseEnter={() => onHover(side + bar.id)} onMouseLeave={() => onHover(null)}>
      <title>{name}</title>
      <rect
        x={x}
        y={bar.y}
        width={BAR_WIDTH}
        height={bar.height}
        rx={2}
        fill={colourOf(bar.group)}
      />
      <text className={classes.flowName} x={textX} y={middle - 2} textAnchor={anchor}>
        {shown}
      </text>
      <text className={classes.flowCount} x={textX} y={middle + 15} textAnchor={anchor}>
        {formatNumber(bar.documents, language)}
        {bar.failed > 0 ? (
          <tspan
            className={classes.flowFailed}
          >{` · ${t("flow.failed", { count: bar.failed })}`}</tspan>
        ) : null}
      </text>
    </g>
  );
}

function FlowTable({ pairs }: { pairs: readonly Pair[] }) {
  const { t } = useT();
  const language = useLanguage();
  const nameOf = useNames();
  const most = pairs[0]?.documents ?? 1;
  return (
    <div className={kit.scroll}>
      <table className={kit.table}>
        <thead>
          <tr>
            <th scope="col">{t("flow.from")}</th>
            <th scope="col">{t("flow.to")}</th>
            <th scope="col" className={kit.numeric}>
              {t("flow.documents")}
            </th>
            <th scope="col" className={kit.numeric}>
              {t("flow.failures")}
            </th>
          </tr>
        </thead>
        <tbody>
          {pairs.map((pair) => (
            <tr key={`${pair.from.id} ${pair.to.id}`}>
              <td>{nameOf(pair.from)}</td>
              <td>{nameOf(pair.to)}</td>
              <td className={kit.numeric}>
                {formatNumber(pair.documents, language)}
                <div
                  className={classes.share}
                  style={{ width: `${Math.max(2, (pair.documents / most) * 100)}%` }}
                />
              </td>
              <td className={kit.numeric}>{formatNumber(pair.failed, language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
