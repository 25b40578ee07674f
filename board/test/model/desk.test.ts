import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Arrangement,
  AS_LOGGED,
  type Card,
  cardKey,
  CARD_SIZES,
  combined,
  fromSaved,
  isPinned,
  matching,
  PINNED,
  prefixOf,
  sectionsOf,
  split,
  toSaved,
  withoutTag,
  withPin,
  withSection,
} from "../../src/model/desk";
import { inNaturalOrder } from "../../src/model/natural";
import { Members } from "../../src/model/members";
import type { Json } from "../../src/model/notation";

const naturally = (tags: readonly string[]): string[] => inNaturalOrder(tags, (tag) => tag);
const keys = (tags: readonly string[], desk: Arrangement): [string, string[][]][] =>
  sectionsOf(naturally(tags), desk).map(({ key, cards }) => [key, cards.map((card) => [...card.tags])]);
const cardWith = (tags: readonly string[], desk: Arrangement, tag: string): Card =>
  sectionsOf(naturally(tags), desk)
    .flatMap(({ cards }) => cards)
    .find((card) => card.tags.includes(tag))!;

const TAGS = ["train/loss", "lr", "val/loss", "train/layer 10", "train/layer 2", "val/acc"];

const someTag = fc.oneof(
  fc.constantFrom(...TAGS, "/", "//", "pinned", "pinned/", ""),
  fc.string({ unit: "grapheme", maxLength: 8 }),
);
const someTags = fc.uniqueArray(someTag, { maxLength: 12 });

/** What a person may do, with the tags it is done to. */
const deed = fc.tuple(
  fc.constantFrom("pin", "unpin", "combine", "split", "take out", "close", "open"),
  fc.nat(),
  fc.nat(),
);

function arrange(
  tags: readonly string[],
  deeds: readonly (readonly [string, number, number])[],
): Arrangement {
  let desk = AS_LOGGED;
  for (const [what, i, j] of tags.length > 0 ? deeds : []) {
    const [tag, other] = [tags[i % tags.length]!, tags[j % tags.length]!];
    const card = cardWith(tags, desk, tag);
    if (what === "pin" || what === "unpin") desk = withPin(desk, card, what === "pin");
    else if (what === "combine") desk = combined(desk, card, cardWith(tags, desk, other));
    else if (what === "split") desk = split(desk, card);
    else if (what === "take out") desk = withoutTag(desk, tag);
    else desk = withSection(desk, prefixOf(tag), what === "open");
  }
  return desk;
}

test("sections by prefix, tags without one first, all in natural order", () => {
  expect(keys(TAGS, AS_LOGGED)).toEqual([
    ["", [["lr"]]],
    ["train/", [["train/layer 2"], ["train/layer 10"], ["train/loss"]]],
    ["val/", [["val/acc"], ["val/loss"]]],
  ]);
  expect(sectionsOf(["/x", "lr"], AS_LOGGED).map(({ title }) => title)).toEqual(["Top level", "/"]);
});

test("every tag is in exactly one card, whatever was arranged, and is told of in its own section", () => {
  fc.assert(
    fc.property(someTags, fc.array(deed, { maxLength: 12 }), fc.func(fc.boolean()), (tags, deeds, gone) => {
      const desk = arrange(tags, deeds);
      const left = naturally(tags.filter((tag) => !gone(tag)));
      const sections = sectionsOf(left, desk);
      expect(new Set(sections.map(({ key }) => key)).size).toBe(sections.length);
      const cards = sections.flatMap((section) => section.cards);
      expect(cards.flatMap((card) => card.tags).sort()).toEqual([...left].sort());
      expect(new Set(cards.map(({ key }) => key)).size).toBe(cards.length);
      for (const { key, cards: own, elsewhere, tags: count } of sections) {
        expect(count).toBe(own.reduce((sum, card) => sum + card.tags.length, 0));
        for (const card of own) expect(key === PINNED || prefixOf(card.tags[0]!) === key).toBe(true);
        if (key === PINNED) continue;
        const shown = new Set(own.flatMap((card) => card.tags));
        expect(elsewhere).toEqual(left.filter((tag) => prefixOf(tag) === key && !shown.has(tag)));
      }
    }),
  );
});

