import fc from "fast-check";
import { expect, test } from "vitest";
import { clippedExtent, countClipped, describeClipped } from "../../src/model/clip";
import { quantileOf } from "../../src/model/quantiles";
import { seriesOf, shownOf } from "./curves";

const wild = fc.oneof(
  fc.double(),
  fc.integer({ min: -5, max: 5 }),
  fc.constantFrom(NaN, Infinity, -Infinity),
);
const columns = fc.array(fc.array(wild, { maxLength: 60 }), { minLength: 1, maxLength: 4 });

test("at most so many percent of the finite values lie outside at either end, and none is left out for nothing", () => {
  fc.assert(
    fc.property(columns, fc.constantFrom(1, 5, 20), (values, percent) => {
      const shown = shownOf(
        ...values.map((ys, i) =>
          seriesOf(
            String(i),
            ys.map((y, x) => [x, y]),
          ),
        ),
      );
      const finite = values
        .flat()
        .filter(Number.isFinite)
        .sort((a, b) => a - b);
      const found = clippedExtent(shown, null, percent);
      expect(found === null).toBe(finite.length === 0);
      if (found === null) return;
      const outside = Math.floor((finite.length * percent) / 100);
      expect(found.min === finite[outside]! && found.max === finite[finite.length - 1 - outside]!).toBe(true);
      const clipped = countClipped(shown, { min: 0, max: 60 }, found);
      expect(clipped.above).toBe(finite.filter((y) => y > found.max).length);
      expect(clipped.below).toBe(finite.filter((y) => y < found.min).length);
      expect(Math.max(clipped.above, clipped.below)).toBeLessThanOrEqual(outside);
    }),
  );
});

test("only what is seen counts, of runs that are on", () => {
  const [a, b] = shownOf(
    seriesOf("a", [[0, 100], [1, 1], [2, 2], [3, -100]]), // prettier-ignore
    seriesOf("b", [[1, 1000]]),
  );
  const shown = [a!, { ...b!, on: false }];
  expect(clippedExtent([a!], { min: 1, max: 2 }, 0)).toEqual({ min: 1, max: 2 });
  const y = { min: 0, max: 10 };
  expect(countClipped(shown, { min: 0, max: 3 }, y)).toEqual({ above: 1, below: 1, exact: "exact" });
  expect(countClipped(shown, { min: 1, max: 2 }, y)).toEqual({ above: 0, below: 0, exact: "exact" });
});

test("what is clipped is told, and that more may be where points were thinned out", () => {
  const thinned = shownOf(seriesOf("a", [[0, 5], [1, 1]], { grain: 2 })); // prettier-ignore
  expect(describeClipped(countClipped(thinned, { min: 0, max: 1 }, { min: 0, max: 3 }))).toBe(
    "clipped: at least 1 point above",
  );
  expect(describeClipped({ above: 1200, below: 3, exact: "exact" })).toBe(
    "clipped: 1,200 points above, 3 below",
  );
  expect(describeClipped({ above: 0, below: 1, exact: "exact" })).toBe("clipped: 1 point below");
  expect(describeClipped({ above: 0, below: 0, exact: "at least" })).toBeNull();
});

/** As the server sums values up. */
function quantiles(values: readonly number[]): { count: number; values: number[] } {
  const sorted = [...values].sort((a, b) => a - b);
  const lower = [0, 0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 7.5, 10, 15, 20, 25, 30, 40];
  const percents = [...lower, 50, ...lower.map((percent) => 100 - percent).reverse()];
  const at = (percent: number): number => {
    const place = (percent / 100) * (sorted.length - 1);
    const [low, high] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
    return Math.max(low, Math.min(high, low * (1 - (place % 1)) + high * (place % 1)));
  };
  return { count: sorted.length, values: percents.map(at) };
}

const some = fc.array(fc.integer({ min: -1e9, max: 1e9 }), { minLength: 1, maxLength: 80 });

test("one summary gives back its own quantiles, and several what lies between the least and the largest", () => {
  fc.assert(
    fc.property(some, some, (a, b) => {
      const one = quantiles(a);
      const size = Math.max(...one.values.map(Math.abs));
      for (const [place, share] of [
        [4, 0.01],
        [8, 0.05],
        [24, 0.95],
        [28, 0.99],
      ] as const) {
        expect(Math.abs(quantileOf([one], share) - one.values[place]!)).toBeLessThanOrEqual(1e-9 * size);
      }
      const both = [one, quantiles(b)];
      const found = [0, 0.01, 0.2, 0.5, 0.99, 1].map((share) => quantileOf(both, share));
      for (let i = 1; i < found.length; i++) expect(found[i]!).toBeGreaterThanOrEqual(found[i - 1]!);
      expect([found[0], found[5]]).toEqual([Math.min(...a, ...b), Math.max(...a, ...b)]);
    }),
  );
});

test("a summary weighs as much as it has values", () => {
  const low = quantiles(Array.from({ length: 990 }, (_, i) => i / 990));
  const high = quantiles(Array<number>(10).fill(1000));
  expect(quantileOf([low, high], 0.98)).toBeLessThan(1);
  expect(quantileOf([low, high], 0.995)).toBe(1000);
});

test("what is clipped of thinned curves follows from all values, not from the extremes that are drawn", () => {
  const values = Array.from({ length: 100_000 }, (_, i) => (i % 1000 === 0 ? 1e6 : Math.sin(i)));
  const spread = { from: null, to: null, parts: [quantiles(values)] };
  const drawn = Array.from({ length: 400 }, (_, i) => [i, i % 4 === 0 ? 1e6 : (i % 3) - 1] as const);
  const one = seriesOf("a", drawn, { grain: 250 });
  expect(clippedExtent(shownOf(one), null, 1)!.max).toBe(1e6);
  const [shown] = shownOf({ ...one, spread });
  const y = clippedExtent([shown!], null, 1)!;
  expect(y.max).toBeLessThanOrEqual(1.0001);
  const x = { min: 0, max: 400 };
  expect(countClipped([shown!], x, y).exact).toBe("at least"); // the spread is that of all x
  const within = { ...shown!, series: { ...shown!.series, spread: { ...spread, from: 0, to: 400 } } };
  const clipped = countClipped([within], x, { min: -2, max: 2 });
  expect([clipped.below, clipped.exact]).toEqual([0, "about"]);
  expect(describeClipped({ above: 100, below: 0, exact: "about" })).toBe("clipped: about 100 points above");
});
