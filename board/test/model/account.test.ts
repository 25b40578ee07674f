import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { accountOf, PARTS, partOf, reasonOf, type Standing } from "../../src/model/account";
import type { Run } from "../../src/wire/types";
import { run } from "./a_run";

const conflict = { message: "two", writers: [], files: [] };
const STATES: Run["state"][] = [
  "live",
  "idle",
  "header_only",
  "empty",
  "damaged",
  "unreadable",
  "foreign",
  "copy",
  "loading",
];

function standing({ off = [], out = [], without = [] }: Record<string, string[]> = {}): Standing {
  return {
    isOn: (id) => !off.includes(id),
    passes: (id) => !out.includes(id),
    hasDataHere: (id) => !without.includes(id),
  };
}

function line(runs: Run[], how: Standing): string {
  const { parts, faults } = accountOf(runs, how);
  const texts = (entries: readonly { text: string }[]): string => entries.map(({ text }) => text).join(" · ");
  return [texts(parts), texts(faults)].filter(Boolean).join("; ");
}

describe("the account", () => {
  test("says what became of every run", () => {
    const runs = [
      run("a"),
      run("b"),
      run("c"),
      run("d", { points: 0 }),
      run("e", { state: "unreadable", points: 0 }),
      run("f", { state: "damaged" }),
      run("g", { conflict }),
      run("h", { state: "loading", points: 0 }),
    ];
    expect(line(runs, standing({ off: ["b"], out: ["c"] }))).toBe(
      "3 of 8 drawn · 1 off · 1 filtered out · 1 without data here · 1 loading · 1 unreadable; 1 damaged · 1 in conflict",
    );
  });
  test("is as short as it can be", () => {
    expect(line([run("a"), run("b")], standing())).toBe("2 of 2 drawn");
    expect(line([run("a")], standing({ off: ["a"] }))).toBe("0 of 1 drawn · 1 off");
  });
  test("has a run of which several things hold under the first of them", () => {
    const all = standing({ off: ["x"], out: ["x"], without: ["x"] });
    expect(partOf(run("x", { state: "unreadable" }), all)).toBe("unreadable");
    expect(partOf(run("x"), all)).toBe("off");
    expect(partOf(run("x"), standing({ out: ["x"], without: ["x"] }))).toBe("filtered out");
    expect(partOf(run("x", { points: 0 }), standing())).toBe("without data here");
    expect(partOf(run("x", { state: "loading" }), standing())).toBe("drawn");
  });
  test("adds up, with each run in one part", () => {
    const some = fc.uniqueArray(
      fc.record({
        id: fc.string(),
        state: fc.constantFrom(...STATES),
        points: fc.nat(2),
        conflict: fc.constantFrom(null, conflict),
      }),
      { selector: ({ id }) => id },
    );
    fc.assert(
      fc.property(
        some,
        fc.func(fc.boolean()),
        fc.func(fc.boolean()),
        fc.func(fc.boolean()),
        (parts, isOn, passes, hasDataHere) => {
          const runs = parts.map((change) => run("name", change));
          const account = accountOf(runs, { isOn, passes, hasDataHere });
          expect(account.parts.flatMap((part) => part.runs).sort()).toEqual(runs.map(({ id }) => id).sort());
          const numbers = account.parts.map(({ text }) => Number(/^\d+/.exec(text)![0]));
          expect(numbers.reduce((sum, count) => sum + count)).toBe(runs.length);
          expect(account.parts.every(({ name }) => PARTS.includes(name as never))).toBe(true);
          const drawn = account.parts.find(({ name }) => name === "drawn")!;
          expect(drawn.runs.every((id) => isOn(id) && passes(id) && hasDataHere(id))).toBe(true);
        },
      ),
    );
  });
});

test("a run that is not drawn has a reason, with the doctor's name for it", () => {
  expect(reasonOf(run("x"), "off")).toEqual({ text: "Not drawn: it is off.", code: "run_off" });
  expect(reasonOf(run("x"), "filtered out")).toMatchObject({ code: "run_filtered" });
  expect(reasonOf(run("x"), "without data here")).toEqual({
    text: "Not drawn: it has no points of the tags on show.",
    code: "run_without_points",
  });
  expect(reasonOf(run("x", { points: 0 }), "without data here")).toBeNull();
  expect(reasonOf(run("x"), "drawn")).toBeNull();
});
