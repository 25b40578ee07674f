import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import type { Selectable } from "../../src/model/remembered";
import { Selection } from "../../src/model/selection";
import { manyRuns } from "./many";

const ids = (runs: readonly Selectable[]): string[] => runs.map(({ id }) => id);
const sorted = (runs: Iterable<string>): string[] => [...runs].sort();

describe("switching", () => {
  const runs = manyRuns(12);
  const verb = fc.constantFrom("on", "off", "only", "invert", "undo", "redo");
  const step = fc.record({ verb, picks: fc.array(fc.nat(11), { maxLength: 12 }) });

  test("is what plain sets of runs would do; undo and redo lead back and forth", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const told = new Map(runs.map(({ id }) => [id, false]));
        const selection = new Selection((run, on) => told.set(run, on));
        selection.meet(runs);
        let on = new Set(ids(runs));
        const past: Set<string>[] = [];
        const future: Set<string>[] = [];
        for (const { verb, picks } of steps) {
          const picked = picks.map((pick) => runs[pick]!.id);
          const before = new Set(on);
          const heldBefore = selection.held;
          if (verb === "undo" && selection.canUndo) {
            selection.undo();
            future.push(before);
            on = past.pop()!;
          } else if (verb === "redo" && selection.canRedo) {
            selection.redo();
            past.push(before);
            on = future.pop()!;
          } else if (verb === "on" || verb === "off") {
            selection.switch(picked, verb === "on");
            for (const run of picked)
              if (verb === "on") on.add(run);
              else on.delete(run);
          } else if (verb === "invert") {
            selection.invert(picked);
            for (const run of new Set(picked)) if (!on.delete(run)) on.add(run);
          } else if (verb === "only") {
            const isAgain =
              selection.only !== null && sorted(selection.only).join() === sorted(new Set(picked)).join();
            selection.showOnly(picked);
            on = isAgain ? new Set(selection.on) : new Set(picked);
          }
          const isStep = verb !== "undo" && verb !== "redo";
          if (isStep && (sorted(on).join() !== sorted(before).join() || heldBefore !== selection.held)) {
            past.push(before);
            future.length = 0;
          }
          expect(sorted(selection.on)).toEqual(sorted(on));
          expect(sorted([...told].filter(([, is]) => is).map(([run]) => run))).toEqual(sorted(on));
        }
      }),
    );
  });
});

describe("only these", () => {
  const runs = manyRuns(6);
  const [a, b, c, d] = ids(runs) as [string, string, string, string];
  let selection: Selection;
  beforeEach(() => {
    selection = new Selection();
    selection.meet(runs);
    selection.switch([d], false);
  });

  test("and the same again brings back what was on", () => {
    const before = sorted(selection.on);
    selection.showOnly([a]);
    expect(sorted(selection.on)).toEqual([a]);
    selection.showOnly([b, c]);
    expect(sorted(selection.on)).toEqual(sorted([b, c]));
    selection.showOnly([c, b]);
    expect(sorted(selection.on)).toEqual(before);
  });

  test.each([
    ["on", true],
    ["off", false],
    [{ newest: 2 }, true],
  ] as const)("new runs wait while it is in force, and follow the rule %j afterwards", (rule, on) => {
    selection.setNewRuns(rule);
    const before = sorted(selection.on);
    selection.showOnly([a]);
    const late = manyRuns(1, 99, 5_000);
    selection.meet([...runs, ...late]);
    expect(sorted(selection.on)).toEqual([a]);
    selection.showOnly([a]);
    expect(selection.on.has(late[0]!.id)).toBe(on);
    // Of the two newest, the older one makes room.
    if (typeof rule === "object") expect(sorted(selection.on)).toEqual(sorted([ids(runs)[5]!, late[0]!.id]));
    if (rule === "on") expect(sorted(selection.on)).toEqual(sorted([...before, late[0]!.id]));
    const later = manyRuns(1, 77, 6_000);
    selection.meet([...runs, ...late, ...later]);
    expect(selection.on.has(later[0]!.id)).toBe(on);
  });

  test("taken back and done again after other runs came, it is only these still", () => {
    const late = manyRuns(2, 99, 5_000);
    selection.showOnly([a]);
    selection.meet([...runs, late[0]!]);
    selection.undo();
    selection.meet([...runs, ...late]);
    expect(ids(late).every((run) => selection.on.has(run))).toBe(true);
    selection.redo();
    expect(sorted(selection.on)).toEqual([a]);
    selection.undo();
    expect(ids(late).every((run) => selection.on.has(run))).toBe(true);
    expect(selection.on.has(d)).toBe(false);
  });

  test("of a run that is alone already leads to all", () => {
    selection.switch(ids(runs), false);
    selection.switch([a], true);
    selection.showOnly([a]);
    selection.showOnly([a]);
    expect(selection.on.size).toBe(6);
  });
});

