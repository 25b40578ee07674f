/** Series for tests, from their points. */

import type { Shown } from "../../src/model/plot";
import { boundsOf, type Series } from "../../src/model/series";

export function seriesOf(
  run: string,
  points: readonly (readonly [number, number])[],
  more: Partial<Series> = {},
): Series {
  const x = Float64Array.from(points, ([step]) => step);
  const value = Float64Array.from(points, ([, y]) => y);
  return {
    run,
    tag: "loss",
    attempt: 0,
    attempts: 1,
    superseded: false,
    leftOut: 0,
    points: points.length,
    grain: 0,
    x,
    value,
    smoothed: null,
    step: BigInt64Array.from(points, ([step]) => BigInt(Math.round(step))),
    wallTime: x.map((step) => 1000 + step),
    bounds: boundsOf(x, [value]),
    nonFinite: value.some((y) => !Number.isFinite(y)),
    join: null,
    ...more,
  };
}

export function shownOf(...series: readonly Series[]): Shown[] {
  return series.map((one) => ({ series: one, colour: "#123456", on: true }));
}
