import fc from "fast-check";
import { expect, test } from "vitest";
import { COLOURS, colourSlots } from "../../src/model/colour";
import { RunOrder, unlessSame } from "../../src/model/order";
import { rowsOf } from "../../src/model/rows";
import type { Run } from "../../src/wire/types";
import { run } from "./a_run";
import { manyRuns } from "./many";

const order = (runs: readonly Run[], logdirs = ["runs"]): readonly Run[] =>
  new RunOrder<Run>().of(runs, logdirs);

test("runs stand by log directory, then by name as people expect it, whatever order they came in", () => {
  const runs = [run("run10"), run("Run2"), run("run1"), run("a/b", { logdir: "old" }), run("a")];
  const names = ["a", "run1", "Run2", "run10", "a/b"];
  const shuffled = fc.shuffledSubarray(runs, { minLength: runs.length });
  fc.assert(
    fc.property(shuffled, (came) => {
      expect(order(came, ["runs", "old"]).map(({ name }) => name)).toEqual(names);
    }),
  );
  const twins = [run("b", { name: "same" }), run("a", { name: "same" })];
  expect(order(twins).map(({ id }) => id)).toEqual(["a", "b"]);
});

test("it is the same list until a run comes, goes, begins or has another parent", () => {
  const ordered = new RunOrder<Run>();
  const first = ordered.of([run("b"), run("a")], ["runs"]);
  expect(ordered.of([run("b", { points: 9 }), run("a", { state: "live" })], ["runs"])).toBe(first);
  for (const change of [{ first_wall_time: 5 }, { parent: "b" }, { id: "c" }])
    expect(ordered.of([run("b"), run("a", change)], ["runs"])).not.toBe(first);
  expect(ordered.of([run("b")], ["runs"])).toHaveLength(1);
});

test("neighbours in the run list differ in colour, though the server lists capitals first", () => {
  const ids = manyRuns(300, 9);
  const runs = ids.map(({ id }, i) =>
    run(id, { name: (i % 2 ? "Run" : "run") + i, first_wall_time: i % 90 }),
  );
  const server = runs.sort((a, b) => (a.name < b.name ? -1 : 1));
  const listed = order(server);
  const slots = colourSlots(listed);
  const rows = rowsOf(listed, { tree: true, logdirs: ["runs"], groups: null, closed: new Set() });
  const colours = rows.order.map((id) => slots.get(id)! % COLOURS);
  expect(colours.filter((colour, i) => colour === colours[i - 1])).toEqual([]);
});

test("a list is the earlier one if it holds the same", () => {
  const list = ["a", "b"];
  expect(unlessSame(list, ["a", "b"])).toBe(list);
  expect(unlessSame(list, ["b", "a"])).toEqual(["b", "a"]);
  expect(unlessSame(list, ["a"])).toEqual(["a"]);
});
