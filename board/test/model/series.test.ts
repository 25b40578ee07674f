import fc from "fast-check";
import { expect, test } from "vitest";
import { groupId } from "../../src/model/group_series";
import {
  CurveIds,
  frontStyles,
  rawId,
  readingsAt,
  type Shown,
  stylesOf,
  windowOf,
} from "../../src/model/plot";
import { isSeen, nearest, stepAt, toSeries, union, withSeries } from "../../src/model/series";
import type { ScalarColumns } from "../../src/wire/client";
import type { Attempts, Axis } from "../../src/wire/types";
import { seriesOf } from "./curves";

function answer(axis: Axis = "step", smoothed = false, attempts: Attempts = "all"): ScalarColumns {
  const entry = {
    tag: "loss",
    attempts: 2,
    points: 2,
    superseded: 0,
    superseded_from: null,
    thinned: false,
    non_finite: 0,
    first_non_finite_step: null,
    last_non_finite_step: null,
    first_wall_time: 100,
    quantiles: null,
  };
  const first = { ...entry, superseded: 1, superseded_from: 2 };
  return {
    header: {
      version: 1,
      axis,
      smoothing: null,
      baseline: null,
      attempts,
      width_asked: 100,
      width: 50,
      vertex_budget: 1000,
      vertices: 5,
      incomplete: [],
      pictures: [
        { tag: "nobody's", x_min: null, x_max: null, display_name: "", description: "" },
        { tag: "loss", x_min: 1, x_max: 9, display_name: "", description: "" },
      ],
      series: [
        { ...first, run: "a", attempt: 0, start: 0, length: 2 },
        { ...entry, run: "a", attempt: 1, start: 2, length: 1 },
        { ...entry, run: "b", attempt: 0, attempts: 1, start: 3, length: 2 },
      ],
    },
    step: BigInt64Array.of(1n, 2n, 1n, 5n, 9n),
    wallTime: Float64Array.of(100, 101, 110, 120, 130),
    value: Float64Array.of(1, NaN, 3, -4, Infinity),
    smoothed: smoothed ? Float64Array.of(1, 1, 3, -4, -2) : null,
  };
}
const shownOf = (columns: ScalarColumns, off: string[] = []): Shown[] =>
  toSeries(columns).map((series) => ({ series, colour: "#123456", on: !off.includes(series.run) }));

test("an answer is cut into attempts, earlier ones marked", () => {
  const series = toSeries(answer());
  expect(series.map(({ run, attempt, superseded, x }) => [run, attempt, superseded, [...x]])).toEqual([
    ["a", 0, true, [1, 2]],
    ["a", 1, false, [1]],
    ["b", 0, false, [5, 9]],
  ]);
});

test("what the latest attempts supersede is counted, and what is left of the earlier is drawn in full", () => {
  const columns = answer("step", false, "latest");
  columns.header.series[0]!.points = 3;
  columns.header.series[1]!.thinned = true;
  const series = toSeries(columns);
  expect(series.map(({ superseded, leftOut, grain }) => [superseded, leftOut, grain])).toEqual([
    [false, 1, 0],
    [false, 0, 0.08],
    [false, 0, 0],
  ]);
});

test("the relative axis counts from the run's first point over all attempts, the wall axis from 1970", () => {
  expect(toSeries(answer("relative")).map(({ x }) => [...x])).toEqual([[0, 1], [10], [20, 30]]);
  expect([...toSeries(answer("wall"))[1]!.x]).toEqual([110]);
});

test("the grain of what was thinned out is a pixel column as asked for, however coarse the answer", () => {
  const columns = answer();
  columns.header.series[2]!.thinned = true;
  expect(toSeries(columns).map(({ grain }) => grain)).toEqual([0, 0, 0.08]);
  columns.header.width_asked = 200;
  expect(toSeries(columns)[2]!.grain).toBe(0.04);
});

test("bounds are those of every x and every finite y", () => {
  expect(toSeries(answer()).map(({ bounds }) => bounds)).toEqual([
    { xMin: 1, xMax: 2, yMin: 1, yMax: 1 },
    { xMin: 1, xMax: 1, yMin: 3, yMax: 3 },
    { xMin: 5, xMax: 9, yMin: -4, yMax: -4 },
  ]);
  expect(union([null])).toBeNull();
});

test("an answer for some runs replaces those runs, attempts that vanished included", () => {
  const all = toSeries(answer());
  const came = [all[1]!];
  const merged = withSeries(all, new Set(["a"]), came);
  expect(merged.map(({ run, attempt }) => `${run}${attempt}`)).toEqual(["b0", "a1"]);
  expect(withSeries(all, new Set(["gone", "b"]), []).map(({ run }) => run)).toEqual(["a", "a"]);
  expect(withSeries(all, null, came)).toBe(came);
  expect(withSeries(all, new Set(["gone"]), [])).toBe(all);
});

