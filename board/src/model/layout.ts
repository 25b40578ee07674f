/** Where each card of the page is, worked out without a browser: only those in view are put into the page. */

import type { Card, CardSize, Section } from "./desk";

/** CSS pixels. */
export const HEADING = 36;
export const GAP = 10;
/** Below the cards of a section. */
const FOOT = 14;

interface Shape {
  /** The narrowest that a card of this size gets, where there is room; null: as wide as the page. */
  readonly width: number | null;
  readonly head: number;
  /** The chart's height: a part of the card's width, within bounds. */
  readonly ratio: number;
  readonly least: number;
  readonly most: number;
}

const SHAPES: Record<CardSize, Shape> = {
  small: { width: 180, head: 26, ratio: 0.55, least: 92, most: 140 },
  medium: { width: 350, head: 34, ratio: 0.5, least: 208, most: 340 },
  large: { width: 560, head: 34, ratio: 0.5, least: 280, most: 460 },
  row: { width: null, head: 34, ratio: 0.42, least: 300, most: 600 },
};

export interface Layout {
  readonly places: readonly Place[];
  readonly columns: number;
  readonly cardWidth: number;
  /** Of a card with nothing below its chart. */
  readonly cardHeight: number;
  /** Of the chart. */
  readonly bodyHeight: number;
  /** Of everything, what stands before the first section included. */
  readonly height: number;
}

/** A section and where it is. */
export interface Place {
  readonly section: Section;
  readonly open: boolean;
  /** From the top of everything. */
  readonly top: number;
  readonly height: number;
  /** Tops of the rows of cards, from the section's, and where the last one ends. Empty if the section is closed. */
  readonly rows: readonly number[];
}

export interface Room {
  /** Width for the cards. */
  readonly width: number;
  /** Height of what stands before the first section. */
  readonly lead: number;
  readonly size: CardSize;
  /** Cards of the fullest section: where all fit into one row they share its width. */
  readonly fullest: number;
  isOpen(section: Section): boolean;
  /** What is shown below a card's chart makes its row higher by so much. */
  readonly extra: ReadonlyMap<string, number>;
}

export function layOut(sections: readonly Section[], room: Room): Layout {
  const shape = SHAPES[room.size];
  const fitting = shape.width === null ? 1 : Math.floor((room.width + GAP) / (shape.width + GAP));
  const columns = Math.max(1, Math.min(fitting, room.fullest));
  const cardWidth = Math.max(1, (room.width - (columns - 1) * GAP) / columns);
  const bodyHeight = Math.round(Math.min(shape.most, Math.max(shape.least, cardWidth * shape.ratio)));
  const cardHeight = shape.head + bodyHeight + 6;
  let top = room.lead;
  const places = sections.map((section): Place => {
    const open = room.isOpen(section) && section.cards.length > 0;
    const rows = open ? rowsOf(section.cards, columns, cardHeight, room.extra) : [];
    const height = open ? rows.at(-1)! + FOOT : HEADING;
    const place = { section, open, top, height, rows };
    top += height;
    return place;
  });
  return { places, columns, cardWidth, cardHeight, bodyHeight, height: top };
}

function rowCount({ rows }: Place): number {
  return Math.max(0, rows.length - 1);
}

function rowsOf(
  cards: readonly Card[],
  columns: number,
  cardHeight: number,
  extra: ReadonlyMap<string, number>,
): number[] {
  const tops = [HEADING];
  for (let first = 0; first < cards.length; first += columns) {
    let more = 0;
    if (extra.size > 0)
      for (const { key } of cards.slice(first, first + columns)) more = Math.max(more, extra.get(key) ?? 0);
    tops.push(tops.at(-1)! + cardHeight + more + GAP);
  }
  tops.push(tops.pop()! - GAP);
  return tops;
}

/** The part of a section that is to be in the page: numbers of its cards, ascending. */
export interface Visible {
  readonly place: Place;
  readonly cards: readonly number[];
}

/** A card that stays in the page wherever it is: it has the focus, or is being dragged. */
export interface Held {
  readonly section: string;
  readonly card: string;
}

