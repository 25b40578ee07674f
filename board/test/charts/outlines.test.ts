/** Pictures that reuse the outlines of the picture before are those that are drawn from nothing. */

import { expect, it } from "vitest";
import { sweep } from "../../gallery/charts";
import type { Curve, CurveStyle, View } from "../../src/charts/curve";
import { paintList } from "../../src/charts/paint";
import { Outlines } from "../../src/charts/outlines";
import { drawCurves } from "../../src/charts/raster";

const CHART = sweep("three hundred runs", 300);
const SIZE = { width: 90, height: 70, pixelRatio: 1 };
const CURVES = new Map(CHART.curves.map((curve) => [curve.id, curve]));

interface Order {
  readonly what: string;
  readonly view?: View;
  readonly size?: typeof SIZE;
  readonly curves?: ReadonlyMap<number, Curve>;
  style?(style: CurveStyle): Partial<CurveStyle>;
}

const falling = { ...CURVES.get(3)!, y: CURVES.get(3)!.y.map((y) => y - 0.1) };

const ORDERS: readonly Order[] = [
  { what: "the front-most run is switched off", style: ({ id }) => ({ visible: id !== 299 }) },
  { what: "it is switched on again" },
  { what: "most are switched off", style: ({ id }) => ({ visible: id % 20 === 0 }) },
  {
    what: "one is emphasised",
    style: ({ id }) => (id === 7 ? { width: 2.5, front: true } : { opacity: 0.25 }),
  },
  { what: "all have another colour", style: () => ({ color: "#102030" }) },
  { what: "the window is smaller", view: { xMin: 20, xMax: 60, yMin: 0.1, yMax: 0.6 } },
  { what: "the chart is higher", size: { ...SIZE, height: 101 } },
  { what: "the pixels are finer", size: { ...SIZE, pixelRatio: 2 } },
  { what: "a run has new points", curves: new Map([...CURVES, [3, falling]]) },
  { what: "a run is gone", curves: new Map([...CURVES].filter(([id]) => id !== 299)) },
];

it("draws the same picture with the outlines that it has as without", () => {
  const outlines = new Outlines();
  for (const { what, view = CHART.view, size = SIZE, curves = CURVES, style = () => ({}) } of ORDERS) {
    const list = paintList(CHART.styles.map((one) => ({ ...one, ...style(one) })));
    const kept = drawCurves(curves, list, view, size, outlines);
    const fresh = drawCurves(curves, list, view, size);
    expect(kept.pixels, what).toEqual(fresh.pixels);
    expect(kept.owner, what).toEqual(fresh.owner);
  }
});
