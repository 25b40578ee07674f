import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toFragment, fromFragment, LONGEST } from "../../src/model/address";
import type { Json } from "../../src/model/notation";
import {
  type Kept,
  remember,
  Remembered,
  rememberShortly,
  type Selectable,
} from "../../src/model/remembered";
import { Selection } from "../../src/model/selection";
import { manyRuns } from "./many";

const ids = (runs: readonly Selectable[]): string[] => runs.map(({ id }) => id);

function kept(runs: readonly Selectable[], on: ReadonlySet<string>, change: Partial<Kept> = {}): Kept {
  const switches = new Map(runs.map(({ id }) => [id, on.has(id)]));
  const newest = runs.reduce((latest, { first_wall_time: begun }) => Math.max(latest, begun ?? 0), 0);
  return { switches, away: new Map(), newRuns: "on", held: false, newest, only: null, ...change };
}

function opened(
  saved: Json | null,
  runs: readonly Selectable[],
): { selection: Selection; told: string | null } {
  const selection = new Selection();
  selection.recall(saved === null ? null : Remembered.read(saved));
  selection.meet(runs);
  return { selection, told: selection.settle() };
}

/** Through a whole address and back. */
function throughAddress(saved: Json | null): Json | null {
  const page = "http://127.0.0.1:6006/";
  const fragment = toFragment(new Map(saved === null ? [] : [["runs", saved]]), LONGEST - page.length);
  const found = fromFragment(fragment);
  expect(found.leftOut).toEqual([]);
  return found.parts.get("runs") ?? null;
}

const rule = fc.constantFrom("on" as const, "off" as const, { newest: 3 });
const chosen = (runs: readonly Selectable[]): fc.Arbitrary<Kept> =>
  fc
    .tuple(fc.subarray(ids(runs)), rule, fc.boolean())
    .map(([on, newRuns, held]) => kept(runs, new Set(on), { newRuns, held: held && newRuns !== "off" }));

