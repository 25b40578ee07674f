import fc from "fast-check";
import { expect, test } from "vitest";
import { marksOf } from "../../src/charts/marks";
import { makeScale, type ScaleKind } from "../../src/charts/scale";
import {
  type Choices,
  following,
  movedBy,
  narrowestColumn,
  pinched,
  viewOf,
  zoomedAt,
} from "../../src/charts/window";
import { seriesOf, shownOf } from "../model/curves";

const EVERYTHING: Choices = { x: null, y: null, xLog: false, xLinear: null, yLog: false, clip: 0 };
const shown = shownOf(
  seriesOf("a", [[0, 1], [50, 3], [100, 2]]), // prettier-ignore
  seriesOf("b", [[10, 10], [100, 4]]), // prettier-ignore
);

test("everything that is on is in the window, with room around it", () => {
  const view = viewOf(shown, EVERYTHING);
  expect(view.xMin).toBeCloseTo(-1, 9);
  expect(view.xMax).toBeCloseTo(101, 9);
  expect(view.yMin).toBeCloseTo(1 - 0.54, 9);
  expect(view.yMax).toBeCloseTo(10.54, 9);
  expect(viewOf([shown[0]!, { ...shown[1]!, on: false }], EVERYTHING).yMax).toBeLessThan(4);
});

test("what lies under two fingers stays there", () => {
  const place = fc.double({ min: 0, max: 1, noNaN: true });
  const fingers = fc.tuple(place, place).filter(([a, b]) => Math.abs(a - b) > 0.1);
  const kinds = fc.constantFrom<ScaleKind>("linear", "log", { symlog: 1 });
  fc.assert(
    fc.property(kinds, fingers, fingers, (kind, from, to) => {
      fc.pre(from[0] < from[1] === to[0] < to[1]);
      const part = { min: 1, max: 1000 };
      const moved = pinched(part, kind, from, to);
      const [before, after] = [makeScale(part.min, part.max, kind), makeScale(moved.min, moved.max, kind)];
      for (const i of [0, 1] as const) expect(after.toUnit(before.toValue(from[i]))).toBeCloseTo(to[i], 6);
    }),
  );
  // Fingers that cross turn nothing around.
  const { min, max } = pinched({ min: 0, max: 1 }, "linear", [0.2, 0.8], [0.8, 0.2]);
  expect(min).toBeLessThan(max);
});

test("where only x is chosen, y is what is seen there; where y is chosen, it stays", () => {
  const x = { min: 60, max: 100 };
  const seen = viewOf(shown, { ...EVERYTHING, x });
  expect([seen.xMin, seen.xMax]).toEqual([60, 100]);
  expect(seen.yMin).toBeGreaterThan(1);
  expect(seen.yMax).toBeLessThan(10);
  expect(viewOf(shown, { ...EVERYTHING, x, y: { min: 0, max: 20 } })).toMatchObject({ yMin: 0, yMax: 20 });
  // Nothing is there: the axis stays what it is for everything.
  expect(viewOf(shown, { ...EVERYTHING, x: { min: 200, max: 300 } }).yMax).toBeCloseTo(10.54, 9);
});

test("a log axis has a place for every value: around zero and for negative ones it is linear", () => {
  const logs = { ...EVERYTHING, xLog: true, yLog: true };
  expect(viewOf(shown, logs)).toMatchObject({ xScale: { symlog: 10 }, yScale: "log" });
  const wild = fc.array(
    fc.tuple(fc.integer({ min: -5, max: 1000 }), fc.double({ noNaN: true, noDefaultInfinity: true })),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(wild, (unsorted) => {
      const points = unsorted.sort((a, b) => a[0] - b[0]);
      const view = viewOf(shownOf(seriesOf("a", points)), logs);
      const [x, y] = [
        makeScale(view.xMin, view.xMax, view.xScale),
        makeScale(view.yMin, view.yMax, view.yScale),
      ];
      for (const [step, value] of points) {
        for (const unit of [x.toUnit(step), y.toUnit(value)]) {
          expect(unit).toBeGreaterThanOrEqual(0);
          expect(unit).toBeLessThanOrEqual(1);
        }
      }
    }),
  );
});

