import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeAxis, nonFiniteMarks } from "../../src/charts/axes";
import { formatDuration, formatStep, formatValue, tickLabels } from "../../src/charts/labels";
import { makeScale, type ScaleKind, symlogThreshold } from "../../src/charts/scale";
import { linearTicks, type Quantity, ticks } from "../../src/charts/ticks";

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const kinds = fc.oneof(
  fc.constantFrom<ScaleKind>("linear", "log", { symlog: 1e-3 }, { symlog: 1 }),
  fc.double().map((symlog) => ({ symlog })),
);
const positive = fc.double({ noNaN: true, noDefaultInfinity: true, min: Number.MIN_VALUE });

describe("a scale", () => {
  it("puts the ends of any domain at 0 and 1 and keeps order between", () => {
    fc.assert(
      fc.property(fc.double(), fc.double(), kinds, positive, positive, (min, max, kind, a, b) => {
        const scale = makeScale(min, max, kind);
        expect(scale.toUnit(scale.min)).toBe(0);
        expect(scale.toUnit(scale.max)).toBeCloseTo(1, 12);
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(scale.toUnit(low)).toBeLessThanOrEqual(scale.toUnit(high));
      }),
    );
  });

  it("finds the value again", () => {
    const kind = fc.constantFrom<ScaleKind>("linear", { symlog: 1e-3 }, { symlog: 1 }, { symlog: 1e9 });
    fc.assert(
      fc.property(
        kind,
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (kind, min, unit) => {
          const scale = makeScale(min, min + 10, kind);
          expect(scale.toUnit(scale.toValue(unit))).toBeCloseTo(unit, 9);
        },
      ),
    );
  });

  it("with a linear part goes through zero in a straight line and on by the logarithm, on both sides alike", () => {
    const scale = makeScale(-1000, 1000, { symlog: 1 });
    const place = (value: number) => 2 * scale.toUnit(value) - 1;
    expect(place(0.5)).toBeCloseTo(place(1) / 2, 12);
    expect(place(100) - place(10)).toBeCloseTo(place(1000) - place(100), 12);
    expect(place(10) - place(1)).toBeCloseTo(Math.log(10) * place(1), 12);
    for (const value of [0.3, 1, 7, 500]) expect(place(-value)).toBeCloseTo(-place(value), 12);
    const slope = (at: number) => place(at + 1e-6) - place(at);
    expect(slope(1)).toBeCloseTo(slope(1 - 1e-6), 9);
  });

  it("takes its linear part from the data: what a tenth of the values stay below", () => {
    const values = Float64Array.from({ length: 1000 }, (_, i) => (i % 2 ? -1 : 1) * 10 ** (i / 200 - 2));
    expect(symlogThreshold([values])).toBe(0.01);
    // A curve that happens to pass by zero does not spread the axis over decades without data.
    expect(symlogThreshold([Float64Array.of(...values, 1e-200, 0, NaN, Infinity)])).toBe(0.01);
    expect(symlogThreshold([Float64Array.of(1e-12, 1e-11, 1)])).toBe(1e-8);
    expect(symlogThreshold([])).toBe(1);
    expect(symlogThreshold([Float64Array.of(0, NaN)])).toBe(1);
    expect(symlogThreshold([Float64Array.of(5e-324)])).toBeGreaterThan(0);
  });

  it("tells steps around 1e15 apart", () => {
    const scale = makeScale(1e15, 1e15 + 8);
    expect([0, 1, 2, 8].map((n) => scale.toUnit(1e15 + n))).toEqual([0, 0.125, 0.25, 1]);
  });
});

