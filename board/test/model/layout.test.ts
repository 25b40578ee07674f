import fc from "fast-check";
import { expect, test } from "vitest";
import { AS_LOGGED, CARD_SIZES, type Section, sectionsOf } from "../../src/model/desk";
import {
  anchorAt,
  GAP,
  HEADING,
  type Layout,
  layOut,
  placeOfCard,
  type Room,
  scrollTo,
  visible,
} from "../../src/model/layout";
import { inNaturalOrder } from "../../src/model/natural";

const ROOM: Room = {
  width: 900,
  lead: 0,
  size: "medium",
  fullest: 99,
  isOpen: () => true,
  extra: new Map(),
};

const tagsOf = (counts: readonly number[]): string[] =>
  counts.flatMap((count, s) => Array.from({ length: count }, (_, i) => `s${s}/${i}`));
const naturally = (tags: readonly string[]): string[] => inNaturalOrder(tags, (tag) => tag);
const sections = (...counts: number[]): Section[] => sectionsOf(naturally(tagsOf(counts)), AS_LOGGED);

const someCounts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 });
const someRoom = fc.record({
  width: fc.integer({ min: 200, max: 3000 }),
  lead: fc.integer({ min: 0, max: 400 }),
  size: fc.constantFrom(...CARD_SIZES),
  fullest: fc.integer({ min: 1, max: 40 }),
  closed: fc.uniqueArray(fc.nat({ max: 11 })),
  tall: fc.uniqueArray(fc.tuple(fc.nat({ max: 11 }), fc.nat({ max: 39 })), { maxLength: 5 }),
});
type Drawn = typeof someRoom extends fc.Arbitrary<infer T> ? T : never;
const roomOf = ({ closed, tall, ...room }: Drawn): Room => ({
  ...room,
  isOpen: ({ key }) => !closed.some((s) => key === `s${s}/`),
  extra: new Map(tall.map(([s, i]) => [`s${s}/${i}`, 120])),
});

/** Boxes of all cards, by key. */
function boxes(layout: Layout): Map<string, { left: number; top: number }> {
  return new Map(
    layout.places.flatMap((place) =>
      place.open
        ? place.section.cards.map((card, i) => {
            const { left, top } = placeOfCard(layout, place, i);
            return [card.key, { left, top: place.top + top }] as const;
          })
        : [],
    ),
  );
}

test("columns share the width, and no card leaves the page", () => {
  const layout = layOut(sections(5), ROOM);
  expect([layout.columns, layout.cardWidth]).toEqual([2, 445]);
  expect(layOut(sections(5), { ...ROOM, size: "small" }).columns).toBe(4);
  expect(layOut(sections(5), { ...ROOM, size: "row" }).columns).toBe(1);
  expect(layOut(sections(5), { ...ROOM, width: 300 }).cardWidth).toBe(300);
  expect(layOut(sections(1), { ...ROOM, fullest: 1 }).cardWidth).toBe(900);
});

test("cards never overlap, and lie below their section's heading and above the next", () => {
  fc.assert(
    fc.property(someCounts, someRoom, (counts, drawn) => {
      const layout = layOut(sections(...counts), roomOf(drawn));
      let end = drawn.lead;
      for (const place of layout.places) {
        expect(place.top).toBe(end);
        end += place.height;
        place.section.cards.forEach((_, i) => {
          if (!place.open) return;
          const { left, top } = placeOfCard(layout, place, i);
          expect(top).toBeGreaterThanOrEqual(HEADING);
          expect(top + layout.cardHeight).toBeLessThanOrEqual(place.height);
          expect(left + layout.cardWidth).toBeLessThanOrEqual(drawn.width + 1e-6);
          if (i >= layout.columns)
            expect(top - placeOfCard(layout, place, i - layout.columns).top).toBeGreaterThanOrEqual(
              layout.cardHeight + GAP,
            );
        });
      }
      expect(layout.height).toBe(end);
    }),
  );
});