test("clipping narrows y where it was not chosen, and nothing else", () => {
  const spiky = shownOf(
    seriesOf(
      "a",
      Array.from({ length: 200 }, (_, i) => [i, i === 77 ? 1e6 : i % 10]),
    ),
  );
  const view = viewOf(spiky, { ...EVERYTHING, clip: 1 });
  expect(view.yMax).toBeLessThan(11);
  expect(view.xMax).toBeGreaterThan(199);
  expect(viewOf(spiky, { ...EVERYTHING, clip: 1, y: { min: 0, max: 5 } }).yMax).toBe(5);
  expect(viewOf(spiky, EVERYTHING).yMax).toBeGreaterThan(1e6);
});

const kinds = fc.constantFrom<ScaleKind>("linear", "log", { symlog: 1 });
const unit = fc.double({ min: 0, max: 1, noNaN: true });

test("magnifying keeps the value under the pointer in its place, on every kind of axis", () => {
  const factor = fc.double({ min: 0.5, max: 2, noNaN: true });
  fc.assert(
    fc.property(kinds, unit, factor, (kind, at, magnified) => {
      const part = { min: 2, max: 5000 };
      const zoomed = zoomedAt(part, kind, magnified, at);
      const value = makeScale(part.min, part.max, kind).toValue(at);
      expect(makeScale(zoomed.min, zoomed.max, kind).toUnit(value)).toBeCloseTo(at, 6);
    }),
  );
});

test("moving there and back is where it began, and never leaves what floats can hold", () => {
  fc.assert(
    fc.property(kinds, fc.double({ min: -2, max: 2, noNaN: true }), (kind, share) => {
      const part = { min: 2, max: 5000 };
      const back = movedBy(movedBy(part, kind, share), kind, -share);
      expect(back.min).toBeCloseTo(part.min, 3);
      expect(back.max).toBeCloseTo(part.max, 3);
    }),
  );
  const far = { min: 1e308, max: 1.7e308 };
  expect(movedBy(far, "linear", -3)).toEqual(far);
});

test("a window that follows ends a little behind the newest value and stays as long as it was", () => {
  const moved = following({ min: 10, max: 20 }, "linear", 100);
  expect(moved.max).toBeCloseTo(100.1, 9);
  expect(moved.max - moved.min).toBeCloseTo(10, 9);
  expect(following({ min: 10, max: 20 }, "linear", NaN)).toEqual({ min: 10, max: 20 });
});

test("the narrowest column of a log axis is the one next to zero", () => {
  const view = { xMin: 1, xMax: 1e4, yMin: 0, yMax: 1 };
  expect(narrowestColumn(view, 100)).toBeCloseTo(99.99, 2);
  expect(narrowestColumn({ ...view, xScale: "log" }, 100)).toBeCloseTo(10 ** 0.04 - 1, 9);
  expect(narrowestColumn({ ...view, xMin: 0, xScale: { symlog: 1 } }, 100)).toBeLessThan(0.2);
});

test("marks of several curves on one pixel are one, in a colour that is no run's", () => {
  const bad = (run: string) => seriesOf(run, [[0, NaN], [1, 1], [2, Infinity]]); // prettier-ignore
  const [a, b, c] = shownOf(bad("a"), bad("b"), seriesOf("c", [[2, Infinity]]));
  const scale = makeScale(0, 2);
  const marks = marksOf([a!, { ...b!, colour: "#abcdef" }, { ...c!, on: false }], scale, 100);
  expect(marks).toEqual([
    { kind: "NaN", position: 0, colour: null },
    { kind: "∞", position: 100, colour: null },
  ]);
  expect(marksOf([a!], scale, 100).map(({ colour }) => colour)).toEqual(["#123456", "#123456"]);
});
