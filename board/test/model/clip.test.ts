import fc from "fast-check";
import { expect, test } from "vitest";
import { clippedExtent, countClipped, describeClipped } from "../../src/model/clip";
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
  expect(countClipped(shown, { min: 0, max: 3 }, y)).toEqual({ above: 1, below: 1, exact: true });
  expect(countClipped(shown, { min: 1, max: 2 }, y)).toEqual({ above: 0, below: 0, exact: true });
});

test("what is clipped is told, and that more may be where points were thinned out", () => {
  const thinned = shownOf(seriesOf("a", [[0, 5], [1, 1]], { grain: 2 })); // prettier-ignore
  expect(describeClipped(countClipped(thinned, { min: 0, max: 1 }, { min: 0, max: 3 }))).toBe(
    "clipped: at least 1 point above",
  );
  expect(describeClipped({ above: 1200, below: 3, exact: true })).toBe(
    "clipped: 1,200 points above, 3 below",
  );
  expect(describeClipped({ above: 0, below: 1, exact: true })).toBe("clipped: 1 point below");
  expect(describeClipped({ above: 0, below: 0, exact: false })).toBeNull();
});
