/**
 * Points for a logarithmic x axis. The server thins out by pixel columns of one width; where the axis is logarithmic,
 * they get ever narrower towards zero. So the axis is asked for in a few pieces, each fine enough for its own start.
 */

import type { Spread } from "./quantiles";
import { boundsOf, type Series } from "./series";
import type { Steps } from "../wire/frame";

export interface Piece {
  readonly from: number;
  readonly to: number;
}

const MOST = 24;

/**
 * Pieces of `from`..`to`, ascending, each of which needs no more pixel columns than all have together. Below `linear` the
 * axis is linear.
 */
export function logPieces(from: number, to: number, linear: number): Piece[] {
  const start = Math.max(from, linear);
  if (!(start > 0 && start < to)) return [{ from, to }];
  const decades = Math.log(to / start);
  let count = 1;
  while (count < MOST && Math.expm1(decades / count) > decades) count++;
  const edges = Array.from({ length: count + 1 }, (_, i) => start * Math.exp((decades * i) / count));
  edges[0] = start;
  edges[count] = to;
  const pieces = edges.slice(1).map((edge, i) => ({ from: edges[i]!, to: edge }));
  return from < start ? [{ from, to: start }, ...pieces] : pieces;
}

/** The series of each piece, put together: each point once, with those outside of all pieces that an answer has. */
export function joined(pieces: readonly Piece[], answers: readonly (readonly Series[])[]): Series[] {
  const parts = new Map<string, { series: Series; from: number; to: number }[]>();
  pieces.forEach(({ from, to }, i) => {
    const [first, last] = [i === 0, i === pieces.length - 1];
    for (const series of answers[i]!) {
      const key = `${series.run}/${series.attempt}/${series.tag}`;
      const begin = first ? 0 : firstFrom(series.x, from);
      const end = last ? series.x.length : firstFrom(series.x, to);
      const part = { series, from: begin, to: Math.max(begin, end) };
      const known = parts.get(key);
      if (known) known.push(part);
      else parts.set(key, [part]);
    }
  });
  return [...parts.values()].map((cuts) => {
    const { series } = cuts[0]!;
    const floats = (of: (one: Series) => Float64Array): Float64Array =>
      concatenated(cuts.map((cut) => of(cut.series).subarray(cut.from, cut.to)));
    const x = floats((one) => one.x);
    const value = floats((one) => one.value);
    const smoothed = series.smoothed && floats((one) => one.smoothed ?? one.value);
    return {
      ...series,
      grain: Math.max(...cuts.map((cut) => cut.series.grain)),
      x,
      value,
      smoothed,
      step: steps(cuts.map((cut) => cut.series.step.subarray(cut.from, cut.to))),
      wallTime: floats((one) => one.wallTime),
      bounds: boundsOf(x, smoothed ? [value, smoothed] : [value]),
      nonFinite: cuts.some((cut) => cut.series.nonFinite),
      spread: joinedSpread(cuts.map((cut) => cut.series.spread ?? null)),
    };
  });
}

function joinedSpread(spreads: readonly (Spread | null)[]): Spread | null {
  if (!spreads.every((spread) => spread !== null)) return null;
  const [first, last] = [spreads[0]!, spreads[spreads.length - 1]!];
  return { from: first.from, to: last.to, parts: spreads.flatMap(({ parts }) => parts) };
}

function concatenated(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Exact, whichever form each answer had. */
function steps(parts: readonly Steps[]): Steps {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (parts.every((part) => part instanceof Int32Array)) {
    const whole = new Int32Array(length);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
  const whole = new BigInt64Array(length);
  let at = 0;
  for (const part of parts) for (const step of part) whole[at++] = BigInt(step);
  return whole;
}

function firstFrom(xs: Float64Array, x: number): number {
  let [low, high] = [0, xs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xs[middle]! >= x) high = middle;
    else low = middle + 1;
  }
  return low;
}
