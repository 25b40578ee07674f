import { expect, test } from "vitest";
import { marksOf } from "../../src/charts/marks";
import { makeScale } from "../../src/charts/scale";
import { viewOf } from "../../src/charts/window";
import { clippedExtent } from "../../src/model/clip";
import { bandsOf, describeTold, isGap, toGroupSeries } from "../../src/model/group_series";
import { stepOf, windowOf } from "../../src/model/plot";
import type { GroupColumns } from "../../src/wire/client";

function answer(axis: "step" | "wall" = "step"): GroupColumns {
  const entry = { tag: "loss", runs: 3, jobs: 1, thinned: false, spacing: null, reduce: null };
  return {
    header: {
      ...{ version: 1, axis, smoothing: null, alignment: "exact", width_asked: 100, width: 100 },
      ...{ vertex_budget: 1000, vertices: 3, incomplete: [], baseline: null },
      pictures: [{ tag: "loss", x_min: 0, x_max: 50, display_name: "", description: "" }],
      groups: [
        { ...entry, group: "a", start: 0, length: 2 },
        { ...entry, group: "b", start: 2, length: 1, thinned: true },
      ],
    },
    x: axis === "step" ? BigInt64Array.of(1n, 2n, 5n) : Float64Array.of(1.5, 2.5, 5.5),
    n: Uint32Array.of(3, 2, 1),
    nonFinite: Uint32Array.of(0, 1, 0),
    mean: Float64Array.of(10, 20, 30),
    median: Float64Array.of(11, 21, 31),
    min: Float64Array.of(-1, 2, 30),
    max: Float64Array.of(19, 29, 30),
    sd: Float64Array.of(4, 5, NaN),
    se: Float64Array.of(2, 3, NaN),
    low95: Float64Array.of(6, 7, NaN),
    high95: Float64Array.of(14, 33, NaN),
  };
}
const ends = (band: Parameters<typeof toGroupSeries>[2]) =>
  toGroupSeries(answer(), "mean", band).map(
    ({ group }) => group!.band && [...group!.band.low, ...group!.band.high],
  );

test("each group is a series of its own, known by a name that no run has", () => {
  const [a, b] = toGroupSeries(answer(), "median", "min-max");
  expect([a!.run, a!.tag, b!.run]).toEqual(["group a", "loss", "group b"]);
  expect([...a!.x]).toEqual([1, 2]);
  expect([...a!.value]).toEqual([11, 21]);
  expect([...a!.group!.n]).toEqual([3, 2]);
  expect([a!.grain, b!.grain]).toEqual([0, 0.5]);
  expect([...toGroupSeries(answer("wall"), "mean", "none")[0]!.x]).toEqual([1.5, 2.5]);
});

test("a group has a step where x is one; over time its runs have none in common", () => {
  const step = (axis: "step" | "wall"): unknown => {
    const [series] = toGroupSeries(answer(axis), "mean", "none");
    return stepOf({ series: series!, index: 1, colour: "#123456", dash: 0, y: 0 });
  };
  expect([step("step"), step("wall")]).toEqual([2n, null]);
});

test("the band is the one that was chosen, and unknown where one run has no spread", () => {
  expect(ends("none")).toEqual([null, null]);
  expect(ends("min-max")).toEqual([[-1, 2, 19, 29], [30, 30]]); // prettier-ignore
  expect(ends("sd")).toEqual([[6, 15, 14, 25], [NaN, NaN]]); // prettier-ignore
  expect(ends("se")).toEqual([[8, 17, 12, 23], [NaN, NaN]]); // prettier-ignore
  expect(ends("ci95")).toEqual([[6, 7, 14, 33], [NaN, NaN]]); // prettier-ignore
});

test("around a median there is no band of the mean", () => {
  expect(bandsOf("mean")).toContain("ci95");
  expect(bandsOf("median")).toEqual(["none", "min-max"]);
});

test("where its runs tell what a group's line is, tag by tag, it is that", () => {
  const columns = answer();
  const [a, b] = columns.header.groups;
  const told = (reduce: "mean" | "median" | "min" | "max" | "sum") => {
    columns.header.groups = [{ ...a!, reduce }, b!];
    return toGroupSeries(columns, "told", "min-max");
  };
  expect([...told("max")[0]!.value]).toEqual([19, 29]);
  expect([...told("min")[0]!.value]).toEqual([-1, 2]);
  expect([...told("median")[0]!.value]).toEqual([11, 21]);
  expect([...told("mean")[0]!.value]).toEqual([10, 20]);
  const [sum, mean] = told("sum");
  expect([...sum!.value]).toEqual([30, NaN]);
  expect([sum!.group!.told, sum!.group!.band]).toEqual(["sum", null]);
  expect([mean!.group!.told, ...mean!.value]).toEqual([null, 30]);
  expect(toGroupSeries(columns, "median", "none")[0]!.group!.told).toBeNull();
});

