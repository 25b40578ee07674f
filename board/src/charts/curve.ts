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
  /**
   * Ends of a band behind the line, of the same length; it breaks where one of them is not finite. On a log axis, a
   * band whose lower end has no place reaches to the bottom.
   */
  readonly low?: Float64Array;
  readonly high?: Float64Array;
}

/**
 * How one curve is painted. Curves are painted in the order of their ids, those in front after all others; all bands
 * lie behind all lines.
 */
export interface CurveStyle {
  readonly id: number;
  /** `#rrggbb`. */
  readonly color: string;
  readonly visible: boolean;
  /** Stroke width in CSS pixels; 1.5 if absent. */
  readonly width?: number;
  /** 0 to 1; 1 if absent. */
  readonly opacity?: number;
  /** 0 to 1, of its band; 0.2 if absent. */
  readonly bandOpacity?: number;
  /** Index into DASHES; solid if absent. */
  readonly dash?: number;
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
export const BAND_OPACITY = 0.2;
