import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { padded, yExtent, zoomToBox } from "../../src/charts/viewport";
import { curve } from "./drawing";

const PLOT = { width: 200, height: 100 };
const VIEW = { xMin: 0, xMax: 100, yMin: 0, yMax: 10 };

describe("extents", () => {
  it("leave out what is not finite, and on a log axis what is not positive", () => {
    const one = curve(0, [[-1, NaN], [0, 3], [1, -2], [2, Infinity], [3, 5]]); // prettier-ignore
    expect(yExtent([one])).toEqual({ min: -2, max: 5 });
    expect(yExtent([one], null, "log")).toEqual({ min: 3, max: 5 });
    expect(yExtent([curve(0, [])])).toBeNull();
  });

  it("take in where a line crosses the sides of the window", () => {
    const line = curve(0, [[0, 0], [10, 100]]); // prettier-ignore
    expect(yExtent([line], { min: 2, max: 4 })).toEqual({ min: 20, max: 40 });
  });

  it("keep their order when padded, whatever they are", () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(finite, finite, (a, b) => {
        const [min, max] = [Math.min(a, b), Math.max(a, b)];
        const wider = padded({ min, max }, 0.05);
        expect(wider.min).toBeLessThanOrEqual(min);
        expect(wider.max).toBeGreaterThanOrEqual(max);
        expect(wider.min).toBeLessThan(wider.max);
      }),
    );
  });
});

describe("zoom", () => {
  it("shows what a box encloses, drawn from any corner", () => {
    for (const box of [
      { x0: 50, y0: 40, x1: 100, y1: 80 },
      { x0: 100, y0: 80, x1: 50, y1: 40 },
    ]) {
      const { xMin, xMax, yMin, yMax } = zoomToBox(VIEW, box, PLOT);
      expect([xMin, xMax, yMin, yMax].map((end) => end.toFixed(9)).map(Number)).toEqual([25, 50, 2, 6]);
    }
  });

  it("keeps a direction in which the box is thin", () => {
    expect(zoomToBox(VIEW, { x0: 50, y0: 40, x1: 100, y1: 41 }, PLOT)).toEqual({
      ...VIEW,
      xMin: 25,
      xMax: 50,
    });
  });

  it("multiplies on a log axis", () => {
    const view = { ...VIEW, yMin: 1, yMax: 10_000, yScale: "log" as const };
    const zoomed = zoomToBox(view, { x0: 0, y0: 25, x1: 200, y1: 75 }, PLOT);
    expect(zoomed.yMin).toBeCloseTo(10, 6);
    expect(zoomed.yMax).toBeCloseTo(1000, 6);
  });
});
