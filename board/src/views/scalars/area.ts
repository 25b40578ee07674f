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
/** Room for the labels of most y axes; a wider label makes its chart's plot narrower. */
const LEAST_LEFT = 52;

export function plotHeight(height: number): number {
  return Math.max(1, height - MARGIN.top - MARGIN.bottom);
}

export function plotArea(width: number, height: number, yTicks: readonly Tick[]): PlotArea {
  const labels = yTicks.map(({ text }) => 12 + Math.ceil(LABEL_CHARACTER * text.length));
  const left = Math.max(LEAST_LEFT, ...labels);
  return {
    left,
    top: MARGIN.top,
    width: Math.max(1, width - left - MARGIN.right),
    height: plotHeight(height),
  };
}
