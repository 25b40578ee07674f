import fc from "fast-check";
import { expect, test } from "vitest";
import { Retrieval } from "../../src/model/retrieval";

const bits = fc
  .array(fc.tuple(fc.string({ minLength: 1, maxLength: 13 }), fc.boolean()), { maxLength: 1_500 })
  .map((entries) => new Map(entries));

test("every id gets its bit back, from the bytes as well", () => {
  fc.assert(
    fc.property(bits, (wanted) => {
      const made = Retrieval.of(wanted)!;
      const read = Retrieval.read(made.bytes(wanted.size)!, wanted.size)!;
      for (const [id, bit] of wanted) expect([made.bit(id), read.bit(id)]).toEqual([bit, bit]);
    }),
    { numRuns: 50 },
  );
});

test("it takes 6 % more than a bit for each of 10,000 ids", () => {
  const wanted = new Map(Array.from({ length: 10_000 }, (_, i) => [`run ${i}`, i % 3 === 0]));
  expect(Retrieval.of(wanted)!.bytes(10_000)!.length).toBeLessThan((10_000 / 8) * 1.06);
});

test("bytes of another length are refused", () => {
  const made = Retrieval.of(new Map([["a", true]]))!.bytes(1)!;
  expect(Retrieval.read(made.slice(1), 1)).toBeNull();
  expect(Retrieval.read([...made, 0], 1)).toBeNull();
  expect(Retrieval.read(made, 10_000)).toBeNull();
  expect(Retrieval.read([], 0)).toBeNull();
  expect(Retrieval.of(new Map(Array.from({ length: 70_000 }, (_, i) => [`${i}`, true])))).toBeNull();
});
