import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Curve, View } from "../../src/charts/curve";
import { curve, draw, HEIGHT, ink, PIXELS, WIDTH } from "./drawing";

/** A band alone: its line has no places. */
function band(id: number, points: readonly (readonly [x: number, low: number, high: number])[]): Curve {
  const column = (i: 0 | 1 | 2) => Float64Array.from(points, (point) => point[i]);
  return { id, x: column(0), y: new Float64Array(points.length).fill(NaN), low: column(1), high: column(2) };
}
const solid = { bandOpacity: 1 };

describe("a band", () => {
  it("covers the area between its curves exactly, whichever is above", () => {
    const place = fc.tuple(
      fc.integer({ min: 0, max: WIDTH * 16 }).map((n) => n / 16),
      fc.double({ min: 1, max: HEIGHT - 1, noNaN: true }),
      fc.double({ min: 0, max: 30, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(place, { minLength: 2, maxLength: 12 }), fc.boolean(), (places, turned) => {
        const points = places
          .sort((a, b) => a[0] - b[0])
          .map(([x, low, height]) => [x, low, Math.min(HEIGHT - 1, low + height)] as const);
        fc.pre(points.every(([x], i) => i === 0 || x > points[i - 1]![0]));
        const area = points.reduce((sum, [x, low, high], i) => {
          if (i === 0) return 0;
          const [x0, low0, high0] = points[i - 1]!;
          return sum + ((x - x0) * (high - low + high0 - low0)) / 2;
        }, 0);
        const given = turned ? points.map(([x, low, high]) => [x, high, low] as const) : points;
        // A sixteenth of a column is what the sample lines resolve.
        const tolerance = 0.02 * area + (points.length * HEIGHT) / 256 + 0.5;
        expect(Math.abs(ink(draw([band(0, given)], PIXELS, solid)) - area)).toBeLessThan(tolerance);
      }),
    );
  });

  it("breaks where an end of it is not finite, and not where its line does", () => {
    const whole: [number, number, number][] = [10, 40, 70, 100].map((x) => [x, 20, 60]);
    expect(ink(draw([band(0, whole)], PIXELS, solid))).toBeCloseTo(90 * 40, 0);
    for (const [low, high] of [
      [NaN, 60],
      [20, NaN],
      [20, Infinity],
      [-Infinity, 60],
    ] as const) {
      const broken = whole.map((point, i) => (i === 1 ? ([point[0], low, high] as const) : point));
      const upright = 40 * 1.5 + 1.77; // of the vertex that is left alone, as wide as a stroke
      expect(Math.abs(ink(draw([band(0, broken)], PIXELS, solid)) - 30 * 40 - upright)).toBeLessThan(2);
    }
  });

  it("is seen however narrow it is", () => {
    for (const width of [0, 1e-9, 0.001, 0.05, 1]) {
      const narrow = [60.3, 60.3 + width / 2, 60.3 + width].map((x, i) => [x, 20 + i, 60 - i] as const);
      const found = ink(draw([band(0, narrow)], PIXELS, solid));
      expect(found, String(width)).toBeGreaterThan(35 * Math.max(1, width));
      expect(found, String(width)).toBeLessThan(45 * 1.5 + 5);
    }
  });

  it("reaches to the bottom of a log axis where its lower end has no place", () => {
    const view: View = { xMin: 0, xMax: WIDTH, yMin: 1, yMax: 100, yScale: "log" };
    const picture = draw([band(0, [[0, -1, 10], [WIDTH, 0, 10]])], view, solid); // prettier-ignore
    expect(ink(picture)).toBeCloseTo((WIDTH * HEIGHT) / 2, -1);
  });

  it("is owned where no line covers it, and lies behind every line", () => {
    const line = curve(1, [[0, 30.5], [WIDTH, 30.5]]); // prettier-ignore
    const picture = draw([line, band(7, [[0, 20, 60], [WIDTH, 20, 60]])], PIXELS, { width: 3 }); // prettier-ignore
    const at = (y: number) => picture.owner[(HEIGHT - 1 - y) * WIDTH + 60];
    expect([at(25), at(30), at(45), at(70)]).toEqual([8, 2, 8, 0]);
    const color = picture.pixels[(HEIGHT - 1 - 30) * WIDTH + 60]! >>> 0;
    expect(color).toBe(0xff604020);
  });

  it("shows through others by its opacity", () => {
    const two = [band(0, [[0, 20, 60], [WIDTH, 20, 60]]), band(1, [[0, 40, 80], [WIDTH, 40, 80]])]; // prettier-ignore
    const picture = draw(two, PIXELS, { bandOpacity: 0.5 });
    const alpha = (y: number) => picture.pixels[(HEIGHT - 1 - y) * WIDTH + 60]! >>> 24;
    expect([alpha(30), alpha(50), alpha(70)].map((a) => Math.round(a / 3.2))).toEqual([40, 60, 40]);
  });

  it("ends on any input", () => {
    const wild = fc.oneof(fc.double(), fc.constantFrom(0, 1e300, -1e300, Infinity, -Infinity, NaN, 5e-324));
    const points = fc.array(fc.tuple(wild, wild, wild), { maxLength: 20 });
    fc.assert(
      fc.property(points, wild, wild, (points, a, b) => {
        const sorted = points.filter(([x]) => !Number.isNaN(x)).sort((p, q) => p[0] - q[0]);
        const picture = draw([band(0, sorted)], { xMin: a, xMax: b, yMin: b, yMax: a });
        expect(picture.owner.every((owner) => owner <= 1)).toBe(true);
      }),
    );
  });
});