describe("ticks", () => {
  it("are round", () => {
    expect(linearTicks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearTicks(-3e-7, 3e-7, 6)).toEqual([-3e-7, -2e-7, -1e-7, 0, 1e-7, 2e-7, 3e-7]);
    expect(ticks(makeScale(1e-4, 10, "log"), 5)).toEqual([1e-4, 1e-3, 1e-2, 0.1, 1, 10]);
    expect(ticks(makeScale(0.2, 3, "log"), 5)).toEqual([0.2, 0.5, 1, 2]);
    expect(ticks(makeScale(1.5, 95, "log"), 4)).toEqual([2, 5, 10, 20, 50]);
    expect(ticks(makeScale(3, 1e6, "log"), 9, "duration")).toEqual([
      10, 60, 600, 3600, 36_000, 86_400, 864_000,
    ]);
    expect(ticks(makeScale(0, 7200), 5, "duration")).toEqual([0, 1800, 3600, 5400, 7200]);
  });

  it("of a symlog axis lie around zero and begin at its threshold", () => {
    expect(ticks(makeScale(-150, 5000, { symlog: 1 }), 9)).toEqual([-100, -10, -1, 0, 1, 10, 100, 1000]);
    expect(ticks(makeScale(-1e6, 1e6, { symlog: 0.1 }), 5)).toEqual([-1e5, -100, -0.1, 0, 0.1, 100, 1e5]);
    expect(ticks(makeScale(10, 1e4, { symlog: 0.1 }), 4)).toEqual([10, 100, 1000, 1e4]);
    expect(ticks(makeScale(-0.4, 0.4, { symlog: 1 }), 5)).toEqual([-0.4, -0.2, 0, 0.2, 0.4]);
  });

  it("ascend inside the domain and are neither many nor missing, whatever the domain", () => {
    const quantity = fc.constantFrom<Quantity>("number", "time", "duration");
    fc.assert(
      fc.property(
        finite,
        finite,
        kinds,
        quantity,
        fc.integer({ min: 2, max: 20 }),
        (a, b, kind, quantity, count) => {
          const scale = makeScale(a, b, kind);
          const values = ticks(scale, count, quantity);
          expect(values.length).toBeLessThanOrEqual(4 * count);
          const slack = (scale.max / 2 - scale.min / 2) * 1e-6;
          for (const [i, value] of values.entries()) {
            expect(value).toBeGreaterThanOrEqual(scale.min - slack);
            expect(value).toBeLessThanOrEqual(scale.max + slack);
            if (i > 0) expect(value).toBeGreaterThan(values[i - 1]!);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it("of a few days lie on local midnights", () => {
    const start = new Date(2026, 2, 27, 13).getTime() / 1000;
    const values = ticks(makeScale(start, start + 5 * 86400), 5, "time");
    expect(values.map((value) => new Date(value * 1000).getHours())).toEqual([0, 0, 0, 0, 0]);
  });
});

describe("labels", () => {
  it("line up: one unit, one number of decimals", () => {
    expect(tickLabels([0, 0.5, 1, 1.5]).texts).toEqual(["0", "0.5", "1.0", "1.5"]);
    expect(tickLabels([-1000, 0, 1000, 2000]).texts).toEqual(["−1,000", "0", "1,000", "2,000"]);
    expect(tickLabels([0, 20_000, 40_000]).texts).toEqual(["0", "20k", "40k"]);
    expect(tickLabels([-1.5e6, 0, 1.5e6]).texts).toEqual(["−1.5M", "0", "1.5M"]);
    expect(tickLabels([0, 2e-300, 4e-300]).texts).toEqual(["0", "2e−300", "4e−300"]);
    expect(tickLabels([0, 1800, 3600], "duration").texts).toEqual(["0", "0:30 h", "1:00 h"]);
    expect(tickLabels([10, 60, 36_000, 864_000], "duration", "log").texts).toEqual([
      ...["10 s", "1 min", "10 h", "10 d"],
    ]);
    expect(tickLabels([-100, -1, 0, 0.1, 1e6], "number", { symlog: 1 }).texts).toEqual([
      ...["−100", "−1", "0", "0.1", "1e6"],
    ]);
    expect(tickLabels([259200, 262800], "duration").texts).toEqual(["3 d 0:00", "3 d 1:00"]);
    expect(tickLabels([259200, 259205], "duration").texts).toEqual(["3 d 0:00:00", "3 d 0:00:05"]);
  });

  it("are differences where they would differ in their last digits only", () => {
    const { texts, origin } = tickLabels([1e15, 1e15 + 2, 1e15 + 4]);
    expect(texts).toEqual(["+0", "+2", "+4"]);
    expect(origin).toBe("1,000,000,000,000,000");
  });

  it("differ from each other for any linear axis", () => {
    fc.assert(
      fc.property(finite, finite, fc.integer({ min: 2, max: 10 }), (a, b, count) => {
        const { texts } = tickLabels(linearTicks(...domain(a, b), count));
        expect(new Set(texts).size).toBe(texts.length);
      }),
      { numRuns: 500 },
    );
  });

  it("of single values are short and say what they are", () => {
    const values = [0, 0.1234567, 12345.6, 1.5e-7, -2, 1e300, NaN, Infinity, -Infinity];
    const texts = ["0", "0.12346", "12,346", "1.5e−7", "−2", "1e300", "NaN", "∞", "−∞"];
    expect(values.map((value) => formatValue(value))).toEqual(texts);
    expect(formatStep(1234567)).toBe("1,234,567");
    expect(formatStep(-9_007_199_254_740_993n)).toBe("−9,007,199,254,740,993");
    expect([0.0015, 12.34, 245, 12_000, 187_200].map(formatDuration)).toEqual([
      ...["1.5 ms", "12.3 s", "4 min 05 s", "3 h 20 min", "2 d 4 h"],
    ]);
  });
});

function domain(a: number, b: number): [number, number] {
  const { min, max } = makeScale(a, b);
  return [min, max];
}

describe("an axis", () => {
  it("leaves room between its labels and always ends", () => {
    fc.assert(
      fc.property(finite, finite, kinds, fc.integer({ min: 60, max: 900 }), (a, b, kind, length) => {
        const measure = (text: string) => 7 * text.length;
        const axis = makeAxis(makeScale(a, b, kind), { direction: "right", length, measure });
        for (const [i, tick] of axis.ticks.entries()) {
          const before = axis.ticks[i - 1];
          if (before === undefined || axis.ticks.length <= 4) continue;
          const room = (measure(tick.text) + measure(before.text)) / 2;
          expect(tick.position - before.position).toBeGreaterThanOrEqual(room);
        }
      }),
    );
  });

  it("grows upwards when it stands", () => {
    const axis = makeAxis(makeScale(0, 1), { direction: "up", length: 100 });
    expect(axis.ticks.at(-1)).toMatchObject({ value: 1, position: 0 });
    expect(axis.ticks[0]).toMatchObject({ value: 0, position: 100 });
  });
});

it("marks points without a finite value, those on one pixel together", () => {
  const x = Float64Array.of(0, 1, 1.001, 5, 9, 20);
  const y = Float64Array.of(1, NaN, NaN, Infinity, -Infinity, NaN);
  expect(nonFiniteMarks(x, y, makeScale(0, 10), 100)).toEqual([
    { kind: "NaN", position: 10, x: 1, count: 2 },
    { kind: "∞", position: 50, x: 5, count: 1 },
    { kind: "−∞", position: 90, x: 9, count: 1 },
  ]);
});
