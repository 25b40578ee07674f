import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  DEFAULT_SETUP,
  NARROWEST,
  type PanelSetup,
  readSetup,
  WIDEST,
  writeSetup,
} from "../../src/model/panel";
import { Members } from "../../src/model/members";
import type { Json } from "../../src/model/notation";

const setup: fc.Arbitrary<PanelSetup> = fc.record({
  filter: fc.string({ unit: "grapheme", maxLength: 40 }),
  sort: fc.record({ column: fc.string(), descending: fc.boolean() }),
  columns: fc.uniqueArray(
    fc.record({ id: fc.string(), width: fc.integer({ min: NARROWEST, max: WIDEST }) }),
    { selector: ({ id }) => id },
  ),
  tree: fc.boolean(),
  closed: fc.uniqueArray(fc.string()).map((keys) => new Set(keys)),
});

describe("what a person set up", () => {
  test("comes back as it was", () => {
    fc.assert(
      fc.property(setup, (chosen) => {
        const saved = JSON.parse(JSON.stringify(writeSetup(chosen))) as Json;
        expect(readSetup(new Members(saved as Json))).toEqual(chosen);
      }),
    );
  });
  test("is nothing as long as nothing is", () => {
    expect(writeSetup(DEFAULT_SETUP)).toBeNull();
    expect(readSetup(new Members(null as Json))).toEqual(DEFAULT_SETUP);
    expect(writeSetup({ ...DEFAULT_SETUP, filter: "lr>1" })).toEqual({ filter: "lr>1" });
  });
  test("is read from anything, and keeps its bounds", () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.jsonValue(),
        fc.constantFrom("filter", "sort", "columns", "flat", "closed"),
        (any, value, name) => {
          for (const saved of [any, { [name]: value }]) {
            const { columns, filter } = readSetup(new Members(saved as Json));
            expect(columns.every(({ width }) => NARROWEST <= width && width <= WIDEST)).toBe(true);
            expect(typeof filter).toBe("string");
          }
        },
      ),
    );
    const wide = readSetup(new Members({ columns: [["a", 9e9], ["a", 50], ["b", -1], 3, ["c"]] } as Json));
    expect(wide.columns).toEqual([
      { id: "a", width: 50 },
      { id: "b", width: NARROWEST },
    ]);
  });
});
