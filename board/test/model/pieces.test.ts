import fc from "fast-check";
import { expect, test } from "vitest";
import { joined, logPieces } from "../../src/model/pieces";
import { seriesOf } from "./curves";

test("pieces of a log axis cover it, and each has columns as fine as its start needs", () => {
  const positive = fc.double({ min: 1e-6, max: 1e12, noNaN: true });
  fc.assert(
    fc.property(positive, positive, fc.constantFrom(0, 1), (a, b, linear) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      if (to <= Math.max(from, linear) * (1 + 1e-9)) return;
      const pieces = logPieces(from, to, linear);
      expect(pieces[0]!.from).toBe(from);
      expect(pieces.at(-1)!.to).toBe(to);
      for (const [i, piece] of pieces.entries()) {
        expect(piece.to).toBeGreaterThan(piece.from);
        if (i > 0) expect(piece.from).toBe(pieces[i - 1]!.to);
      }
      const first = Math.max(from, linear);
      const column = Math.log(to / first) / 800; // of the axis, as a part of x
      for (const piece of pieces.filter(({ to: end }) => end > first)) {
        expect((piece.to - piece.from) / 800).toBeLessThanOrEqual(piece.from * column * 1.001);
      }
    }),
  );
  expect(logPieces(1, 1e6, 0).length).toBeLessThanOrEqual(6);
  expect(logPieces(0, 1000, 1)[0]).toEqual({ from: 0, to: 1 });
  expect(logPieces(-5, -1, 1)).toEqual([{ from: -5, to: -1 }]);
});

test("what the pieces answer is put together with each point once, and those outside at the ends", () => {
  const steps = fc.uniqueArray(fc.integer({ min: -3, max: 40 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(steps, (unsorted) => {
      const points = unsorted.sort((a, b) => a - b).map((step): [number, number] => [step, step * 2]);
      const pieces = [
        { from: 0, to: 5 },
        { from: 5, to: 20 },
        { from: 20, to: 30 },
      ];
      // As the server answers: what lies inside, and the nearest outside on either side.
      const answers = pieces.map(({ from, to }) => {
        const first = points.findLastIndex(([step]) => step < from);
        const past = points.findIndex(([step]) => step > to);
        return [seriesOf("a", points.slice(Math.max(0, first), past < 0 ? undefined : past + 1))];
      });
      const [whole] = joined(pieces, answers);
      const low = points.findLast(([step]) => step < 0)?.[0] ?? 0;
      const high = points.find(([step]) => step > 30)?.[0] ?? 30;
      const expected = points.filter(([step]) => step >= low && step <= high);
      expect([...(whole?.x ?? [])]).toEqual(expected.map(([step]) => step));
      expect([...(whole?.value ?? [])]).toEqual(expected.map(([, value]) => value));
      expect([...(whole?.step ?? [])].map(Number)).toEqual(expected.map(([step]) => step));
    }),
  );
});

test("steps stay exact where one answer has them in 64 bits", () => {
  const pieces = [
    { from: 0, to: 10 },
    { from: 10, to: 1e16 },
  ];
  const large = 2n ** 53n + 1n;
  const [whole] = joined(pieces, [
    [seriesOf("a", [[1, 1]], { step: Int32Array.of(1) })],
    [seriesOf("a", [[Number(large), 2]], { step: BigInt64Array.of(large) })],
  ]);
  expect(whole!.step).toEqual(BigInt64Array.of(1n, large));
});
