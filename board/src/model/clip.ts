/** Outliers: bounds of y that leave a few values outside, and how many. */

import { counted, formatCount } from "./format";
import type { Shown } from "./plot";
import { countBelow, quantileOf, type Spread } from "./quantiles";
import type { Series } from "./series";

export interface Range {
  readonly min: number;
  readonly max: number;
}

/**
 * The range of y that leaves `percent` of the finite values of what is drawn, bands included, outside at either end; null
 * without any. With a range of x, of the values in it. Where values were thinned out it is by how all are spread, as far
 * as that is known, else by those at hand, among which extremes are over-represented.
 */
export function clippedExtent(drawn: readonly Shown[], x: Range | null, percent: number): Range | null {
  if (drawn.some(({ series }) => series.grain > 0)) {
    const spreads = drawn.map(({ series }) => spreadIn(series, x));
    if (spreads.every((spread) => spread !== null)) {
      const parts = spreads.flatMap((spread) => spread.parts);
      if (parts.length === 0) return null;
      return { min: quantileOf(parts, percent / 100), max: quantileOf(parts, 1 - percent / 100) };
    }
  }
  const columns = drawn.flatMap(({ series }) => {
    const { x, group, smoothed, value } = series;
    return [smoothed ?? value, ...(group?.band ? [group.band.low, group.band.high] : [])].map((y) => ({
      x,
      y,
    }));
  });
  const size = columns.reduce((sum, { y }) => sum + y.length, 0);
  const values = new Float64Array(size);
  let count = 0;
  for (const { x: xs, y } of columns) {
    const [from, to] = stretch(xs, x);
    for (let i = from; i < to; i++) if (Number.isFinite(y[i]!)) values[count++] = y[i]!;
  }
  if (count === 0) return null;
  const outside = Math.floor((count * percent) / 100);
  const found = values.subarray(0, count);
  return { min: smallest(found, outside), max: smallest(found, count - 1 - outside) };
}

/** Values as logged that lie outside a range of y. */
export interface Clipped {
  readonly above: number;
  readonly below: number;
  /** Where curves were thinned out, the number follows from how values are spread, or is that of those at hand. */
  readonly exact: "exact" | "about" | "at least";
}

export function countClipped(shown: readonly Shown[], x: Range | null, y: Range): Clipped {
  let [above, below]: [number, number] = [0, 0];
  let exact: Clipped["exact"] = "exact";
  for (const { series, on } of shown) {
    if (!on) continue;
    const before = above + below;
    const spread = series.grain > 0 && series.smoothed === null ? spreadIn(series, x) : null;
    if (spread !== null) {
      const count = spread.parts.reduce((sum, part) => sum + part.count, 0);
      above += count - countBelow(spread.parts, y.max, true);
      below += countBelow(spread.parts, y.min, false);
      if (above + below > before && exact === "exact") exact = "about";
      continue;
    }
    const [from, to] = stretch(series.x, x);
    for (let i = from; i < to; i++) {
      const value = series.value[i]!;
      if (value > y.max && value < Infinity) above++;
      else if (value < y.min && value > -Infinity) below++;
    }
    if (series.grain > 0 && above + below > before) exact = "at least";
  }
  return { above: Math.round(above), below: Math.round(below), exact };
}

/** How a series' values in a range of x are spread; null if that is not known. */
function spreadIn({ spread }: Series, x: Range | null): Spread | null {
  return spread && spread.from === (x?.min ?? null) && spread.to === (x?.max ?? null) ? spread : null;
}

/** "clipped: about 12 points above, 3 below"; null if there are none. */
export function describeClipped({ above, below, exact }: Clipped): string | null {
  if (above + below === 0) return null;
  const parts = [
    above > 0 ? `${counted(above, "point")} above` : "",
    below > 0 ? `${above > 0 ? formatCount(below) : counted(below, "point")} below` : "",
  ];
  return `clipped: ${exact === "exact" ? "" : `${exact} `}${parts.filter(Boolean).join(", ")}`;
}

/** The items of a sorted column within a range: from, and to before. */
function stretch(xs: Float64Array, x: Range | null): [number, number] {
  if (x === null) return [0, xs.length];
  return [firstFrom(xs, (value) => value >= x.min), firstFrom(xs, (value) => value > x.max)];
}

function firstFrom(xs: Float64Array, holds: (value: number) => boolean): number {
  let [low, high] = [0, xs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(xs[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The value that `rank` others lie before in order; reorders the values (Hoare's quickselect). */
function smallest(values: Float64Array, rank: number): number {
  let [left, right] = [0, values.length - 1];
  while (left < right) {
    const pivot = values[(left + right) >> 1]!;
    let [i, j] = [left, right];
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const swapped = values[i]!;
      values[i++] = values[j]!;
      values[j--] = swapped;
    }
    if (rank <= j) right = j;
    else if (rank >= i) left = i;
    else break;
  }
  return values[rank]!;
}
