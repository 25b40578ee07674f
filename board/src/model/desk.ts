/**
 * Which cards there are and where each stands: sections by the first part of a tag, pinned cards before them, and cards
 * that show several tags. Every tag is in exactly one card, and every card in exactly one section.
 */

import { asText, type Members } from "./members";
import { inNaturalOrder } from "./natural";
import type { Json } from "./notation";

/** What a person arranged. Tags that are not there (any more, or yet) stay in it. */
export interface Arrangement {
  /** Tags in the order they were pinned in; a card is pinned if one of its tags is. */
  readonly pinned: readonly string[];
  /** Cards of several tags each. The first is the one that the others were added to: it says where the card stands. */
  readonly together: readonly (readonly string[])[];
  /** Keys of the sections that are closed. */
  readonly closed: ReadonlySet<string>;
  readonly size: CardSize;
}

export type CardSize = "small" | "medium" | "large" | "row";

export const CARD_SIZES: readonly CardSize[] = ["small", "medium", "large", "row"];

export const AS_LOGGED: Arrangement = { pinned: [], together: [], closed: new Set(), size: "medium" };

export interface Card {
  /** Tells cards apart, also after a reload. */
  readonly key: string;
  readonly tags: readonly string[];
}

export interface Section {
  /** `pinned`, `""` for tags without a prefix, or a prefix with its slash. */
  readonly key: string;
  readonly title: string;
  readonly cards: readonly Card[];
  /** Tags that its cards show. */
  readonly tags: number;
  /** Tags with its prefix that a card of another section shows. */
  readonly elsewhere: readonly string[];
}

export const PINNED = "pinned";

/** Mostly the tag itself; of several tags, and of one that could be taken for them, in JSON. */
export function cardKey(tags: readonly string[]): string {
  return tags.length === 1 && !tags[0]!.startsWith("[") ? tags[0]! : JSON.stringify(tags);
}

/** The part of a tag up to its first slash, that included; empty without one. */
export function prefixOf(tag: string): string {
  return tag.slice(0, tag.indexOf("/") + 1);
}

/** All cards by sections, of tags in natural order. */
export function sectionsOf(tags: readonly string[], { pinned, together }: Arrangement): Section[] {
  const known = new Set(tags);
  const cardOf = new Map<string, Card>();
  for (const wanted of together) {
    const here = wanted.filter((tag) => known.has(tag) && !cardOf.has(tag));
    const card = { key: cardKey(here), tags: here };
    for (const tag of here) cardOf.set(tag, card);
  }
  for (const tag of tags) if (!cardOf.has(tag)) cardOf.set(tag, { key: cardKey([tag]), tags: [tag] });

  const pins = new Set(pinned.flatMap((tag) => cardOf.get(tag) ?? []));
  const byPrefix = new Map<string, { cards: Card[]; elsewhere: string[] }>();
  for (const tag of tags) {
    const key = prefixOf(tag);
    let section = byPrefix.get(key);
    if (!section) byPrefix.set(key, (section = { cards: [], elsewhere: [] }));
    const card = cardOf.get(tag)!;
    if (pins.has(card) || prefixOf(card.tags[0]!) !== key) section.elsewhere.push(tag);
    else if (card.tags[0] === tag) section.cards.push(card);
  }
  const sections = [...byPrefix].map(([key, { cards, elsewhere }]) =>
    section(key, key === "" ? "Top level" : key.slice(0, -1) || "/", cards, elsewhere),
  );
  const ordered = inNaturalOrder(sections, ({ key }) => key);
  return pins.size > 0 ? [section(PINNED, "Pinned", [...pins], []), ...ordered] : ordered;
}

/** Only the cards of which a tag matches; sections without any are left out. */
export function matching(sections: readonly Section[], matches: (tag: string) => boolean): Section[] {
  return sections.flatMap(({ key, title, cards }) => {
    const kept = cards.filter((card) => card.tags.some(matches));
    return kept.length > 0 ? [section(key, title, kept, [])] : [];
  });
}

function section(key: string, title: string, cards: readonly Card[], elsewhere: readonly string[]): Section {
  return { key, title, cards, tags: cards.reduce((sum, card) => sum + card.tags.length, 0), elsewhere };
}

export function isPinned({ pinned }: Arrangement, card: Card): boolean {
  return card.tags.some((tag) => pinned.includes(tag));
}

export function withPin(desk: Arrangement, card: Card, pin: boolean): Arrangement {
  const rest = desk.pinned.filter((tag) => !card.tags.includes(tag));
  return { ...desk, pinned: pin ? [...rest, card.tags[0]!] : rest };
}

/** Show the tags of `from` in the card `into` as well. */
export function combined(desk: Arrangement, into: Card, from: Card): Arrangement {
  if (into.key === from.key) return desk;
  const tags = [...new Set([...into.tags, ...from.tags])];
  // What is pinned stays so: the card under the first of its tags, where it was pinned before.
  const pinned = isPinned(desk, into) ? desk.pinned.filter((tag) => !from.tags.includes(tag)) : desk.pinned;
  return { ...desk, pinned, together: [...without(desk.together, tags), tags] };
}

/** Give each tag of a card its own again. */
export function split(desk: Arrangement, card: Card): Arrangement {
  return { ...desk, together: without(desk.together, card.tags) };
}

/** Take one tag out of a card. */
export function withoutTag(desk: Arrangement, tag: string): Arrangement {
  return { ...desk, together: without(desk.together, [tag]) };
}

function without(together: Arrangement["together"], tags: readonly string[]): readonly (readonly string[])[] {
  const gone = new Set(tags);
  return together.map((card) => card.filter((tag) => !gone.has(tag))).filter((card) => card.length > 1);
}

export function withSection(desk: Arrangement, key: string, open: boolean): Arrangement {
  const closed = new Set(desk.closed);
  if (open) closed.delete(key);
  else closed.add(key);
  return { ...desk, closed };
}

/** What differs from how it is at first, to be kept. */
export function toSaved({ pinned, together, closed, size }: Arrangement): Readonly<Record<string, Json>> {
  return {
    ...(pinned.length > 0 && { pinned }),
    ...(together.length > 0 && { together }),
    ...(closed.size > 0 && { closed: [...closed].sort() }),
    ...(size !== AS_LOGGED.size && { size }),
  };
}

/** Of anything that stood in an address or in storage: what cannot be read is as it is at first. */
export function fromSaved(members: Members): Arrangement {
  const taken = new Set<string>();
  const together = (members.list("together", readTags) ?? [])
    .map((card) => card.filter((tag) => !taken.has(tag) && taken.add(tag)))
    .filter((card) => card.length > 1);
  return {
    pinned: [...new Set(members.list("pinned", asText))],
    together,
    closed: new Set(members.list("closed", asText)),
    size: members.one("size", CARD_SIZES) ?? AS_LOGGED.size,
  };
}

function readTags(saved: Json): readonly string[] | undefined {
  if (!Array.isArray(saved) || !saved.every((tag) => typeof tag === "string")) return undefined;
  return [...new Set(saved as readonly string[])];
}
