/** Another tag as x: each point lies at the value that the other tag has at the same step of the same attempt. */

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
  const count = (n: number): string => n.toLocaleString("en");
  const all = `${count(points)} of ${count(of)} points`;
  return `x is ${xTag} at the same step: ${all}${thinned ? ", thinned out" : ""}`;
}

function keyOf({ run, attempt }: Series): string {
  return `${run}/${attempt}`;
}

function overValues(series: Series, other: Series): Series {
  // Of several values at one step the last one counts. Steps may be numbers in one answer and bigints in another.
  const xAt = new Map<bigint, number>();
  for (let i = 0; i < other.step.length; i++) xAt.set(BigInt(other.step[i]!), other.value[i]!);
  let found: { readonly from: number; readonly x: number }[] = [];
  for (let i = 0; i < series.step.length; i++) {
    const x = xAt.get(BigInt(series.step[i]!));
    if (x !== undefined && Number.isFinite(x)) found.push({ from: i, x });
  }
  const ascends = found.every(({ x }, i) => i === 0 || x >= found[i - 1]!.x);
  const descends = found.every(({ x }, i) => i === 0 || x <= found[i - 1]!.x);
  if (!ascends) found = descends ? found.reverse() : found.sort((a, b) => a.x - b.x || a.from - b.from);
  const floats = (column: Float64Array): Float64Array =>
    Float64Array.from(found, ({ from }) => column[from]!);
  const x = Float64Array.from(found, (one) => one.x);
  const value = floats(series.value);
  const smoothed = series.smoothed && floats(series.smoothed);
  return {
    ...series,
    grain: 0,
    x,
    value,
    smoothed,
    step: BigInt64Array.from(found, ({ from }) => BigInt(series.step[from]!)),
    wallTime: floats(series.wallTime),
    bounds: boundsOf(x, smoothed ? [value, smoothed] : [value]),
    join: { thinned: series.grain > 0 || other.grain > 0, dots: !ascends && !descends },
  };
}
