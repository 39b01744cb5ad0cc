// Geometry of the flow picture: senders left, receivers right, ribbons as wide as their documents.
//
// Owns: grouping of flows and the positions of bars and ribbons. Pure; no drawing here.
// Invariant: ribbons of one bar fill it exactly, in the order of the other side's bars.

import type { Flow, FlowEnd } from "../../api/types.ts";

/** The order in which groups stand, from the nation down. */
export const GROUP_ORDER = [
  "outside",
  "ministry",
  "province",
  "department",
  "district",
  "commune",
  "unit",
];
const BARS_MAX = 8;
export const REST = "*rest";

export interface Bar {
  id: string;
  name: string;
  group: string;
  documents: number;
  failed: number;
  y: number;
  height: number;
}
export interface Ribbon {
  from: Bar;
  to: Bar;
  documents: number;
  failed: number;
  y0: number;
  y1: number;
  width: number;
}
export interface Picture {
  left: readonly Bar[];
  right: readonly Bar[];
  ribbons: readonly Ribbon[];
  height: number;
}
export interface Pair {
  from: { id: string; name: string; group: string };
  to: { id: string; name: string; group: string };
  documents: number;
  failed: number;
}
export type By = "group" | "agency";

type End = Pair["from"];

function endOf(end: FlowEnd, by: By): End {
  return by === "group"
    ? { id: end.group, name: "", group: end.group }
    : { id: end.code, name: end.name, group: end.group };
}

/** The everyday short form of an agency's name, so that labels differ where it matters. */
export function shortName(name: string, place: string): string {
  const short = name.replace(/Ủy ban nhân dân/gu, "UBND");
  const tail = ` ${place}`;
  // "UBND tỉnh Kon Tum" would lose its sense without the province.
  return short.endsWith(tail) && short !== `UBND${tail}` ? short.slice(0, -tail.length) : short;
}

/** Adds up flows per pair of ends; the busiest ends stay, the others become one. */
export function pairsOf(flows: readonly Flow[], by: By): Pair[] {
  const keep = { from: busiest(flows, "from", by), to: busiest(flows, "to", by) };
  const pairs = new Map<string, Pair>();
  for (const flow of flows) {
    const cut = (side: "from" | "to"): End => {
      const end = endOf(flow[side], by);
      return keep[side].has(end.id) ? end : { id: REST, name: "", group: "other" };
    };
    const [from, to] = [cut("from"), cut("to")];
    const key = `${from.id}\u0000${to.id}`;
    const pair = pairs.get(key) ?? { from, to, documents: 0, failed: 0 };
    pair.documents += flow.documents;
    pair.failed += flow.failed;
    pairs.set(key, pair);
  }
  return [...pairs.values()].sort((a, b) => b.documents - a.documents);
}

function busiest(flows: readonly Flow[], side: "from" | "to", by: By): Set<string> {
  const sums = new Map<string, number>();
  for (const flow of flows) {
    const { id } = endOf(flow[side], by);
    sums.set(id, (sums.get(id) ?? 0) + flow.documents);
  }
  const ordered = [...sums].sort((a, b) => b[1] - a[1]).map(([id]) => id);
  return new Set(ordered.slice(0, ordered.length > BARS_MAX ? BARS_MAX - 1 : BARS_MAX));
}

function rank(bar: Bar, by: By): number {
  if (bar.id === REST) return Number.MAX_SAFE_INTEGER;
  if (by === "agency") return -bar.documents;
  const place = GROUP_ORDER.indexOf(bar.group);
  return place === -1 ? GROUP_ORDER.length : place;
}

function barsOf(pairs: readonly Pair[], side: "from" | "to", by: By): Bar[] {
  const bars = new Map<string, Bar>();
  for (const pair of pairs) {
    const end = pair[side];
    const bar = bars.get(end.id) ?? { ...end, documents: 0, failed: 0, y: 0, height: 0 };
    bar.documents += pair.documents;
    bar.failed += pair.failed;
    bars.set(end.id, bar);
  }
  return [...bars.values()].sort((a, b) => rank(a, by) - rank(b, by));
}

/** Places everything in a picture of about the given height. */
export function pictureOf(pairs: readonly Pair[], by: By, height: number): Picture {
  const left = barsOf(pairs, "from", by);
  const right = barsOf(pairs, "to", by);
  const total = pairs.reduce((sum, pair) => sum + pair.documents, 0);
  if (total === 0) return { left: [], right: [], ribbons: [], height };
  // Each bar keeps room for its two lines of text, however thin it is.
  const room = 40;
  const slots = Math.max(left.length, right.length);
  const scale = Math.max(0.0001, (height - slots * room * 0.55) / total);
  const place = (bars: Bar[]) => {
    const heights = bars.map((bar) => Math.max(3, bar.documents * scale));
    const taken = heights.map((size) => Math.max(size, room - 6));
    const free = height - taken.reduce((sum, size) => sum + size, 0);
    const gap = bars.length > 1 ? Math.max(6, free / (bars.length - 1)) : 0;
    let y = bars.length > 1 ? 0 : Math.max(0, free / 2);
    bars.forEach((bar, index) => {
      const size = heights[index] ?? 3;
      const slot = taken[index] ?? size;
      bar.y = y + (slot - size) / 2;
      bar.height = size;
      y += slot + gap;
    });
    return y - gap;
  };
  const bottom = Math.max(place(left), place(right), height);
  return { left, right, ribbons: ribbonsOf(pairs, left, right), height: bottom };
}

function ribbonsOf(pairs: readonly Pair[], left: readonly Bar[], right: readonly Bar[]): Ribbon[] {
  const used = new Map<Bar, number>();
  const take = (bar: Bar, documents: number): [number, number] => {
    const start = used.get(bar) ?? bar.y;
    const width = (documents / bar.documents) * bar.height;
    used.set(bar, start + width);
    return [start, width];
  };
  const ribbons: Ribbon[] = [];
  const starts = new Map<Pair, [number, number]>();
  const find = (from: Bar, to: Bar) =>
    pairs.find((pair) => pair.from.id === from.id && pair.to.id === to.id);
  for (const from of left) {
    for (const to of right) {
      const pair = find(from, to);
      if (pair) starts.set(pair, take(from, pair.documents));
    }
  }
  for (const to of right) {
    for (const from of left) {
      const pair = find(from, to);
      const start = pair && starts.get(pair);
      if (!pair || !start) continue;
      const [y1, width1] = take(to, pair.documents);
      ribbons.push({
        from,
        to,
        documents: pair.documents,
        failed: pair.failed,
        y0: start[0],
        y1,
        width: Math.max(1, Math.min(start[1], width1)),
      });
    }
  }
  return ribbons;
}

/** The outline of a ribbon between two columns. */
export function ribbonPath(ribbon: Ribbon, x0: number, x1: number): string {
  const middle = (x0 + x1) / 2;
  const { y0, y1, width } = ribbon;
  return (
    `M${x0},${y0} C${middle},${y0} ${middle},${y1} ${x1},${y1} ` +
    `L${x1},${y1 + width} C${middle},${y1 + width} ${middle},${y0 + width} ${x0},${y0 + width} Z`
  );
}
