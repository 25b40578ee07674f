import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ALL_OFF,
  ALL_ON,
  fromText,
  isOn,
  resolved,
  type Selection,
  toText,
  withRun,
  withRuns,
} from "../../src/model/selection";

const DIGITS = "0123456789abcdefghijklmnopqrstuv";
const id = fc.string({ unit: fc.constantFrom(...DIGITS), minLength: 13, maxLength: 13 });
const ids = fc.uniqueArray(id, { minLength: 1, maxLength: 60 });

/** Runs with ids as evenly spread as a hash's, the same in every test run. */
function manyRuns(count: number): string[] {
  let state = 1;
  const digit = (): string => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    return DIGITS[(state >>> 11) & 31]!;
  };
  return Array.from({ length: count }, () => Array.from({ length: 13 }, digit).join(""));
}

describe("switching", () => {
  test("is what a plain set of runs would do, whatever the order of single and many", () => {
    const step = fc.record({
      picks: fc.array(fc.nat(59), { maxLength: 20 }),
      on: fc.boolean(),
      many: fc.boolean(),
    });
    fc.assert(
      fc.property(ids, fc.array(step, { maxLength: 30 }), (runs, steps) => {
        let selection = ALL_ON;
        const on = new Set(runs);
        for (const { picks, on: wanted, many } of steps) {
          const picked = picks.map((pick) => runs[pick % runs.length]!);
          if (many) selection = withRuns(selection, picked, wanted, runs);
          else for (const run of picked) selection = withRun(selection, run, wanted);
          for (const run of picked)
            if (wanted) on.add(run);
            else on.delete(run);
          expect(runs.filter((run) => isOn(selection, run))).toEqual(runs.filter((run) => on.has(run)));
        }
      }),
    );
  });

  test("a run that appears later is on after all, off after none and after picking a few", () => {
    const runs = manyRuns(10);
    const late = "latecomer0000";
    expect(isOn(ALL_ON, late)).toBe(true);
    expect(isOn(withRun(ALL_ON, runs[0]!, false), late)).toBe(true);
    const none = withRuns(ALL_ON, runs, false, runs);
    expect(none).toEqual(ALL_OFF);
    expect(isOn(withRun(none, runs[3]!, true), late)).toBe(false);
    expect(isOn(withRuns(none, runs, true, runs), late)).toBe(true);
  });
});

describe("an address", () => {
  const selection = (runs: string[]): fc.Arbitrary<Selection> =>
    fc
      .tuple(fc.subarray(runs), fc.boolean())
      .map(([exceptions, rest]) => ({ rest, exceptions: new Set(exceptions) }));

  test("brings every run back as it was", () => {
    fc.assert(
      fc.property(
        ids.chain((runs) => fc.tuple(fc.constant(runs), selection(runs))),
        ([runs, chosen]) => {
          const hash = toText(chosen, runs);
          const back = resolved(fromText(hash) ?? ALL_ON, runs);
          expect(runs.map((run) => isOn(back, run))).toEqual(runs.map((run) => isOn(chosen, run)));
          expect(back.rest).toBe(chosen.rest);
        },
      ),
    );
  });

  test("is plain ASCII that needs no escape, and says nothing when all are on", () => {
    const runs = manyRuns(50);
    expect(toText(ALL_ON, runs)).toBeNull();
    expect(toText(ALL_OFF, runs)).toBe("on");
    const hash = toText(withRuns(ALL_ON, runs.slice(0, 9), false, runs), runs);
    expect(hash).toMatch(/^off[0-9a-v.]+$/);
    expect(new URL(`http://localhost/#${hash}`).hash).toBe(`#${hash}`);
  });

  test("stays short among 10,000 runs", () => {
    const runs = manyRuns(10_000);
    const few = withRuns(ALL_ON, runs.slice(0, 20), false, runs);
    expect(toText(few, runs)!.length).toBeLessThan(150);
    const picked = withRuns(ALL_OFF, runs.slice(0, 20), true, runs);
    expect(toText(picked, runs)!.length).toBeLessThan(150);
    const half = withRuns(ALL_ON, runs.slice(0, 5_000), false, runs);
    expect(toText(half, runs)!.length).toBeLessThan(32_000);
    expect(resolved(fromText(toText(half, runs))!, runs)).toEqual(half);
  });

  test("with a run that is not there yet holds once it appears", () => {
    const [late, ...runs] = manyRuns(20);
    const shared = fromText(toText(withRun(ALL_ON, late!, false), [late!, ...runs]))!;
    const waiting = resolved(shared, runs);
    expect(runs.every((run) => isOn(waiting, run))).toBe(true);
    expect(isOn(resolved(waiting, [...runs, late!]), late!)).toBe(false);
  });

  test("that holds no selection is told from one that does", () => {
    for (const hash of [null, 1, "", "loss", "offx", "OFF", "off.実験", "on.<b>", "off.abcd"])
      expect(fromText(hash)).toBeNull();
    expect(fromText("off")).toEqual(ALL_ON);
    expect(fromText("on")).toEqual(ALL_OFF);
  });
});
