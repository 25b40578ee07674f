import fc from "fast-check";
import { expect, test } from "vitest";
import type { Curve } from "../../src/charts/curve";
import { buffersOf, packCurves, unpackCurves } from "../../src/charts/pack";

const column = (length: number): fc.Arbitrary<Float64Array> =>
  fc.array(fc.double(), { minLength: length, maxLength: length }).map((values) => {
    // Views into something larger, as columns of an answer are.
    const all = Float64Array.of(1, ...values, 2);
    return all.subarray(1, all.length - 1);
  });
const curves = fc.array(
  fc.tuple(fc.nat(5), fc.boolean()).chain(([length, banded]) =>
    fc.record<Curve>(
      {
        id: fc.integer({ min: 0, max: 2 ** 25 }),
        x: column(length),
        y: column(length),
        ...(banded && { low: column(length), high: column(length) }),
      },
      { noNullPrototype: true },
    ),
  ),
);

test("what is packed comes out again, of curves with bands and without", () => {
  fc.assert(
    fc.property(curves, (some) => {
      const packs = packCurves(some);
      const found = packs.flatMap(unpackCurves);
      const expected = [...some.filter(({ low }) => !low), ...some.filter(({ low }) => low)];
      expect(found).toEqual(expected);
      expect(packs.length).toBeLessThanOrEqual(2);
      for (const pack of packs) expect(new Set(buffersOf(pack)).size).toBe(pack.low ? 6 : 4);
    }),
  );
});