describe("a selection that was kept", () => {
  test("of only these brings back what was on before, and lets in what came meanwhile", () => {
    const runs = manyRuns(30);
    const late = manyRuns(1, 9, 9_000);
    fc.assert(
      fc.property(fc.subarray(ids(runs)), fc.nat(29), rule, (on, one, newRuns) => {
        const first = new Selection();
        first.meet(runs);
        first.setNewRuns(newRuns);
        first.switch(ids(runs), false);
        first.switch(on, true);
        fc.pre(on.length !== 1 || on[0] !== runs[one]!.id);
        first.showOnly([runs[one]!.id]);
        const { selection } = opened(JSON.parse(JSON.stringify(remember(first.kept()))) as Json, runs);
        for (const each of [first, selection]) {
          expect([...each.on]).toEqual([runs[one]!.id]);
          each.meet([...runs, ...late]);
          expect([...each.on]).toEqual([runs[one]!.id]);
          each.showOnly([runs[one]!.id]);
        }
        expect([...selection.on].sort()).toEqual([...first.on].sort());
        expect(selection.only).toBeNull();
      }),
    );
  });

  test.each([7, "", "on", { runs: "off" }, ["x"]])("reads no strange %j as its only runs", (only) => {
    const runs = manyRuns(3);
    const { selection } = opened({ runs: `on.${runs[0]!.id}`, only }, runs);
    expect([...selection.on]).toEqual([runs[0]!.id]);
    expect(selection.only).toBeNull();
  });

  test("is the same again, in full and in short", () => {
    const runs = manyRuns(60);
    fc.assert(
      fc.property(chosen(runs), fc.boolean(), (wanted, inShort) => {
        const saved = inShort ? rememberShortly(wanted) : remember(wanted);
        const { selection, told } = opened(throughAddress(saved), runs);
        expect(told).toBeNull();
        for (const [run, on] of wanted.switches) expect(selection.on.has(run)).toBe(on);
        expect(selection.newRuns).toEqual(wanted.newRuns);
        expect(selection.held).toBe(wanted.held);
      }),
    );
  });

  test("leaves runs that came since to the rule", () => {
    const runs = manyRuns(300);
    const late = manyRuns(5, 7, 90_000);
    fc.assert(
      fc.property(chosen(runs), fc.boolean(), (wanted, inShort) => {
        const saved = inShort ? rememberShortly(wanted) : remember(wanted);
        const { selection } = opened(saved, [...late, ...runs]);
        const isOn = (run: Selectable): boolean => selection.on.has(run.id);
        const follows = !wanted.held && wanted.newRuns !== "off";
        const newest = typeof wanted.newRuns === "object" ? wanted.newRuns.newest : late.length;
        expect(late.filter(isOn).length).toBe(follows ? newest : 0);
      }),
    );
  });

  test("means the same to a page that shows runs already as to a fresh one, and one step takes it back", () => {
    const runs = manyRuns(40);
    const late = manyRuns(6, 7, 90_000);
    const all = [...runs, ...late];
    const before = fc.constantFrom("none", "only", "off", { newest: 2 }, "all");
    fc.assert(
      fc.property(chosen(runs), fc.boolean(), before, fc.nat(6), (wanted, inShort, before, came) => {
        const saved = inShort ? rememberShortly(wanted) : remember(wanted);
        const fresh = opened(saved, all).selection;
        const page = new Selection();
        page.meet(all.slice(0, 40 + came));
        if (before === "none" || before === "all") page.switch(ids(runs), before === "all");
        else if (before === "only") page.showOnly([runs[3]!.id]);
        else page.setNewRuns(before as Kept["newRuns"]);
        page.meet(all);
        const [was, heldBefore] = [new Set(page.on), page.held];
        page.recall(saved === null ? null : Remembered.read(saved));
        expect(page.settle()).toBeNull();
        expect([...page.on].sort()).toEqual([...fresh.on].sort());
        expect([page.held, page.newRuns]).toEqual([fresh.held, fresh.newRuns]);
        const isStep = was.size !== fresh.on.size || [...was].some((run) => !fresh.on.has(run));
        const later = manyRuns(1, 77, 99_000);
        page.meet([...all, ...later]);
        fresh.meet([...all, ...later]);
        expect([...page.on].sort()).toEqual([...fresh.on].sort());
        page.meet(all);
        if (isStep) page.undo();
        if (isStep) expect([[...page.on].sort(), page.held]).toEqual([[...was].sort(), heldBefore]);
      }),
    );
  });

  test("leaves the newest to their rule, also where runs are found one after the other", () => {
    const runs = manyRuns(10);
    const on = new Set([runs[1]!.id, ...ids(runs.slice(-3))]);
    const selection = new Selection();
    selection.recall(Remembered.read(remember(kept(runs, on, { newRuns: { newest: 3 } }))!));
    selection.meet(runs.slice(0, 2));
    selection.meet(runs);
    expect(selection.settle()).toBeNull();
    expect([...selection.on].sort()).toEqual([...on].sort());
    const late = manyRuns(1, 7, 90_000);
    selection.meet([...runs, ...late]);
    expect([...selection.on].sort()).toEqual([runs[1]!.id, ...ids(runs.slice(-2)), ...ids(late)].sort());
  });

  test("has a say in runs that had not begun when it was opened, and that were held back before", () => {
    const [waiting, ...runs] = manyRuns(5) as [Selectable, ...Selectable[]];
    const late = { ...waiting, first_wall_time: null };
    const selection = new Selection();
    selection.meet(runs);
    selection.switch(ids(runs), false);
    selection.meet([...runs, late]);
    selection.recall(Remembered.read(`off.${late.id}`));
    expect([...selection.on].sort()).toEqual(ids(runs).sort());
    selection.recall(Remembered.read({ runs: "off", new: "off", until: 2_000 }));
    expect(selection.on.size).toBe(5);
    selection.meet([...runs, { ...late, first_wall_time: 3_000 }]);
    expect([...selection.on].sort()).toEqual(ids(runs).sort());
  });

  test("is a list of the few that can be read, and nothing by default", () => {
    const runs = manyRuns(50);
    const all = new Set(ids(runs));
    expect(rememberShortly(kept(runs, all))).toBeNull();
    expect(remember(kept(runs, all))).toBeNull();
    expect(rememberShortly(kept(runs, new Set(), { held: true }))).toBe("on");
    const [first, second] = [runs[0]!.id, runs[1]!.id];
    expect(rememberShortly(kept(runs, new Set(ids(runs.slice(1)))))).toBe(`off.${first.slice(0, 5)}`);
    expect(rememberShortly(kept(runs, new Set([second]), { held: true }))).toBe(`on.${second.slice(0, 5)}`);
    expect(rememberShortly(kept(runs, all, { newRuns: "off" }))).toMatchObject({ new: "off" });
  });

  test("that names a run yet to come holds once it is there", () => {
    const [late, ...runs] = manyRuns(20) as [Selectable, ...Selectable[]];
    const { selection } = opened(`off.${late.id.slice(0, 6)}`, runs);
    expect(selection.on.size).toBe(19);
    expect(remember(selection.kept())).toBe(`off.${late.id.slice(0, 6)}`);
    selection.meet([...runs, late]);
    expect(selection.on.has(late.id)).toBe(false);
    expect(remember(selection.kept())).toBe(`off.${late.id}`);
  });

  test("is refused if it is something else", () => {
    const runs = manyRuns(2_000);
    const bits = rememberShortly(kept(runs, new Set(ids(runs.slice(0, 1_000))))) as string;
    expect(bits).toMatch(/^bits\.[\w-]{200,}$/);
    const strange: Json[] = [
      null,
      1,
      "",
      "off.",
      "offx",
      "off.abcd",
      "off.実験",
      "on.<b>",
      [],
      {},
      { runs: 1 },
      "bits",
      "bits.x",
    ];
    const rules: Json[] = [
      { runs: "on", new: 0 },
      { runs: "on", new: "x" },
      { runs: "on", new: 1.5 },
      { runs: "on", until: "x" },
    ];
    const damaged = [
      bits.slice(0, -1),
      bits.slice(0, 40),
      `${bits}A`,
      bits.replace(/.$/, (last) => (last === "A" ? "Q" : "A")),
    ];
    for (const saved of [...strange, ...rules, ...damaged])
      expect(Remembered.read(saved), JSON.stringify(saved)).toBeNull();
  });

  test("is refused in bits of which any character was changed", () => {
    const runs = manyRuns(1_000);
    const bits = rememberShortly(kept(runs, new Set(ids(runs.slice(0, 500))))) as string;
    for (let at = 5; at < bits.length - 1; at += 7) {
      const other = bits[at] === "A" ? "B" : "A";
      expect(Remembered.read(bits.slice(0, at) + other + bits.slice(at + 1))).toBeNull();
    }
  });
});