test("no tag is called as a card of several is known", () => {
  const names = ["a", "b", '["a","b"]', '["b","a"]', '["[\\"a\\",\\"b\\"]","b"]'];
  const pairs = names.flatMap((one) => names.filter((other) => other !== one).map((other) => [one, other]));
  const cards = [...names.map((name) => [name]), ...pairs];
  expect(new Set(cards.map(cardKey)).size).toBe(cards.length);
  expect(cardKey(["loss"])).toBe("loss");
});

test("pinned cards come first, in the order of pinning, however many there are", () => {
  const tags = Array.from({ length: 60 }, (_, i) => `t/${i}`);
  let desk = AS_LOGGED;
  for (const tag of [...tags].reverse()) desk = withPin(desk, cardWith(tags, desk, tag), true);
  const [pinned, rest] = sectionsOf(tags, desk);
  expect(pinned!.cards.map(({ key }) => key)).toEqual([...tags].reverse());
  expect(rest).toMatchObject({ key: "t/", cards: [], elsewhere: tags });
  desk = withPin(desk, cardWith(tags, desk, "t/7"), false);
  expect(sectionsOf(tags, desk)[1]!.cards.map(({ key }) => key)).toEqual(["t/7"]);
});

test("a card dragged on another joins it, and splitting brings back what there was", () => {
  const desk = combined(
    AS_LOGGED,
    cardWith(TAGS, AS_LOGGED, "train/loss"),
    cardWith(TAGS, AS_LOGGED, "val/loss"),
  );
  expect(keys(TAGS, desk)[1]).toEqual([
    "train/",
    [["train/layer 2"], ["train/layer 10"], ["train/loss", "val/loss"]],
  ]);
  expect(sectionsOf(naturally(TAGS), desk)[2]!.elsewhere).toEqual(["val/loss"]);
  const three = combined(desk, cardWith(TAGS, desk, "lr"), cardWith(TAGS, desk, "val/loss"));
  expect(three.together).toEqual([["lr", "train/loss", "val/loss"]]);
  expect(withoutTag(three, "train/loss").together).toEqual([["lr", "val/loss"]]);
  expect(split(three, cardWith(TAGS, three, "train/loss"))).toEqual(AS_LOGGED);
  expect(combined(desk, cardWith(TAGS, desk, "val/loss"), cardWith(TAGS, desk, "train/loss"))).toEqual(desk);
});

test("what is pinned stays pinned when a card joins it, and when it joins one that is not", () => {
  const card = (desk: Arrangement, tag: string): Card => cardWith(TAGS, desk, tag);
  const pinned = withPin(AS_LOGGED, card(AS_LOGGED, "lr"), true);
  for (const desk of [
    combined(pinned, card(pinned, "lr"), card(pinned, "val/acc")),
    combined(pinned, card(pinned, "val/acc"), card(pinned, "lr")),
  ]) {
    expect(isPinned(desk, card(desk, "val/acc"))).toBe(true);
    expect(withPin(desk, card(desk, "val/acc"), false).pinned).toEqual([]);
  }
});

test("a filter keeps the cards of which a tag matches", () => {
  const desk = combined(AS_LOGGED, cardWith(TAGS, AS_LOGGED, "lr"), cardWith(TAGS, AS_LOGGED, "val/loss"));
  const kept = matching(sectionsOf(naturally(TAGS), desk), (tag) => tag.startsWith("val"));
  expect(kept.map(({ key, tags }) => [key, tags])).toEqual([
    ["", 2],
    ["val/", 1],
  ]);
});

test("an arrangement comes back from what is kept of it", () => {
  fc.assert(
    fc.property(
      someTags,
      fc.array(deed, { maxLength: 12 }),
      fc.constantFrom(...CARD_SIZES),
      (tags, deeds, size) => {
        const desk = { ...arrange(tags, deeds), size };
        expect(fromSaved(new Members(JSON.parse(JSON.stringify(toSaved(desk))) as Json))).toEqual(desk);
      },
    ),
  );
  expect(toSaved(AS_LOGGED)).toEqual({});
});

test("whatever stands in an address makes an arrangement in which a tag has one place", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.jsonValue(),
        fc.record({
          pinned: fc.jsonValue(),
          together: fc.array(fc.array(someTag)),
          closed: fc.jsonValue(),
          size: fc.jsonValue(),
        }),
      ),
      (saved) => {
        const desk = fromSaved(new Members(saved as Json));
        const together = desk.together.flat();
        expect(new Set(together).size).toBe(together.length);
        expect(fromSaved(new Members(toSaved(desk) as Json))).toEqual(desk);
      },
    ),
  );
});
