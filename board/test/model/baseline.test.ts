import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compared, type Points } from "../../src/model/baseline";

const points = (...pairs: [number, number][]): Points => ({
  x: Float64Array.from(pairs, ([x]) => x),
  y: Float64Array.from(pairs, ([, y]) => y),
});

describe("a curve compared with a baseline", () => {
  test("is read off at the same x, between the baseline's points on the line", () => {
    const curve = points([0, 5], [5, 5], [7.5, 5], [10, 5]);
    const baseline = points([0, 1], [5, 2], [10, 4]);
    expect([...compared(curve, baseline, "difference")]).toEqual([4, 3, 2, 1]);
    expect([...compared(curve, baseline, "ratio")]).toEqual([5, 2.5, 5 / 3, 1.25]);
  });

  test("is a gap where the baseline has no value", () => {
    const curve = points([-1, 1], [0, 1], [1, 1], [2, 1], [3, 1], [4, 1], [5, 1]);
    const baseline = points([0, 1], [2, NaN], [3, 0], [4, Infinity]);
    expect([...compared(curve, baseline, "difference")]).toEqual([NaN, 0, NaN, NaN, 1, NaN, NaN]);
    expect([...compared(curve, baseline, "ratio")]).toEqual([NaN, 1, NaN, NaN, NaN, NaN, NaN]);
    expect([...compared(curve, points(), "ratio")]).toEqual(new Array(7).fill(NaN));
  });

  test("keeps what is not finite itself, and takes the last of several at one x", () => {
    const baseline = points([0, 1], [1, 1], [1, 3], [2, 3]);
    expect([...compared(points([0, Infinity], [1, 4], [2, NaN]), baseline, "difference")]).toEqual([
      Infinity,
      1,
      NaN,
    ]);
  });

  test("is 0, or 1, all along for the baseline itself", () => {
    const xs = fc.uniqueArray(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(xs, fc.infiniteStream(fc.double({ min: 1e-3, max: 1e9, noNaN: true })), (found, values) => {
        const sorted = Float64Array.from(found).sort();
        const curve = { x: sorted, y: Float64Array.from(sorted, () => values.next().value as number) };
        expect(compared(curve, curve, "difference").every((y) => y === 0)).toBe(true);
        expect(compared(curve, curve, "ratio").every((y) => y === 1)).toBe(true);
      }),
    );
  });
});
