/** Curves, how they are painted, and the window of data space that a chart shows. */

import type { ScaleKind } from "./scale";

/**
 * One attempt of one run for one tag, as vertices sorted by x; both columns have the same length.
 * A vertex that is not finite in x or y breaks the line; a vertex alone between breaks is drawn as a dot.
 */
export interface Curve {
  /** Stable integer chosen by the caller for (run, attempt), 0 ≤ id < 2³² − 1. */
  readonly id: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** How one curve is painted. Curves are painted in the order of their ids, those in front after all others. */
export interface CurveStyle {
  readonly id: number;
  /** `#rrggbb`. */
  readonly color: string;
  readonly visible: boolean;
  /** Stroke width in CSS pixels; 1.5 if absent. */
  readonly width?: number;
  /** 0 to 1; 1 if absent. */
  readonly opacity?: number;
  readonly front?: boolean;
}

/** The rectangle of data space that fills the plot. On a log axis, both ends are positive. */
export interface View {
  readonly xMin: number;
  readonly xMax: number;
  readonly yMin: number;
  readonly yMax: number;
  /** Linear if absent. */
  readonly xScale?: ScaleKind;
  readonly yScale?: ScaleKind;
}

export const STROKE_WIDTH = 1.5;