test("what is in the page is exactly the rows that the window cuts, and their sections", () => {
  fc.assert(
    fc.property(someCounts, someRoom, fc.double({ min: 0, max: 1, noNaN: true }), (counts, drawn, part) => {
      const layout = layOut(sections(...counts), roomOf(drawn));
      const [from, to] = [layout.height * part, layout.height * part + 700];
      const shown = visible(layout, from, to, null);
      const inPage = new Set(
        shown.flatMap(({ place, cards }) => cards.map((i) => place.section.cards[i]!.key)),
      );
      for (const [key, { top }] of boxes(layout))
        if (top < to && top + layout.cardHeight > from) expect(inPage).toContain(key);
      expect(inPage.size).toBeLessThanOrEqual((700 / layout.cardHeight + 3 + shown.length) * layout.columns);
      const cut = layout.places.filter(({ top, height }) => top < to && top + height > from);
      expect(shown.map(({ place }) => place)).toEqual(cut);
    }),
  );
});

test("what is at the window's top stays there when sections open and close and the window gets another width", () => {
  fc.assert(
    fc.property(
      someCounts,
      someRoom,
      someRoom,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (counts, drawn, next, part) => {
        const before = layOut(sections(...counts), roomOf(drawn));
        const scrolled = Math.max(0, before.height - 100) * part; // no further than a window of 100 px goes
        const anchor = anchorAt(before, scrolled);
        fc.pre(anchor !== null);
        // The same again: nothing moves.
        expect(scrollTo(before, anchor)).toBeCloseTo(scrolled, 3);
        const after = layOut(sections(...counts), roomOf({ ...next, size: drawn.size }));
        const now = scrollTo(after, anchor)!;
        const box = boxes(after).get(anchor.cards[0]?.key ?? "");
        if (!box) return;
        const offset = box.top - now;
        expect(offset).toBeLessThanOrEqual(Math.max(anchor.cards[0]!.offset, HEADING));
        expect(offset + after.cardHeight + 120 + GAP).toBeGreaterThan(HEADING); // it is seen
        // Unless it became so low that it would be out of view there.
        if (now > 0 && anchor.cards[0]!.offset + after.cardHeight > HEADING + 1)
          expect(offset).toBeCloseTo(anchor.cards[0]!.offset, 3);
      },
    ),
  );
});

test("a card that leaves its section hands its place to its neighbour", () => {
  const tags = naturally(tagsOf([12]));
  const before = layOut(sectionsOf(tags, AS_LOGGED), ROOM);
  const anchor = anchorAt(before, 700)!;
  const gone = anchor.cards[0]!.key;
  const after = layOut(sectionsOf(tags, { ...AS_LOGGED, pinned: [gone] }), ROOM);
  const now = scrollTo(after, anchor)!;
  expect(boxes(after).get(anchor.cards[1]!.key)!.top - now).toBeCloseTo(anchor.cards[1]!.offset);
});

test("closing the section that is in view leaves its heading at the top", () => {
  const before = layOut(sections(40, 40), ROOM);
  const anchor = anchorAt(before, 2000)!;
  const after = layOut(sections(40, 40), { ...ROOM, isOpen: ({ key }) => key !== "s0/" });
  expect(scrollTo(after, anchor)).toBe(0);
});

test("nothing holds the page in place while nothing is scrolled away", () => {
  expect(anchorAt(layOut(sections(40), ROOM), 0)).toBeNull();
  expect(anchorAt(layOut([], ROOM), 10)).toBeNull();
});

test("five thousand tags are laid out, in one section or in as many", () => {
  for (const counts of [[5000], Array.from({ length: 5000 }, () => 1)]) {
    const layout = layOut(sections(...counts), ROOM);
    expect(boxes(layout).size).toBe(5000);
    const middle = visible(layout, layout.height / 2, layout.height / 2 + 800, null);
    expect(middle.flatMap(({ cards }) => cards).length).toBeLessThan(20);
  }
});

test("a card that has the focus stays in the page, in its place", () => {
  const layout = layOut(sections(30, 30, 30), ROOM);
  const inPage = (held: { section: string; card: string } | null): [string, number[]][] =>
    visible(layout, 5000, 5300, held).map(({ place, cards }) => [place.section.key, [...cards]]);
  const usual = inPage(null);
  expect(inPage({ section: "s2/", card: "s2/7" })).toEqual([...usual, ["s2/", [7]]]);
  expect(inPage({ section: "s0/", card: "s0/7" })).toEqual([["s0/", [7]], ...usual]);
  const [key, cards] = usual[0]!;
  expect(inPage({ section: key, card: `${key}0` })).toEqual([[key, [0, ...cards]]]);
  expect(inPage({ section: key, card: `${key}${cards[0]!}` })).toEqual(usual);
  expect(inPage({ section: key, card: "gone" })).toEqual(usual);
});