describe("10,000 runs", () => {
  const runs = manyRuns(10_000);

  test("any selection fits an address, and every run is exact: also where runs came and went since", () => {
    const share = fc.constantFrom(0, 0.001, 0.02, 0.1, 0.5, 0.9, 0.999, 1);
    fc.assert(
      fc.property(share, rule, fc.boolean(), fc.integer(), (part, newRuns, held, seed) => {
        const random = manyRuns(1, seed)[0]!.id;
        const on = new Set(ids(runs).filter((id, i) => (hash(id + random) + i) % 1_000 < part * 1_000));
        const saved = throughAddress(
          rememberShortly(kept(runs, on, { newRuns, held: held && newRuns !== "off" })),
        );
        const same = opened(saved, runs);
        expect(same.told).toBeNull();
        expect(same.selection.on.size).toBe(on.size);
        expect([...on].every((run) => same.selection.on.has(run))).toBe(true);

        const stayed = runs.filter((_, i) => i % 50 !== 3);
        const late = manyRuns(200, seed + 1, 500_000);
        const changed = opened(saved, [...late, ...stayed]);
        // Where only the newest are on, the three that were make room for those that came.
        for (const { id } of stayed.slice(0, -3))
          if (changed.selection.on.has(id) !== on.has(id)) expect.fail(id);
        // What came follows the rule, or it is said that this is uncertain.
        const follows = !held && newRuns !== "off" ? (newRuns === "on" ? late.length : newRuns.newest) : 0;
        expect(late.filter(({ id }) => changed.selection.on.has(id)).length).toBe(follows);
        if (changed.told !== null) expect(changed.told).toMatch(/200 or more of the runs .* are gone/);
      }),
      { numRuns: 16 },
    );
  }, 60_000);

  test("a run that was copied here later, with an older date, is found out; of many it is said", () => {
    const on = new Set(ids(runs).filter((_, i) => i % 2 === 0));
    const saved = rememberShortly(kept(runs, on, { held: true }));
    const copied = manyRuns(40, 3, 500);
    const one = opened(saved, [...runs, copied[0]!]);
    expect(one.told).toBeNull();
    expect(one.selection.on.size).toBe(5_000);
    expect(one.selection.on.has(copied[0]!.id)).toBe(false);
    const many = opened(saved, [...runs, ...copied]);
    expect(many.told).toMatch(/^Runs with an older date came since/);
    for (const { id } of runs) expect(many.selection.on.has(id)).toBe(on.has(id));
  });

  test("a run that had not begun then is found out", () => {
    const waiting = { ...runs[77]!, first_wall_time: null };
    const then = runs.with(77, waiting);
    for (const isOn of [true, false]) {
      const on = new Set(ids(runs).filter((id, i) => (id === waiting.id ? isOn : i % 2 === 0)));
      const saved = rememberShortly(kept(then, on));
      const { selection, told } = opened(saved, runs.with(77, { ...waiting, first_wall_time: 700_000 }));
      expect(told).toBeNull();
      expect(selection.on.has(waiting.id)).toBe(isOn);
    }
  });
});

function hash(text: string): number {
  let value = 7;
  for (let i = 0; i < text.length; i++) value = (Math.imul(value, 31) + text.charCodeAt(i)) >>> 0;
  return Math.imul(value ^ (value >>> 15), 0x2c1b3c6d) >>> 0;
}
