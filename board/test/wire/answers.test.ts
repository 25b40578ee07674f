import { expect, test } from "vitest";
import { readGroups, readTable } from "../../src/wire/client";
import { FrameError } from "../../src/wire/frame";
import { frame, type Items } from "./a_frame";

const group = {
  group: "lr=0.1",
  tag: "loss",
  runs: 2,
  start: 0,
  length: 2,
  thinned: false,
  spacing: null,
  reduce: null,
};
const groupHeader = { version: 1, axis: "step", width_asked: 9, width: 9, pictures: [], groups: [group] };
const statistics = ["mean", "median", "min", "max", "sd", "se", "low95", "high95"];

function groupColumns(rows: number, x: Items = new Int32Array(rows)): Record<string, Items> {
  const floats = statistics.map((name, i) => [name, new Float64Array(rows).fill(i)]);
  const counts = { n: new Uint32Array(rows).fill(2), non_finite: new Uint32Array(rows) };
  return { x, ...counts, ...Object.fromEntries(floats) };
}

test("an answer for groups has its statistics by name, floats widened", () => {
  const columns = { ...groupColumns(2, Int32Array.of(3, 7)), mean: Float32Array.of(0.5, NaN) };
  const { header, x, n, nonFinite, mean, high95 } = readGroups(frame(groupHeader, columns));
  expect(header.groups).toEqual([group]);
  expect([x, n, nonFinite]).toEqual([Int32Array.of(3, 7), Uint32Array.of(2, 2), Uint32Array.of(0, 0)]);
  expect([mean, high95]).toEqual([Float64Array.of(0.5, NaN), Float64Array.of(7, 7)]);
});

test("the x of a group is in steps, exact, or in seconds", () => {
  const steps = BigInt64Array.of(2n ** 53n, 2n ** 53n + 1n);
  expect(readGroups(frame(groupHeader, groupColumns(2, steps))).x).toEqual(steps);
  expect(readGroups(frame(groupHeader, groupColumns(2, Float32Array.of(0.5, 1)))).x).toEqual(
    Float64Array.of(0.5, 1),
  );
});

test.each([
  ["without its groups", { ...groupHeader, groups: null }, groupColumns(2), /list what its columns hold/],
  ["without its pictures", { ...groupHeader, pictures: {} }, groupColumns(2), /list its pictures/],
  ["with a group beyond its rows", groupHeader, groupColumns(1), /group lr=0.1 inside 1 rows/],
  ["with columns of several lengths", groupHeader, { ...groupColumns(2), n: new Uint32Array(3) }, /3 of n/],
  ["without a column", groupHeader, { x: new Int32Array(2) }, /the column n of u32/],
])("an answer for groups %s is refused", (_, header, columns, reason) => {
  expect(() => readGroups(frame(header, columns))).toThrow(FrameError);
  expect(() => readGroups(frame(header, columns))).toThrow(reason);
});

const tableHeader = { version: 1, tags: ["loss", "lr"], runs: ["a"], at_step: null, incomplete: [] };

function tableColumns(cells: number, at = false): Record<string, Items> {
  const integers = ["count", "last_step", "min_step", "max_step", "non_finite", "first_non_finite_step"];
  const floats = ["last_wall_time", "last_value", "min_value", "max_value"];
  if (at) {
    integers.push("at_step");
    floats.push("at_wall_time", "at_value");
  }
  return Object.fromEntries<Items>([
    ...integers.map((name, i) => [name, new Int32Array(cells).fill(i)] as const),
    ...floats.map((name, i) => [name, new Float64Array(cells).fill(i)] as const),
  ]);
}

test("a table has a cell for each run and tag", () => {
  const table = readTable(frame(tableHeader, { ...tableColumns(2), count: Int32Array.of(5, 0) }));
  expect(table.header).toEqual(tableHeader);
  expect(table.count).toEqual(Int32Array.of(5, 0));
  expect(table.last.step).toEqual(Int32Array.of(1, 1));
  expect([table.min.value, table.max.value]).toEqual([Float64Array.of(2, 2), Float64Array.of(3, 3)]);
  expect(table.at).toBeNull();
  const { at } = readTable(frame({ ...tableHeader, at_step: 7 }, tableColumns(2, true)));
  expect(at?.value).toEqual(Float64Array.of(5, 5));
});

test.each([
  ["with a cell too many", tableHeader, tableColumns(3), /columns of 2 items, found 3/],
  ["without its runs", { ...tableHeader, runs: null }, tableColumns(2), /list its runs and tags/],
  ["without a column", tableHeader, {}, /the column count of i64/],
])("a table %s is refused", (_, header, columns, reason) => {
  expect(() => readTable(frame(header, columns))).toThrow(FrameError);
  expect(() => readTable(frame(header, columns))).toThrow(reason);
});
