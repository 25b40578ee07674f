/** The curves of one tag as the board keeps them, and what can be read off them. */

import type { ScalarColumns } from "../wire/client";
import type { Steps } from "../wire/frame";
import type { GroupPart } from "./group_series";
import type { Spread } from "./quantiles";

/** One attempt of one run and tag. All columns have the same length. */
export interface Series {
  readonly run: string;
  readonly tag: string;
  readonly attempt: number;
  /** Of this run. */
  readonly attempts: number;
  /** Drawn though a later attempt superseded it, or a part of it. */
  readonly superseded: boolean;
  /** Superseded points that are not drawn. */
  readonly leftOut: number;
  /** Points in all. */
  readonly points: number;
  /** Where it was thinned out: the width, in x, of what was to be a pixel column. 0 if every point is there. */
  readonly grain: number;
  /** Position on the chosen axis: step, seconds since the run's start, or seconds since 1970. */
  readonly x: Float64Array;
  /** As logged. */
  readonly value: Float64Array;
  /** The smoothed curve; null without smoothing. */
  readonly smoothed: Float64Array | null;
  readonly step: Steps;
  readonly wallTime: Float64Array;
  /** Null without a finite x. */
  readonly bounds: Bounds | null;
  /** How the drawn values are spread, if that was asked for. */
  readonly spread?: Spread | null;
  /** Whether a value at hand is NaN or infinite. */
  readonly nonFinite: boolean;
  /** Where x is another tag (join.ts): whether points lack because of how many there are, and whether each stands alone. */
  readonly join: { readonly thinned: boolean; readonly dots: boolean } | null;
  /** Of a series that stands for a group of runs. */
  readonly group?: GroupPart;
}

/** Tells series apart, whatever runs, groups and tags are called. */
export function seriesKey({ run, attempt, tag }: Series): string {
  return JSON.stringify([run, attempt, tag]);
}

/** Whether there is something of it to be seen: a vertex with a place, or a mark for one that was logged without. */
export function isSeen({ bounds, nonFinite }: Series): boolean {
  return bounds !== null && (bounds.yMin <= bounds.yMax || nonFinite);
}

/** The step nearest to a place on an axis of steps, which are 64-bit integers. */
export function stepAt(x: number): bigint {
  const most = 2 ** 63;
  if (!(Math.abs(x) < most)) return x > 0 ? BigInt(most) - 1n : -BigInt(most);
  return BigInt(Math.round(x));
}

/** Of finite x and, apart from that, of finite y; without one of these yMin is Infinity and yMax -Infinity. */
export interface Bounds {
  readonly xMin: number;
  readonly xMax: number;
  readonly yMin: number;
  readonly yMax: number;
}

/**
 * Cut an answer into its series.
 * @param within what part of x quantiles were asked for; null if they were not
 */
export function toSeries(columns: ScalarColumns, within: Omit<Spread, "parts"> | null = null): Series[] {
  const { header, step, wallTime, value, smoothed } = columns;
  const latest = header.attempts === "latest";
  const grains = new Map(
    header.pictures.map(({ tag, x_min, x_max }) => [tag, ((x_max ?? 0) - (x_min ?? 0)) / header.width_asked]),
  );
  const positions = positionsOf(columns);
  return header.series.map((entry) => {
    const end = entry.start + entry.length;
    const leftOut = latest ? entry.superseded : 0;
    const cut = {
      value: value.subarray(entry.start, end),
      smoothed: smoothed?.subarray(entry.start, end) ?? null,
    };
    const times = wallTime.subarray(entry.start, end);
    const steps = step.subarray(entry.start, end);
    const x = positions.subarray(entry.start, end);
    return {
      run: entry.run,
      tag: entry.tag,
      attempt: entry.attempt,
      attempts: entry.attempts,
      superseded: !latest && entry.superseded > 0,
      leftOut,
      points: entry.points,
      grain: entry.thinned ? (grains.get(entry.tag) ?? 0) : 0,
      x,
      ...cut,
      step: steps,
      wallTime: times,
      bounds: boundsOf(x, cut.smoothed ? [cut.value, cut.smoothed] : [cut.value]),
      // Gaps where the baseline has no value are no NaN that was logged: no mark says so.
      nonFinite: header.baseline === null && entry.non_finite > 0,
      spread: within && { ...within, parts: entry.quantiles ? [entry.quantiles] : [] },
      join: null,
    };
  });
}

/**
 * Replace the series of the runs that were asked for by those that came; `asked` is null for every run. Where nothing
 * changes it is the same list, so that nothing is drawn again.
 *
 * Series of several answers go together although each answer had a grid of its own: vertices carry their real x, and
 * an answer for some runs has the finer grid, since their extent is no larger than that of all.
 */
export function withSeries(
  known: readonly Series[],
  asked: ReadonlySet<string> | null,
  came: readonly Series[],
): readonly Series[] {
  if (asked === null) return came;
  const rest = known.filter((series) => !asked.has(series.run));
  return came.length === 0 && rest.length === known.length ? known : [...rest, ...came];
}

/** The smallest bounds around those given; null if there are none. */
export function union(all: Iterable<Bounds | null>): Bounds | null {
  let found: Bounds | null = null;
  for (const bounds of all) {
    if (!bounds) continue;
    found = found
      ? {
          xMin: Math.min(found.xMin, bounds.xMin),
          xMax: Math.max(found.xMax, bounds.xMax),
          yMin: Math.min(found.yMin, bounds.yMin),
          yMax: Math.max(found.yMax, bounds.yMax),
        }
      : bounds;
  }
  return found;
}

/** Index of the vertex nearest to `x` in a sorted column that is not empty. */
export function nearest(xs: Float64Array, x: number): number {
  let low = 0;
  let high = xs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xs[middle]! < x) low = middle + 1;
    else high = middle;
  }
  if (low === xs.length) return low - 1;
  return low > 0 && x - xs[low - 1]! < xs[low]! - x ? low - 1 : low;
}

/** Of all points of an answer together: of thousands of series, an array each takes long to make and to clear away. */
function positionsOf({ header, step, wallTime }: ScalarColumns): Float64Array {
  if (header.axis === "wall") return wallTime;
  if (header.axis === "step")
    return step instanceof Int32Array ? new Float64Array(step) : Float64Array.from(step, Number);
  const x = wallTime.slice();
  for (const { start, length, first_wall_time: begun } of header.series)
    for (let i = start; i < start + length; i++) x[i]! -= begun;
  return x;
}

/** Plain loops: of a million points, callbacks and iterators take as long as drawing them. */
export function boundsOf(x: Float64Array, columns: readonly Float64Array[]): Bounds | null {
  let [first, last] = [0, x.length - 1];
  while (first <= last && !Number.isFinite(x[first])) first++;
  while (last > first && !Number.isFinite(x[last])) last--;
  if (first > last) return null;
  let [yMin, yMax] = [Infinity, -Infinity];
  for (const y of columns) {
    for (let i = 0; i < y.length; i++) {
      const value = y[i]!;
      if (!Number.isFinite(value)) continue;
      if (value < yMin) yMin = value;
      if (value > yMax) yMax = value;
    }
  }
  return { xMin: x[first]!, xMax: x[last]!, yMin, yMax };
}
