import fc from "fast-check";
import { expect, test } from "vitest";
import { describeJoined, joinByStep, joinedOf } from "../../src/model/join";
import { seriesOf } from "./curves";

const over = (xs: readonly (readonly [number, number])[], ys: readonly (readonly [number, number])[]) =>
  joinByStep([seriesOf("a", ys), seriesOf("a", xs, { tag: "lr" }), seriesOf("b", ys)], ["loss"], "lr");

test("a point lies at the other tag's value at its own step, and one without is left out and counted", () => {
  const [joined, ...more] = over([[0, 10], [2, 20], [3, NaN]], [[0, 1], [1, 2], [2, 3], [3, 4]]); // prettier-ignore
  expect(more).toEqual([]);
  expect([...joined!.x]).toEqual([10, 20]);
  expect([...joined!.value]).toEqual([1, 3]);
  expect([...joined!.step]).toEqual([0n, 2n]);
  expect(describeJoined("lr", joinedOf([joined!]))).toBe("x is lr at the same step: 2 of 4 points");
  expect(describeJoined("a\n\u202eb", { points: 1, of: 1, thinned: false })).toContain("x is a␊⟨202E⟩b at");
});

test("where x goes forth and back, points are no line", () => {
  const ys = [[0, 1], [1, 2], [2, 3]] as const; // prettier-ignore
  expect(over([[0, 1], [1, 2], [2, 2]], ys)[0]!.join!.dots).toBe(false); // prettier-ignore
  const back = over([[0, 3], [1, 2], [2, 1]], ys)[0]!; // prettier-ignore
  expect(back.join!.dots).toBe(false);
  expect([...back.value]).toEqual([3, 2, 1]);
  expect(over([[0, 1], [1, 3], [2, 2]], ys)[0]!.join!.dots).toBe(true); // prettier-ignore
});

test("steps of either form meet, exactly, and thinned curves say so", () => {
  const far = 2n ** 60n + 1n;
  const joined = joinByStep(
    [
      seriesOf("a", [[1, 5], [2, 6]], { step: BigInt64Array.of(1n, far), grain: 1 }), // prettier-ignore
      seriesOf("a", [[1, 7]], { tag: "lr", step: Int32Array.of(1) }), // prettier-ignore
    ],
    ["loss"],
    "lr",
  );
  expect([...joined[0]!.value]).toEqual([5]);
  expect(describeJoined("lr", joinedOf(joined))).toBe("x is lr at the same step: 1 of 2 points, thinned out");
});

test("every joined point has its own step's values, and x ascends", () => {
  const points = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.double({ noNaN: true })), {
    selector: ([step]) => step,
  });
  fc.assert(
    fc.property(points, points, (xs, ys) => {
      const sorted = (all: [number, number][]) => [...all].sort((a, b) => a[0] - b[0]);
      const [joined] = over(sorted(xs), sorted(ys));
      const xAt = new Map(xs);
      const yAt = new Map(ys);
      expect(joined!.x.length).toBe(ys.filter(([step]) => Number.isFinite(xAt.get(step) ?? NaN)).length);
      joined!.x.forEach((x, i) => {
        const step = Number(joined!.step[i]!);
        expect(x).toBe(xAt.get(step));
        expect(joined!.value[i]).toBe(yAt.get(step));
        if (i > 0) expect(x).toBeGreaterThanOrEqual(joined!.x[i - 1]!);
      });
    }),
  );
});

test("of several values at one step the last counts, and every point there has it", () => {
  const joined = over([[1, 5], [1, 6], [2, 9]], [[0, 1], [1, 2], [1, 3], [2, 4], [7, 5]])[0]!; // prettier-ignore
  expect([...joined.x]).toEqual([6, 6, 9]);
  expect([...joined.value]).toEqual([2, 3, 4]);
});
