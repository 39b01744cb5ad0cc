// Geometry of the series chart. Pure.

import type { SeriesPoint } from "../../api/types.ts";

export interface Place {
  x: number;
  y: number;
}

/** A round number that no point exceeds, so that four grid lines carry whole numbers. */
export function ceilingOf(series: readonly SeriesPoint[]): number {
  const most = Math.max(
    4,
    ...series.map((point) => Math.max(point.accepted, point.delivered, point.failed)),
  );
  const step = 10 ** Math.floor(Math.log10(most));
  for (const factor of [0.4, 0.8, 1, 2, 4, 6, 8, 10]) {
    const ceiling = Math.max(4, step * factor);
    if (ceiling >= most && Number.isInteger(ceiling / 4)) return ceiling;
  }
  return Math.ceil(most / 4) * 4;
}

export function linePath(places: readonly Place[]): string {
  return places
    .map((place, index) => `${index === 0 ? "M" : "L"}${place.x.toFixed(1)},${place.y.toFixed(1)}`)
    .join(" ");
}
