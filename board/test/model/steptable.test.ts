import fc from "fast-check";
import { expect, test } from "vitest";
import { type SortKey, sortedRows, type StepRow, stepRows } from "../../src/model/steptable";
import type { TableColumns } from "../../src/wire/client";

const none = { step: Int32Array.of(0, 0, 0, 0), wallTime: new Float64Array(4), value: new Float64Array(4) };
const columns: TableColumns = {
  header: { version: 1, tags: ["loss", "lr"], runs: ["a", "b"], at_step: 100, incomplete: [] },
  count: Int32Array.of(5, 5, 5, 0),
  last: none,
  min: none,
  max: none,
  nonFinite: Int32Array.of(0, 0, 0, 0),
  firstNonFiniteStep: Int32Array.of(0, 0, 0, 0),
  at: {
    step: BigInt64Array.of(100n, 90n, 0n, 0n),
    wallTime: Float64Array.of(1000, 990, NaN, NaN),
    value: Float64Array.of(0.1, NaN, NaN, NaN),
  },
};

test("a row tells the point at the step, or the nearest before it and that it is before", () => {
  expect(stepRows(columns, 100n, () => true)).toEqual({
    rows: [
      { run: "a", tag: "loss", value: 0.1, step: 100n, wallTime: 1000, exact: true },
      { run: "a", tag: "lr", value: NaN, step: 90n, wallTime: 990, exact: false },
    ],
    later: 1,
    unread: 0,
  });
  expect(stepRows(columns, 100n, (run) => run === "b")).toEqual({ rows: [], later: 1, unread: 0 });
  const last = { ...none, wallTime: new Float64Array(4).fill(NaN) };
  const header = { ...columns.header, incomplete: ["b"] };
  expect(stepRows({ ...columns, header, last }, 100n, (run) => run === "b")).toEqual({
    rows: [],
    later: 0,
    unread: 1,
  });
});

test("steps that only differ beyond 2^53 are told apart", () => {
  const asked = 2n ** 60n + 1n;
  const at = { ...columns.at!, step: BigInt64Array.of(asked, asked - 1n, 0n, 0n) };
  const { rows } = stepRows({ ...columns, at }, asked, () => true);
  expect(rows.map(({ step, exact }) => [step, exact])).toEqual([[asked, true], [asked - 1n, false]]); // prettier-ignore
});

test("sorting keeps every row, orders by the key, and puts NaN last either way", () => {
  const row = fc.record({
    run: fc.constantFrom("a", "b", "c"),
    tag: fc.constantFrom("loss", "lr"),
    value: fc.double(),
    step: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    wallTime: fc.double({ noNaN: true, noDefaultInfinity: true }),
    exact: fc.boolean(),
  });
  const key = fc.constantFrom<SortKey>("run", "tag", "value", "step", "time");
  fc.assert(
    fc.property(fc.array(row), key, fc.boolean(), (rows: StepRow[], key, descending) => {
      const sorted = sortedRows(rows, { key, descending }, (run) => run.charCodeAt(0));
      expect(new Set(sorted)).toEqual(new Set(rows));
      const values = sorted.map(({ value }) => value);
      if (key === "value") {
        const finite = values.filter((value) => !Number.isNaN(value));
        expect(values.slice(0, finite.length).some(Number.isNaN)).toBe(false);
        const ordered = [...finite].sort((a, b) => (descending ? b - a : a - b));
        expect(finite.every((value, i) => value === ordered[i])).toBe(true);
      }
      if (key === "step") {
        for (const [i, { step }] of sorted.entries()) {
          const next = sorted[i + 1]?.step ?? step;
          expect(descending ? step >= next : step <= next).toBe(true);
        }
      }
    }),
  );
});
