/** Which part of data space a chart shows: what a person chose, else all that is drawn, with room around it. */

import { clippedExtent } from "../model/clip";
import { type Shown, windowOf } from "../model/plot";
import type { View } from "./curve";
import { makeScale, type ScaleKind, symlogThreshold } from "./scale";
import { type Extent, padded, yExtent } from "./viewport";

export interface Choices {
  /** The part of an axis that a person chose; null: everything. */
  readonly x: Extent | null;
  readonly y: Extent | null;
  readonly xLog: boolean;
  /** Where a log x axis that meets zero begins to be logarithmic: at step 1, for one; null: as the values suggest. */
  readonly xLinear: number | null;
  readonly yLog: boolean;
  /** Percent of the values that may lie outside at either end, where y was not chosen. */
  readonly clip: number;
}

const X_ROOM = 0.01;
const Y_ROOM = 0.06;
/** What is pinched does not become smaller than this part of it. */
const LEAST_PINCH = 0.02;
const NOTHING = { xMin: 0, xMax: 1, yMin: 0, yMax: 1 };

/**
 * `closely` are the same series in the chosen part of x, as far as they are at hand: what is clipped follows from these.
 * A log axis that meets zero or negative numbers has a linear part around zero, so that every value has a place. Where
 * only x was chosen, y is what is to be seen there.
 */
export function viewOf(shown: readonly Shown[], choices: Choices, closely = shown): View {
  const bounds = windowOf(shown) ?? NOTHING;
  const drawn = shown.some(({ on }) => on) ? shown.filter(({ on }) => on) : shown;
  const xScale = kindOf(
    choices.xLog,
    bounds.xMin,
    choices.x,
    () => choices.xLinear ?? symlogThreshold(drawn.map(({ series }) => series.x)),
  );
  const yScale = kindOf(choices.yLog, bounds.yMin, choices.y, () =>
    symlogThreshold(drawn.map(({ series }) => series.value)),
  );
  const x = choices.x ?? padded({ min: bounds.xMin, max: bounds.xMax }, X_ROOM, xScale);
  const y = choices.y ?? padded(yAround(drawn, bounds, choices, yScale, closely), Y_ROOM, yScale);
  return { xMin: x.min, xMax: x.max, yMin: y.min, yMax: y.max, xScale, yScale };
}

function yAround(
  drawn: readonly Shown[],
  bounds: { readonly yMin: number; readonly yMax: number },
  { x, clip }: Choices,
  kind: ScaleKind,
  closely: readonly Shown[],
): Extent {
  const all = { min: bounds.yMin, max: bounds.yMax };
  const seen = x === null ? all : (yExtent(curvesOf(drawn), x, kind) ?? all);
  if (clip <= 0) return seen;
  const on = closely.filter((one) => one.on);
  return clippedExtent(x === null || on.length === 0 ? drawn : on, x, clip) ?? seen;
}

function* curvesOf(drawn: readonly Shown[]): Iterable<{ id: number; x: Float64Array; y: Float64Array }> {
  for (const { series } of drawn) {
    yield { id: 0, x: series.x, y: series.value };
    if (series.smoothed) yield { id: 0, x: series.x, y: series.smoothed };
    const band = series.group?.band;
    if (band) yield* [band.low, band.high].map((y) => ({ id: 0, x: series.x, y }));
  }
}

function kindOf(log: boolean, least: number, chosen: Extent | null, linear: () => number): ScaleKind {
  if (!log) return "linear";
  return Math.min(least, chosen?.min ?? least) > 0 ? "log" : { symlog: linear() };
}

/** In x, the width of a pixel column where it is least: next to zero on a log axis. */
export function narrowestColumn({ xMin, xMax, xScale }: View, columns: number): number {
  const scale = makeScale(xMin, xMax, xScale);
  const zero = scale.kind === "log" ? 0 : scale.toUnit(0);
  const at = Math.min(1 - 1 / columns, Math.max(0, zero));
  return scale.toValue(at + 1 / columns) - scale.toValue(at);
}

/** The part of an axis magnified `factor` times around a place of it, 0 to 1, which keeps its value. */
export function zoomedAt(part: Extent, kind: ScaleKind, factor: number, at: number): Extent {
  return partOf(part, kind, at - at / factor, at + (1 - at) / factor);
}

/** The part of an axis after what it shows was moved by this share of its length, to the right or upwards. */
export function movedBy(part: Extent, kind: ScaleKind, share: number): Extent {
  return partOf(part, kind, -share, 1 - share);
}

/**
 * The part of an axis after two fingers went from two places of it, 0 to 1, to two others: what lay under them still does,
 * as far as they keep their order.
 */
export function pinched(
  part: Extent,
  kind: ScaleKind,
  from: readonly [number, number],
  to: readonly [number, number],
): Extent {
  const factor = Math.max(LEAST_PINCH, (to[1] - to[0]) / (from[1] - from[0]));
  const start = (from[0] + from[1]) / 2 - (to[0] + to[1]) / 2 / factor;
  return partOf(part, kind, start, start + 1 / factor);
}

/** The part of an axis, as long as it was, that ends a little behind the newest value. */
export function following(part: Extent, kind: ScaleKind, newest: number): Extent {
  const end = makeScale(part.min, part.max, kind).toUnit(newest) + X_ROOM;
  return Number.isFinite(end) ? partOf(part, kind, end - 1, end) : part;
}

function partOf({ min, max }: Extent, kind: ScaleKind, from: number, to: number): Extent {
  const scale = makeScale(min, max, kind);
  const part = { min: scale.toValue(from), max: scale.toValue(to) };
  // Beyond what floats can tell apart or hold, there is nothing to be seen.
  return Number.isFinite(part.min) && Number.isFinite(part.max) && part.min < part.max ? part : { min, max };
}

export function xOf({ xMin, xMax }: View): Extent {
  return { min: xMin, max: xMax };
}

export function yOf({ yMin, yMax }: View): Extent {
  return { min: yMin, max: yMax };
}