describe("new runs", () => {
  const runs = manyRuns(4);
  const late = manyRuns(3, 9, 9_000);

  test("are on at first, and where single runs are off", () => {
    const selection = new Selection();
    selection.meet(runs);
    expect(selection.on.size).toBe(4);
    selection.switch([runs[0]!.id], false);
    selection.meet([...runs, ...late]);
    expect(selection.on.size).toBe(6);
  });

  test("stay off after none, also if a few are picked then, and come again after all", () => {
    const selection = new Selection();
    selection.meet(runs);
    selection.switch(ids(runs), false);
    selection.switch([runs[0]!.id], true);
    selection.meet([...runs, late[0]!]);
    expect(sorted(selection.on)).toEqual([runs[0]!.id]);
    expect([selection.held, selection.newRuns]).toEqual([true, "on"]);
    selection.switch(ids([...runs, late[0]!]), true);
    selection.meet([...runs, ...late]);
    expect(selection.on.size).toBe(7);
  });

  test("of the newest take the place of the oldest that the rule had switched on, of no other", () => {
    const selection = new Selection();
    selection.meet(runs);
    selection.setNewRuns({ newest: 2 });
    expect(sorted(selection.on)).toEqual(sorted(ids(runs.slice(2))));
    selection.switch([runs[0]!.id], true);
    selection.meet([...runs, late[0]!]);
    expect(sorted(selection.on)).toEqual(sorted([runs[0]!.id, runs[3]!.id, late[0]!.id]));
    selection.meet([...runs, ...late]);
    expect(sorted(selection.on)).toEqual(sorted([runs[0]!.id, late[1]!.id, late[2]!.id]));
    selection.undo();
    selection.undo();
    expect(runs.every(({ id }) => selection.on.has(id) || id === runs[0]!.id || id === runs[1]!.id)).toBe(
      false,
    );
  });

  test("that went and come again are as they were", () => {
    const selection = new Selection();
    selection.meet(runs);
    selection.switch([runs[1]!.id], false);
    selection.meet([runs[0]!]);
    expect(sorted(selection.on)).toEqual([runs[0]!.id]);
    selection.meet(runs);
    expect(sorted(selection.on)).toEqual(sorted([0, 2, 3].map((i) => runs[i]!.id)));
  });
});

test("a sub-run follows its parent's switch", () => {
  const [parent, other, child] = manyRuns(3) as [Selectable, Selectable, Selectable];
  const runs = [parent, other, { ...child, parent: parent.id }];
  const told: [string, boolean][] = [];
  const selection = new Selection((run, on) => told.push([run, on]));
  selection.meet([parent, other]);
  selection.switch([parent.id], false);
  selection.meet(runs);
  expect(sorted(selection.on)).toEqual([other.id]);
  told.length = 0;
  selection.switch([child.id], true);
  expect(told).toEqual([
    [parent.id, true],
    [child.id, true],
  ]);
  selection.showOnly([child.id]);
  expect(sorted(selection.on)).toEqual(sorted([parent.id, child.id]));
  expect([...selection.kept().switches.keys()].sort()).toEqual(sorted([parent.id, other.id]));
});
