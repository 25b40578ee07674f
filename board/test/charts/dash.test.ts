import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DASHES, GAP } from "../../src/charts/dash";
import { alphas, curve, draw, HEIGHT, ink, PIXELS, WIDTH } from "./drawing";

const faint = GAP / 256;
/** Of its length, what a pattern draws in full. */
const full = (dash: number) => {
  const lengths = DASHES[dash]!;
  const sum = (from: number) =>
    lengths.filter((_, i) => i % 2 === from).reduce((all, length) => all + length, 0);
  return sum(0) / (sum(0) + sum(1));
};

describe("a dashed line", () => {
  it("draws the same part of a flat, slanted and upright line, and the rest faintly", () => {
    const inside = (to: number) => fc.double({ min: 4, max: to - 4, noNaN: true });
    const ends = fc.tuple(inside(WIDTH), inside(HEIGHT), inside(WIDTH), inside(HEIGHT));
    fc.assert(
      fc.property(
        ends,
        fc.integer({ min: 1, max: DASHES.length - 1 }),
        fc.constantFrom(1, 0),
        ([x0, y0, x1, y1], dash, across) => {
          const points = [[x0, y0], [x0 + across * (x1 - x0), y1]] as const; // prettier-ignore
          const sorted = [...points].sort((a, b) => a[0] - b[0]);
          fc.pre(Math.hypot(points[1][0] - x0, y1 - y0) > 60);
          const solid = ink(draw([curve(0, sorted)]));
          const dashed = ink(draw([curve(0, sorted)], PIXELS, { dash }));
          const part = full(dash) + faint * (1 - full(dash));
          // A period that is cut off at the end may be all dash or all gap.
          expect(Math.abs(dashed / solid - part)).toBeLessThan(0.2);
        },
      ),
    );
  });

  it("repeats along its way", () => {
    const [dash, gap] = DASHES[1] as [number, number];
    const picture = alphas(draw([curve(0, [[0, 40.5], [WIDTH, 40.5]])], PIXELS, { dash: 1, width: 3 })); // prettier-ignore
    const row = picture.slice((HEIGHT - 41) * WIDTH, (HEIGHT - 40) * WIDTH);
    const expected = row.map((_, x) => (x % (dash + gap) < dash ? 255 : Math.round(255 * faint)));
    expect(row).toEqual(expected);
  });

  it("hides no spike and leaves nothing without an owner", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: WIDTH - 10 }),
        fc.integer({ min: 1, max: DASHES.length - 1 }),
        (x, dash) => {
          const line = curve(0, [[0, 20], [x - 0.2, 20], [x, 80], [x + 0.2, 20], [WIDTH, 20]]); // prettier-ignore
          const [solid, dashed] = [draw([line]), draw([line], PIXELS, { dash })];
          expect(dashed.owner.every((owner, i) => owner === solid.owner[i])).toBe(true);
          const least = (alpha: number) => Math.floor(alpha * faint) - 1;
          const before = alphas(solid);
          expect(alphas(dashed).every((alpha, i) => alpha >= least(before[i]!))).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("draws points that stand alone in full, whatever was drawn before", () => {
    const points = [[20, 30], [30, NaN], [60, 45], [60, 45], [70, NaN], [90, 60]] as const; // prettier-ignore
    const solid = draw([curve(0, points)]);
    expect(ink(solid)).toBeCloseTo(3 * Math.PI * 2.25 ** 2, 0);
    for (const dash of DASHES.keys()) {
      expect(alphas(draw([curve(0, points)], PIXELS, { dash }))).toEqual(alphas(solid));
    }
  });

  it("does not move where points are added at its end", () => {
    const ys = [20, 60, 30, 70, 50, 40];
    const points = ys.map((y, i) => [15 * i, y] as const);
    const longer = alphas(draw([curve(0, [...points, [110, 80]])], PIXELS, { dash: 1 }));
    const before = alphas(draw([curve(0, points)], PIXELS, { dash: 1 }));
    const columns = (picture: number[]) => picture.filter((_, i) => i % WIDTH < 70);
    expect(columns(longer)).toEqual(columns(before));
  });
});
