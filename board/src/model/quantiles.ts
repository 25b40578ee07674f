/** How values are spread, as the server sums them up (spec/api.md, Quantiles): every value, not those of the vertices. */

import type { Quantiles } from "../wire/types";

/** Of the values of a series within a range of x, or of all. */
export interface Spread {
  readonly from: number | null;
  readonly to: number | null;
  /** One for each answer that the series was put together from; none if no value is finite. */
  readonly parts: readonly Quantiles[];
}

const LOWER = [0, 0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 7.5, 10, 15, 20, 25, 30, 40];
/** Which share of the values lies below each quantile. */
const SHARES = [...LOWER, 50, ...LOWER.map((percent) => 100 - percent).reverse()].map(
  (percent) => percent / 100,
);

/** How many of the values are at most `y`, or less than it, about. */
export function countBelow(parts: readonly Quantiles[], y: number, orEqual: boolean): number {
  return parts.reduce((sum, { count, values }) => sum + count * shareBelow(values, y, orEqual), 0);
}

/** The least value that this share of all values, 0 to 1, is not above; at least one part. */
export function quantileOf(parts: readonly Quantiles[], share: number): number {
  const count = parts.reduce((sum, part) => sum + part.count, 0) * share;
  const steps = Float64Array.from(parts.flatMap(({ values }) => values)).sort();
  let [low, high] = [0, steps.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (countBelow(parts, steps[middle]!, true) >= count) high = middle;
    else low = middle + 1;
  }
  if (low === 0) return steps[0]!;
  // Between two neighbours every share rises evenly.
  const [a, b] = [steps[low - 1]!, steps[low]!];
  const [from, to] = [countBelow(parts, a, true), countBelow(parts, b, false)];
  const part = to > from ? Math.min(1, (count - from) / (to - from)) : 1;
  return Math.max(a, Math.min(b, a * (1 - part) + b * part));
}

function shareBelow(values: readonly number[], y: number, orEqual: boolean): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (orEqual ? values[middle]! <= y : values[middle]! < y) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return 0;
  if (low === values.length) return 1;
  const [a, b] = [values[low - 1]!, values[low]!];
  const part = (y / 2 - a / 2) / (b / 2 - a / 2); // the distance of two numbers may be too large for one
  return SHARES[low - 1]! + (SHARES[low]! - SHARES[low - 1]!) * part;
}