/** Three ranks that log 10 each: the second logs NaN at step 2, the third has nothing from step 4 on. */
function ranks(): GroupColumns {
  const tens = () => new Float64Array(6).fill(10);
  const none = new Float64Array(6);
  const columns = answer();
  const [entry] = columns.header.groups;
  columns.header.groups = [{ ...entry!, reduce: "sum", start: 0, length: 6 }];
  return {
    ...columns,
    x: BigInt64Array.of(0n, 1n, 2n, 3n, 4n, 5n),
    n: Uint32Array.of(3, 3, 2, 3, 2, 2),
    nonFinite: Uint32Array.of(0, 0, 1, 0, 0, 0),
    ...{ mean: tens(), median: tens(), min: tens(), max: tens(), low95: tens(), high95: tens() },
    ...{ sd: none, se: none },
  };
}

test("a sum is drawn where every rank has a value, and nowhere else", () => {
  const [sum] = toGroupSeries(ranks(), "told", "none");
  expect([...sum!.value]).toEqual([30, 30, NaN, 30, NaN, NaN]);
  expect([...sum!.group!.n].map((n) => `${n} of ${sum!.group!.runs}`)[4]).toBe("2 of 3");
  expect(sum!.bounds).toEqual({ xMin: 0, xMax: 5, yMin: 30, yMax: 30 });
  const [mean] = toGroupSeries(ranks(), "mean", "none");
  expect([...mean!.value]).toEqual([10, 10, 10, 10, 10, 10]);
});

test("of several jobs, a sum is the mean of theirs, and says so", () => {
  const columns = ranks();
  columns.header.groups[0]!.jobs = 3;
  const [sum] = toGroupSeries(columns, "told", "none");
  expect([...sum!.value]).toEqual([10, 10, NaN, 10, NaN, NaN]);
  expect(describeTold(sum!.group!)).toBe("mean of 3 jobs' sums");
  columns.header.groups[0]!.reduce = "max";
  expect(describeTold(toGroupSeries(columns, "told", "none")[0]!.group!)).toBe("max over 3 jobs");
  columns.header.groups[0]!.jobs = 1;
  expect(describeTold(toGroupSeries(columns, "told", "none")[0]!.group!)).toBe("max");
  expect(describeTold(toGroupSeries(columns, "mean", "none")[0]!.group!)).toBeNull();
});

test("a mark says where a rank logged NaN; where one lags there is a gap without", () => {
  const [sum] = toGroupSeries(ranks(), "told", "none");
  expect([0, 1, 2, 3, 4, 5].filter((index) => isGap(sum!, index))).toEqual([4, 5]);
  const marksIn = (series: typeof sum) =>
    marksOf([{ series: series!, colour: "#123456", on: true }], makeScale(0, 5), 100);
  expect(marksIn(sum)).toEqual([{ kind: "NaN", position: 40, colour: "#123456" }]);
  const [lagging] = toGroupSeries({ ...ranks(), nonFinite: new Uint32Array(6) }, "told", "none");
  expect([lagging!.nonFinite, marksIn(lagging)]).toEqual([false, []]);
});

test("against a baseline there is no sum: its line is the mean, and says so", () => {
  const columns = ranks();
  for (const compare of ["difference", "ratio"] as const) {
    columns.header.baseline = { run: "r", compare };
    const [group] = toGroupSeries(columns, "told", "min-max");
    expect([...group!.value]).toEqual([10, 10, 10, 10, 10, 10]);
    expect([group!.group!.told, group!.group!.band !== null]).toEqual([null, true]);
  }
  columns.header.groups[0]!.reduce = "max";
  expect(toGroupSeries(columns, "told", "none")[0]!.group!.told).toBe("max");
});

test("the window holds the whole band", () => {
  const shown = toGroupSeries(answer(), "mean", "min-max").map((series) => ({
    ...{ series, colour: "#123456", on: true },
  }));
  expect(windowOf(shown)).toEqual({ xMin: 1, xMax: 5, yMin: -1, yMax: 30 });
  const [a] = shown;
  const x = { min: 0.5, max: 2.5 };
  const seen = viewOf([a!], {
    ...{ x, y: null, xLog: false, xLinear: null, yLog: false, clip: 0 },
  });
  expect(seen.yMin).toBeLessThan(-1);
  expect(seen.yMax).toBeGreaterThan(29);
  expect(clippedExtent([a!], x, 1)).toEqual({ min: -1, max: 29 });
});
