/** Another tag as x: each point lies at the value that the other tag has at the same step of the same attempt. */

import { formatCount } from "./format";
import { oneLine } from "./names";
import { boundsOf, type Series } from "./series";

/** What a join drew, over some series. */
export interface Joined {
  /** Points that have an x, of those at hand. */
  readonly points: number;
  /** Points that were logged and are not superseded. */
  readonly of: number;
  /** Of these, not all are at hand: there were too many to ask for. */
  readonly thinned: boolean;
}

/**
 * The series of the `tags`, over the values of `xTag`. A point whose step the other tag does not have, or not as a finite
 * number, has no x and is left out. Where x only ascends, or only descends, points are joined by lines, else each stands
 * alone: they are no function of x.
 */
export function joinByStep(series: readonly Series[], tags: readonly string[], xTag: string): Series[] {
  const others = new Map(series.filter(({ tag }) => tag === xTag).map((one) => [keyOf(one), one]));
  return series
    .filter(({ tag }) => tags.includes(tag))
    .flatMap((one) => {
      const other = others.get(keyOf(one));
      return other ? [overValues(one, other)] : [];
    });
}

export function joinedOf(series: readonly Series[]): Joined {
  return {
    points: series.reduce((sum, { value }) => sum + value.length, 0),
    of: series.reduce((sum, { points, leftOut }) => sum + points - leftOut, 0),
    thinned: series.some(({ join }) => join?.thinned),
  };
}

/** "x is lr at the same step: 1,190 of 1,200 points". */
export function describeJoined(xTag: string, { points, of, thinned }: Joined): string {
  const all = `${formatCount(points)} of ${formatCount(of)} points`;
  return `x is ${oneLine(xTag)} at the same step: ${all}${thinned ? ", thinned out" : ""}`;
}

function keyOf({ run, attempt }: Series): string {
  return `${run}/${attempt}`;
}

/** One pass along both, whose points are in the order of their steps: there may be millions. */
function overValues(series: Series, other: Series): Series {
  /** By point, as the other columns; and which points have one. */
  const xs = new Float64Array(series.step.length);
  const from = new Uint32Array(series.step.length);
  let count = 0;
  let [ascends, descends] = [true, true];
  let at = -1;
  let before = NaN;
  for (let i = 0; i < series.step.length; i++) {
    const step = series.step[i]!;
    // Of several values at one step the last one counts. Numbers of one answer equal bigints of another exactly.
    while (at + 1 < other.step.length && other.step[at + 1]! <= step) at++;
    const x = at >= 0 && other.step[at]! == step ? other.value[at]! : NaN;
    if (!Number.isFinite(x)) continue;
    if (x < before) ascends = false;
    if (x > before) descends = false;
    before = x;
    xs[i] = x;
    from[count++] = i;
  }
  const order = from.subarray(0, count);
  if (!ascends) {
    if (descends) order.reverse();
    else order.sort((a, b) => xs[a]! - xs[b]! || a - b);
  }
  const floats = (column: Float64Array): Float64Array => picked(new Float64Array(count), column, order);
  const x = floats(xs);
  const value = floats(series.value);
  const smoothed = series.smoothed && floats(series.smoothed);
  const { step } = series;
  return {
    ...series,
    grain: 0,
    x,
    value,
    smoothed,
    step:
      step instanceof Int32Array
        ? picked(new Int32Array(count), step, order)
        : picked(new BigInt64Array(count), step, order),
    wallTime: floats(series.wallTime),
    bounds: boundsOf(x, smoothed ? [value, smoothed] : [value]),
    join: { thinned: series.grain > 0 || other.grain > 0, dots: !ascends && !descends },
  };
}

function picked<Column extends Float64Array | Int32Array | BigInt64Array>(
  into: Column,
  column: Column,
  order: Uint32Array,
): Column {
  for (let i = 0; i < order.length; i++) into[i] = column[order[i]!]!;
  return into;
}
