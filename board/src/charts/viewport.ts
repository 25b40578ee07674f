/** Which window of data space a chart shows: extents of curves, margins, zoom and pan. */

import type { Curve, View } from "./curve";
import { makeScale, type ScaleKind } from "./scale";

export interface Extent {
  readonly min: number;
  readonly max: number;
}

/**
 * Smallest and largest finite y (positive on a log axis) of what these curves show within `within`,
 * where lines cross its sides included, or null if there is nothing.
 */
export function yExtent(
  curves: Iterable<Curve>,
  within: Extent | null = null,
  kind: ScaleKind = "linear",
): Extent | null {
  const range = new Range(kind);
  const low = within?.min ?? -Infinity;
  const high = within?.max ?? Infinity;
  for (const { x, y } of curves) {
    for (let i = 0; i < y.length; i++) {
      if (x[i]! < low) continue;
      if (i > 0 && x[i - 1]! < low) range.add(between(x, y, i - 1, low));
      if (x[i]! > high) {
        if (i > 0) range.add(between(x, y, i - 1, high));
        break;
      }
      range.add(y[i]!);
    }
  }
  return range.extent;
}

/** The line's y at `at`, which lies between vertices `i` and `i + 1`. */
function between(x: Float64Array, y: Float64Array, i: number, at: number): number {
  const part = (at - x[i]!) / (x[i + 1]! - x[i]!);
  return y[i]! * (1 - part) + y[i + 1]! * part;
}

class Range {
  private min = Infinity;
  private max = -Infinity;

  constructor(private readonly kind: ScaleKind) {}

  add(value: number): void {
    if (!Number.isFinite(value) || (this.kind === "log" && value <= 0)) return;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
  }

  get extent(): Extent | null {
    return this.min <= this.max ? { min: this.min, max: this.max } : null;
  }
}

/** The extent with a margin of this part of its width on either side, so that curves keep off the frame. */
export function padded({ min, max }: Extent, part: number, kind: ScaleKind = "linear"): Extent {
  const scale = makeScale(min, max, kind);
  const clamp = (value: number) => Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, value));
  return { min: clamp(scale.toValue(-part)), max: clamp(scale.toValue(1 + part)) };
}

/** A rectangle of the plot in CSS pixels from its upper left corner; corners in any order. */
export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

export interface PlotSize {
  readonly width: number;
  readonly height: number;
}

/** The view that shows what `box` encloses. A box thinner than two pixels leaves that direction as it is. */
export function zoomToBox(view: View, box: Box, plot: PlotSize): View {
  const xUnits = [box.x0 / plot.width, box.x1 / plot.width].sort((a, b) => a - b) as [number, number];
  const yUnits = [1 - box.y0 / plot.height, 1 - box.y1 / plot.height].sort((a, b) => a - b) as [
    number,
    number,
  ];
  const wide = Math.abs(box.x1 - box.x0) >= 2;
  const tall = Math.abs(box.y1 - box.y0) >= 2;
  return window(view, wide ? xUnits : [0, 1], tall ? yUnits : [0, 1]);
}

function window(view: View, x: [number, number], y: [number, number]): View {
  const xScale = makeScale(view.xMin, view.xMax, view.xScale);
  const yScale = makeScale(view.yMin, view.yMax, view.yScale);
  return {
    ...view,
    xMin: xScale.toValue(x[0]),
    xMax: xScale.toValue(x[1]),
    yMin: yScale.toValue(y[0]),
    yMax: yScale.toValue(y[1]),
  };
}
