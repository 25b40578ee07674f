/** Where in a chart the plot lies. */

import type { Tick } from "../../charts/axes";

/** CSS pixels. */
export interface PlotArea {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** CSS pixels, as wide as a digit of a label gets. */
export const LABEL_CHARACTER = 7;
export const MARGIN = { right: 14, top: 4, bottom: 24 };
/** Between the labels of the y axis and the plot. */
export const Y_LABEL_GAP = 8;
/** Room for the labels of most y axes, so that plots stand below each other; a wider label makes its own plot narrower. */
const LEAST_LEFT = 52;
/** A chart that is narrower than this gives its labels no more room than they take. */
const NARROW = 260;

export function plotHeight(height: number): number {
  return Math.max(1, height - MARGIN.top - MARGIN.bottom);
}

export function plotArea(width: number, height: number, yTicks: readonly Tick[]): PlotArea {
  const labels = yTicks.map(({ text }) => Y_LABEL_GAP + 4 + Math.ceil(LABEL_CHARACTER * text.length));
  const left = Math.max(width < NARROW ? 0 : LEAST_LEFT, Y_LABEL_GAP, ...labels);
  return {
    left,
    top: MARGIN.top,
    width: Math.max(1, width - left - MARGIN.right),
    height: plotHeight(height),
  };
}
