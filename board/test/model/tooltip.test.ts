import fc from "fast-check";
import { expect, test } from "vitest";
import { nearestOf, type Reading } from "../../src/model/plot";
import { type Listing, listed } from "../../src/model/tooltip";
import { TOOLTIP_ORDERS } from "../../src/model/settings";
import { seriesOf } from "./curves";

const reading = (run: string, y: number): Reading => ({
  series: seriesOf(run, [[0, y]]),
  colour: "#123456",
  dash: 0,
  index: 0,
  y,
});
const readings = [reading("b", 3), reading("a", 1), reading("d", NaN), reading("c", 2)];
const names = (listing: Partial<Listing>): string =>
  listed(readings, {
    order: "nearest",
    rows: 10,
    distance: ({ y }) => Math.abs(y - 2.4),
    rank: (run) => run.charCodeAt(0),
    hovered: null,
    ...listing,
  })
    .rows.map(({ series }) => series.run)
    .join("");

test("rows come in the order that was set; what has no place comes last", () => {
  expect(names({})).toBe("cbad");
  expect(names({ order: "descending" })).toBe("bcad");
  expect(names({ order: "ascending" })).toBe("acbd");
  expect(names({ order: "name" })).toBe("abcd");
});

test("the nearest is never one without a place, unless there is no other", () => {
  const away = (reading: Reading): number => Math.abs(reading.y - 2.4);
  const [b, , nothing, c] = readings as [Reading, Reading, Reading, Reading];
  expect(nearestOf([nothing, b, c], away)).toBe(c);
  expect(nearestOf([c, nothing, b], away)).toBe(c);
  expect(nearestOf([nothing], away)).toBe(nothing);
  expect(nearestOf([], away)).toBeNull();
});

test("the run that stands out is listed: first where the nearest is, else in its place or last", () => {
  expect(names({ hovered: "a" })).toBe("acbd");
  expect(names({ order: "descending", hovered: "c" })).toBe("bcad");
  expect(names({ order: "descending", rows: 2, hovered: "a" })).toBe("ba");
});

test("every reading has a row or is counted, whatever the order", () => {
  const some = fc.array(fc.tuple(fc.constantFrom(..."abcdefgh"), fc.double()), { maxLength: 30 });
  fc.assert(
    fc.property(
      some,
      fc.constantFrom(...TOOLTIP_ORDERS),
      fc.nat(12),
      fc.option(fc.constantFrom(..."abz")),
      (points, order, rows, hovered) => {
        const all = points.map(([run, y]) => reading(run, y));
        const found = listed(all, {
          order,
          rows,
          distance: ({ y }) => Math.abs(y),
          rank: (run) => run.charCodeAt(0),
          hovered,
        });
        expect(found.rows.length + found.more).toBe(all.length);
        expect(found.rows.length).toBe(Math.min(rows, all.length));
        expect(new Set(found.rows).size).toBe(found.rows.length);
        const isThere = all.some(({ series }) => series.run === hovered);
        if (isThere && rows > 0) expect(found.rows.some(({ series }) => series.run === hovered)).toBe(true);
      },
    ),
  );
});
