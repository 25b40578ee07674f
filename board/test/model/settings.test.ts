import fc from "fast-check";
import { expect, test } from "vitest";
import {
  AXES,
  type ChartSettings,
  CLIPS,
  DEFAULTS,
  isYLog,
  keptSettings,
  MAX_REACH,
  MAX_WEIGHT,
  placeOf,
  REACH_PLACES,
  reachAt,
  readSettings,
  SMOOTHING_KINDS,
  smoothingOf,
  TOOLTIP_ORDERS,
} from "../../src/model/settings";
import { Members } from "../../src/model/members";
import type { Json } from "../../src/model/notation";

const amount = (max: number) => fc.double({ min: 0, max, noNaN: true }).map((value) => value + 0);
const settings: fc.Arbitrary<ChartSettings> = fc.record({
  axis: fc.constantFrom(...AXES),
  xTag: fc.option(fc.string()),
  xLog: fc.boolean(),
  linkX: fc.boolean(),
  yLog: fc.boolean(),
  yLogOf: fc.dictionary(fc.string(), fc.boolean()).map((flags) => new Map(Object.entries(flags))),
  clip: fc.constantFrom(...CLIPS),
  smoothing: fc.constantFrom(...SMOOTHING_KINDS),
  weight: amount(MAX_WEIGHT),
  reachSteps: amount(MAX_REACH),
  reachSeconds: amount(MAX_REACH),
  tooltip: fc.constantFrom(...TOOLTIP_ORDERS),
  earlierAttempts: fc.boolean(),
});

test("by default all data are drawn as they were logged", () => {
  expect(keptSettings(DEFAULTS)).toBeNull();
  expect(smoothingOf(DEFAULTS)).toBeNull();
  expect(DEFAULTS).toMatchObject({ axis: "step", xLog: false, yLog: false, clip: 0 });
});

test("what was kept comes back, through JSON", () => {
  fc.assert(
    fc.property(settings, (chosen) => {
      const kept: unknown = JSON.parse(JSON.stringify(keptSettings(chosen)));
      expect(readSettings(new Members(kept as Json))).toEqual(chosen);
    }),
  );
});

test("whatever stands in an address or in storage, settings are valid", () => {
  const junk = fc.oneof(
    fc.anything(),
    fc.dictionary(fc.constantFrom(...Object.keys(DEFAULTS)), fc.anything({ withNullPrototype: true })),
  );
  fc.assert(
    fc.property(junk, (saved) => {
      const read = readSettings(new Members(saved as Json));
      expect(AXES).toContain(read.axis);
      expect(CLIPS).toContain(read.clip);
      expect(SMOOTHING_KINDS).toContain(read.smoothing);
      expect(TOOLTIP_ORDERS).toContain(read.tooltip);
      expect(read.weight >= 0 && read.weight <= MAX_WEIGHT).toBe(true);
      expect(read.reachSteps >= 0 && read.reachSteps <= MAX_REACH).toBe(true);
      expect([...read.yLogOf.values()].every((flag) => typeof flag === "boolean")).toBe(true);
    }),
  );
  expect(readSettings(new Members({ axis: "sideways", weight: 1, clip: "5", yLog: 1 } as Json))).toEqual(
    DEFAULTS,
  );
});

test("what can be read of the axes of single cards holds, and what cannot is known", () => {
  const members = new Members({ yLogOf: { loss: true, acc: "yes", lr: false } });
  expect(readSettings(members).yLogOf).toEqual(
    new Map([
      ["loss", true],
      ["lr", false],
    ]),
  );
  expect(members.refused).toEqual(["yLogOf"]);
});

test("smoothing is in the units of x, which are steps for another tag too", () => {
  const wide = { ...DEFAULTS, reachSteps: 50, reachSeconds: 3 };
  expect(smoothingOf({ ...wide, smoothing: "gaussian" })).toEqual({ kind: "gaussian", sigma: 50 });
  expect(smoothingOf({ ...wide, smoothing: "mean", axis: "wall" })).toEqual({ kind: "mean", window: 3 });
  expect(smoothingOf({ ...wide, smoothing: "mean", axis: "wall", xTag: "lr" })).toEqual({
    kind: "mean",
    window: 50,
  });
  expect(smoothingOf({ ...wide, weight: 0.6 })).toEqual({ kind: "ema", weight: 0.6 });
});

test("a card's own y axis wins", () => {
  const some = { ...DEFAULTS, yLog: true, yLogOf: new Map([["lr", false]]) };
  expect([isYLog(some, "lr"), isYLog(some, "loss")]).toEqual([false, true]);
});

test("a slider's places ascend, and each is where its own reach is found", () => {
  const places = Array.from({ length: REACH_PLACES + 1 }, (_, place) => place);
  expect(places.map((place) => placeOf(reachAt(place)))).toEqual(places);
  expect(reachAt(0)).toBe(0);
  expect(reachAt(1)).toBe(1);
  for (const place of places.slice(1)) expect(reachAt(place)).toBeGreaterThan(reachAt(place - 1));
  fc.assert(
    fc.property(fc.double({ min: 0, noNaN: true }), (reach) => {
      expect(placeOf(reach)).toBeGreaterThanOrEqual(0);
      expect(placeOf(reach)).toBeLessThanOrEqual(REACH_PLACES);
    }),
  );
});