test("the nearest vertex is the one that a search of all would find", () => {
  const sorted = fc
    .array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 })
    .map((xs) => xs.sort((a, b) => a - b));
  fc.assert(
    fc.property(sorted, fc.double({ noNaN: true, min: -2e6, max: 2e6 }), (xs, x) => {
      const found = Math.abs(xs[nearest(Float64Array.from(xs), x)]! - x);
      expect(found).toBe(Math.min(...xs.map((one) => Math.abs(one - x))));
    }),
  );
});

test("the window is that of the runs that are on, and of all when none is", () => {
  expect(windowOf(shownOf(answer(), ["b"]))).toMatchObject({ yMin: 1, yMax: 3 });
  expect(windowOf(shownOf(answer(), ["a", "b"]))).toMatchObject({ yMin: -4, yMax: 3 });
  expect(windowOf([])).toBeNull();
  const nothing = { ...answer(), value: new Float64Array(5).fill(NaN) };
  expect(windowOf(shownOf(nothing))).toEqual({ xMin: 1, xMax: 9, yMin: 0, yMax: 1 });
});

test("switching a run off hides its curves and leaves every other style alone", () => {
  const ids = new CurveIds();
  const on = stylesOf(shownOf(answer("step", true)), ids);
  const off = stylesOf(shownOf(answer("step", true), ["a"]), ids);
  expect(on.every((style) => style.visible)).toBe(true);
  expect(off.map((style) => [style.id, style.visible])).toEqual(
    on.map((style) => [style.id, ids.runOf(style.id) !== "a"]),
  );
  expect(off.filter((style) => style.visible)).toEqual(on.filter((style) => ids.runOf(style.id) === "b"));
});

test("raw curves lie under all averages, and earlier attempts are fainter", () => {
  const ids = new CurveIds();
  const shown = shownOf(answer("step", true));
  const styles = stylesOf(shown, ids);
  const mains = shown.map(({ series }) => ids.of(series));
  expect(Math.max(...mains.map(rawId))).toBeLessThan(Math.min(...mains));
  const opacity = (id: number): number => styles.find((style) => style.id === id)!.opacity;
  expect(opacity(mains[0]!)).toBeLessThan(opacity(mains[1]!));
  expect(opacity(rawId(mains[1]!))).toBeLessThan(opacity(mains[1]!));
});

test("a run in front keeps its colour and id, and is stroked wider", () => {
  const ids = new CurveIds();
  const shown = shownOf(answer("step", true));
  const usual = stylesOf(shown, ids);
  const front = frontStyles(shown, ids);
  expect(front.map(({ id, color }) => [id, color])).toEqual(usual.map(({ id, color }) => [id, color]));
  const mains = shown.map(({ series }) => ids.of(series));
  for (const [i, { id, width }] of front.entries()) {
    expect(width > usual[i]!.width).toBe(mains.includes(id));
  }
});

test("two curves never share an id, whatever groups and tags are called", () => {
  const ids = new CurveIds();
  const names = ["a", "b", "a/0/b", "b/0/a"];
  const curves = names.flatMap((group) =>
    names.map((tag) => ids.of(seriesOf(groupId(group), [[0, 1]], { tag }))),
  );
  expect(new Set(curves).size).toBe(16);
});

test("what has a vertex, or a mark for a value without one, is seen; gaps of a comparison are not", () => {
  const gaps = seriesOf("a", [[0, NaN], [1, NaN]], { nonFinite: false }); // prettier-ignore
  const [nan, some, none] = [[[0, NaN]], [[0, NaN], [1, 2]], []] as const; // prettier-ignore
  expect([isSeen(gaps), ...[nan, some, none].map((points) => isSeen(seriesOf("a", points)))]).toEqual([
    ...[false, true, true, false],
  ]);
});

test("a place on the axis has a step that 64 bits hold", () => {
  expect([2.4, -0.6, 1e300, -1e300, Infinity, NaN].map(stepAt)).toEqual([
    ...[2n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 63n - 1n, -(2n ** 63n)],
  ]);
});

test("the crosshair reads runs that are on and reach the place", () => {
  const shown = shownOf(answer());
  expect(readingsAt(shown, 1.2, 0.5).map(({ series, index }) => [series.run, series.attempt, index])).toEqual(
    [
      ["a", 0, 0],
      ["a", 1, 0],
    ],
  );
  expect(readingsAt(shownOf(answer(), ["a"]), 1.2, 0.5)).toEqual([]);
});
