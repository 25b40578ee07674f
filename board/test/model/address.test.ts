import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromFragment, toFragment } from "../../src/model/address";
import type { Json } from "../../src/model/notation";

const name = fc.stringMatching(/^[a-z]{1,8}$/).filter((one) => one !== "more");
const parts = fc
  .uniqueArray(fc.tuple(name, fc.string({ unit: "binary", maxLength: 200 }) as fc.Arbitrary<Json>), {
    selector: ([one]) => one,
    maxLength: 8,
  })
  .map((entries) => new Map(entries));

describe("a view in an address", () => {
  test("is whole where there is room, and names what it leaves out where there is not", () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 100, max: 2_000 }), (view, room) => {
        const fragment = toFragment(view, room);
        expect(fragment.length).toBeLessThanOrEqual(room);
        const found = fromFragment(fragment);
        expect(found.unread).toEqual([]);
        expect([...found.parts.keys(), ...found.leftOut].sort()).toEqual([...view.keys()].sort());
        for (const [part, value] of found.parts) expect(value).toEqual(view.get(part));
      }),
    );
  });

  test("is nothing where all is as it is by default", () => {
    expect(toFragment(new Map(), 100)).toBe("");
    for (const fragment of ["", "#", "#charts"])
      expect(fromFragment(fragment)).toEqual({ parts: new Map(), unread: [], leftOut: [] });
  });

  test("keeps what can be read and names what cannot", () => {
    const found = fromFragment("#panel=(sort:age)&desk=(&sort=%E0%A4&x&runs=off.k3v9q");
    expect([...found.parts]).toEqual([
      ["panel", { sort: "age" }],
      ["desk", {}],
      ["runs", "off.k3v9q"],
    ]);
    expect(found.unread).toEqual(["sort", "x"]);
  });
});
