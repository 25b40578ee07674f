import fc from "fast-check";
import { expect, test } from "vitest";
import { naturalKey } from "../../src/model/natural";

function sorted(names: readonly string[]): string[] {
  const keys = new Map(names.map((name) => [name, naturalKey(name)]));
  return [...names].sort((a, b) => (keys.get(a)! < keys.get(b)! ? -1 : Number(keys.get(a)! > keys.get(b)!)));
}

test.each([
  [
    ["run2", "run10", "run9"],
    ["run2", "run9", "run10"],
  ],
  [
    ["v1.10", "v1.9", "v2"],
    ["v1.9", "v1.10", "v2"],
  ],
  [
    ["lr=0.01", "lr=0.002", "lr=1e-3", "lr=0", "lr=3e-4", "lr=1", "lr=1.5e-4"],
    ["lr=0", "lr=1.5e-4", "lr=3e-4", "lr=1e-3", "lr=0.002", "lr=0.01", "lr=1"],
  ],
  [
    ["a b", "a/c", "a", "a-b", "A/b"],
    ["a", "A/b", "a/c", "a b", "a-b"],
  ],
  [
    ["実験10", "実験２", "実験1"],
    ["実験1", "実験２", "実験10"],
  ],
  [
    ["b", "B2", "b1"],
    ["b", "b1", "B2"],
  ],
  [
    ["0a", "0b", "1a", "00"],
    ["00", "0a", "0b", "1a"],
  ],
])("%j", (names, expected) => expect(sorted(names)).toEqual(expected));

test("numbers of any size stand in their order", () => {
  const number = fc.bigInt({ min: 0n, max: 10n ** 30n });
  fc.assert(
    fc.property(number, number, fc.constantFrom("", "a", "/"), (a, b, after) => {
      fc.pre(a !== b);
      expect(naturalKey(`x${a}${after}`) < naturalKey(`x${b}${after}`)).toBe(a < b);
    }),
  );
  const fraction = fc.double({ min: 1e-300, max: 0.999, noNaN: true });
  fc.assert(
    fc.property(fraction, fraction, (a, b) => {
      fc.pre(a !== b);
      expect(naturalKey(String(a)) < naturalKey(String(b))).toBe(a < b);
    }),
  );
});
