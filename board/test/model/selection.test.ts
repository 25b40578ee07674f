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
    /** What is on, and what the same "only" again would bring back; null: it is not in force. */
    interface Plain {
      readonly on: ReadonlySet<string>;
      readonly back: ReadonlySet<string> | null;
    }
    const areSame = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
      sorted(a).join() === sorted(b).join();
    const all = new Set(ids(runs));
    const after = (verb: string, picked: ReadonlySet<string>, { on, back }: Plain): Plain => {
      if (verb === "only") {
        if (back !== null && areSame(picked, on)) return { on: back, back: null };
        return { on: picked, back: back ?? (areSame(picked, on) ? all : on) };
      }
      const next = new Set(on);
      for (const run of picked)
        if (verb === "on" || (verb === "invert" && !on.has(run))) next.add(run);
        else next.delete(run);
      return areSame(next, on) ? { on, back } : { on: next, back: null };
    };
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const told = new Map(runs.map(({ id }) => [id, false]));
        const selection = new Selection((run, on) => told.set(run, on));
        selection.meet(runs);
        let now: Plain = { on: all, back: null };
        const past: Plain[] = [];
        const future: Plain[] = [];
        for (const { verb, picks } of steps) {
          const picked = new Set(picks.map((pick) => runs[pick]!.id));
          const [before, wasHeld] = [now, selection.held];
          if (verb === "undo" || verb === "redo") {
            const [from, to] = verb === "undo" ? [past, future] : [future, past];
            expect(verb === "undo" ? selection.canUndo : selection.canRedo).toBe(from.length > 0);
            selection[verb]();
            now = from.pop() ?? now;
            if (now !== before) to.push(before);
          } else {
            now = after(verb, picked, before);
            if (verb === "only") selection.showOnly(picked);
            else if (verb === "invert") selection.invert(picked);
            else selection.switch(picked, verb === "on");
            if (!areSame(now.on, before.on) || selection.held !== wasHeld) {
              past.push(before);
              future.length = 0;
            }
          }
          expect(sorted(selection.on)).toEqual(sorted(now.on));
          expect(sorted([...told].filter(([, is]) => is).map(([run]) => run))).toEqual(sorted(now.on));
        }
      }),
    );
  });
});

test("taking everything back leaves it as if nothing had been done, whatever runs came meanwhile", () => {
  const runs = manyRuns(14);
  const rule = fc.constantFrom("on" as const, "off" as const, { newest: 1 }, { newest: 3 });
  const verb = fc.constantFrom("on", "off", "only", "invert", "all", "none", "rule", "comes", "undo", "redo");
  const step = fc.record({ verb, rule, picks: fc.array(fc.nat(13), { maxLength: 6 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const selection = new Selection();
      let there = runs.slice(0, 4);
      selection.meet(there);
      for (const { verb, rule, picks } of steps) {
        const picked = picks.flatMap((pick) => there[pick]?.id ?? []);
        if (verb === "on" || verb === "off") selection.switch(picked, verb === "on");
        else if (verb === "all" || verb === "none") selection.switch(ids(there), verb === "all");
        else if (verb === "only") selection.showOnly(picked);
        else if (verb === "invert") selection.invert(picked);
        else if (verb === "rule") selection.setNewRuns(rule);
        else if (verb === "comes") selection.meet((there = runs.slice(0, there.length + 1)));
        else selection[verb as "undo" | "redo"]();
      }
      while (selection.canRedo) selection.redo();
      const on = sorted(selection.on);
      while (selection.canUndo) selection.undo();
      expect(sorted(selection.on)).toEqual(sorted(ids(there)));
      expect([selection.newRuns, selection.held]).toEqual(["on", false]);
      while (selection.canRedo) selection.redo();
      expect(sorted(selection.on)).toEqual(on);
    }),
  );
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

  test("holds for a run that went and comes again", () => {
    const gone = runs.slice(0, 5);
    selection.meet(gone);
    selection.showOnly([a]);
    selection.meet(runs);
    expect(sorted(selection.on)).toEqual([a]);
    selection.showOnly([a]);
    expect(selection.on.has(ids(runs)[5]!)).toBe(true);
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
    expect(sorted(selection.on)).toEqual(sorted(ids(late.slice(1))));
    selection.undo();
    expect(sorted(selection.on)).toEqual(sorted(ids([...runs, ...late])));
    selection.redo();
    expect(sorted(selection.on)).toEqual(sorted(ids(late.slice(1))));
  });

  test("of the newest are told once their times are known", () => {
    const [a, b, c, d] = runs as [Selectable, Selectable, Selectable, Selectable];
    const selection = new Selection();
    selection.meet([a, b, c]);
    selection.setNewRuns({ newest: 2 });
    selection.meet([a, b, c, { ...d, first_wall_time: null }]);
    expect(sorted(selection.on)).toEqual(sorted(ids([c, d])));
    selection.meet([a, b, c, { ...d, first_wall_time: 0 }]);
    expect(sorted(selection.on)).toEqual(sorted(ids([b, c])));
  });

  test("wait where all are off, also if the rule was chosen and taken back meanwhile", () => {
    const selection = new Selection();
    selection.meet(runs);
    selection.switch(ids(runs), false);
    selection.meet([...runs, late[0]!]);
    selection.setNewRuns("off");
    expect(selection.on.size).toBe(0);
    selection.undo();
    selection.undo();
    expect(sorted(selection.on)).toEqual(sorted(ids([...runs, late[0]!])));
  });

  test("of the newest are the rule's to take back again once all are on after none", () => {
    const selection = new Selection();
    selection.meet(runs);
    selection.setNewRuns({ newest: 2 });
    selection.switch(ids(runs), false);
    selection.switch(ids(runs), true);
    expect(selection.on.size).toBe(4);
    selection.meet([...runs, late[0]!]);
    expect(sorted(selection.on)).toEqual(sorted(ids([runs[0]!, runs[1]!, runs[3]!, late[0]!])));
    selection.undo();
    selection.undo();
    expect(sorted(selection.on)).toEqual(sorted(ids([runs[3]!, late[0]!])));
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
