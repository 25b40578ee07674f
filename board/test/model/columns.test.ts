import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BY_NAME,
  type Cell,
  cellOf,
  columnOf,
  hparamColumn,
  hparamOf,
  type Known,
  sorted,
} from "../../src/model/columns";
import { run } from "./a_run";

const known: Known = {
  now: 1_000,
  hparam: (_, name) => ({ lr: 0.1, state: "solid" })[name],
  scalar: (_, of, tag) => (tag === "loss" ? { last: 1, min: 0.5, max: null }[of] : undefined),
};

describe("a cell", () => {
  const one = run("a/b", {
    first_wall_time: 100,
    last_wall_time: 400,
    last_step: 7,
    points: 12,
    state: "live",
  });
  test.each([
    ["state", "live"],
    ["steps", 7],
    ["age", 600],
    ["duration", 300],
    ["points", 12],
    ["name", "a/b"],
    ["lr", 0.1],
    ["hparam(state)", "solid"],
    ["last(loss)", 1],
    ["min(loss)", 0.5],
    ["max(loss)", null],
    ["max(none)", undefined],
    ["nothing", undefined],
  ])("of %s is %s", (column, expected) => expect(cellOf(one, column, known)).toBe(expected));
  test("is empty for a run without points", () => {
    const empty = run("x", { first_wall_time: null, last_wall_time: null, last_step: null });
    for (const column of ["steps", "age", "duration", "started"])
      expect(cellOf(empty, column, known)).toBeNull();
  });
});

test("a hyper-parameter may have any name", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.constantFrom("state", "last(loss)", "hparam(x)", "name", "min()")),
      (name) => {
        expect(hparamOf(hparamColumn(name))).toBe(name);
      },
    ),
  );
  expect(hparamColumn("lr")).toBe("lr");
  expect(columnOf("hparam(state)").title).toBe("state");
  expect(columnOf("last(loss)").title).toBe("last(loss)");
});

describe("sorting", () => {
  const order = (values: (Cell | null)[], descending: boolean): (Cell | null)[] =>
    sorted(
      values.map((value, i) => ({ id: String(i), value })),
      { column: "x", descending },
      ({ value }) => value,
    ).map(({ value }) => value);
  test("by a column puts what has no value last, whichever way", () => {
    const values = [null, 2, NaN, "b10", -Infinity, "b9", 1];
    expect(order(values, false)).toEqual([-Infinity, 1, 2, "b9", "b10", null, NaN]);
    expect(order(values, true)).toEqual([2, 1, -Infinity, "b10", "b9", null, NaN]);
  });
  test("keeps equals in the order of their names", () => {
    const runs = ["a", "b", "c"].map((id) => ({ id }));
    expect(sorted(runs, { column: "x", descending: true }, () => 1)).toEqual(runs);
  });
  test("by name is the order that was given, or its reverse", () => {
    const runs = ["a", "b"].map((id) => ({ id }));
    expect(sorted(runs, BY_NAME, () => 1)).toEqual(runs);
    expect(sorted(runs, { column: "name", descending: true }, () => 1)).toEqual([...runs].reverse());
  });
});