/** What lies between two heights, in the order of the page. */
export function visible({ places, columns }: Layout, from: number, to: number, held: Held | null): Visible[] {
  const found: Visible[] = [];
  for (let i = firstWhere(places.length, (at) => places[at]!.top + places[at]!.height > from); ; i++) {
    const place = places[i];
    if (!place || place.top >= to) break;
    const first = firstWhere(rowCount(place), (row) => place.top + place.rows[row + 1]! > from) * columns;
    const end = firstWhere(rowCount(place), (row) => place.top + place.rows[row]! >= to) * columns;
    found.push({ place, cards: range(first, Math.min(place.section.cards.length, end)) });
  }
  return held ? withHeld(found, places, held) : found;
}

function withHeld(found: readonly Visible[], places: readonly Place[], held: Held): Visible[] {
  const place = places.find(({ section }) => section.key === held.section);
  const index = place?.open ? place.section.cards.findIndex(({ key }) => key === held.card) : -1;
  if (!place || index < 0) return [...found];
  const cards = found.find((one) => one.place === place)?.cards ?? [];
  if (cards.includes(index)) return [...found];
  const shown = { place, cards: [...cards, index].sort((a, b) => a - b) };
  return [...found.filter((one) => one.place !== place), shown].sort((a, b) => a.place.top - b.place.top);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

/** Where card number `index` of a section is, from the section's top left. */
export function placeOfCard(layout: Layout, place: Place, index: number): { left: number; top: number } {
  const column = index % layout.columns;
  return {
    left: column * (layout.cardWidth + GAP),
    top: place.rows[Math.floor(index / layout.columns)]!,
  };
}

/** What stands at the top of the window, so that it can be put there again when the layout has changed. */
export interface Anchor {
  readonly section: string;
  /** From the window's top down to the section's heading; negative if it begins above. */
  readonly offset: number;
  /** The first cards below the heading, which stays in place: one of them may be about to leave the section. */
  readonly cards: readonly { readonly key: string; readonly offset: number }[];
}

/** Null if nothing is scrolled away: then what comes above is to be seen. */
export function anchorAt(layout: Layout, scrolled: number): Anchor | null {
  const { places, columns } = layout;
  if (scrolled <= 0 || places.length === 0) return null;
  const at = scrolled + HEADING;
  const index = firstWhere(places.length, (i) => places[i]!.top + places[i]!.height > at);
  const place = places[Math.min(index, places.length - 1)]!;
  const { key, cards } = place.section;
  const offset = place.top - scrolled;
  if (offset > 0) return { section: key, offset, cards: [] };
  const row = firstWhere(rowCount(place), (i) => place.top + place.rows[i + 1]! > at);
  const first = row * columns;
  const seen = place.open ? cards.slice(first, first + columns + 1) : [];
  return {
    section: key,
    offset,
    cards: seen.map((card, i) => ({
      key: card.key,
      offset: offset + placeOfCard(layout, place, first + i).top,
    })),
  };
}

/** How far to scroll so that what was at the window's top is there again; null if it is gone. */
export function scrollTo(layout: Layout, { section, offset, cards }: Anchor): number | null {
  const place = layout.places.find((one) => one.section.key === section);
  if (!place) return null;
  if (place.open) {
    const indices = new Map(place.section.cards.map(({ key }, i) => [key, i]));
    for (const card of cards) {
      const index = indices.get(card.key);
      if (index === undefined) continue;
      const row = Math.floor(index / layout.columns);
      const [top, end] = [place.rows[row]!, place.rows[row + 1]!];
      // Where cards became lower, this one is still the first to be seen.
      return Math.max(0, place.top + top - Math.max(card.offset, HEADING + 1 - (end - top)));
    }
  }
  return Math.max(0, place.top - Math.max(offset, cards.length > 0 ? 0 : HEADING - place.height));
}

/** The first of `count` numbers from 0 for which something holds that then holds for all that follow; `count` if for none. */
function firstWhere(count: number, holds: (at: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
