/** What a person arranged on the page of charts: sections, pins, cards with several tags, their size, and the tag filter. */

import {
  type Arrangement,
  AS_LOGGED,
  type Card,
  cardKey,
  type CardSize,
  combined,
  fromSaved,
  isPinned,
  matching,
  type Section,
  sectionsOf,
  split,
  toSaved,
  withoutTag,
  withPin,
  withSection,
} from "../model/desk";
import { NameList } from "../model/cut_names";
import { EMPTY_FILTER, type Filter, type FilterError, judged, parseFilter } from "../model/filter";
import { asText, Members, type Refused } from "../model/members";
import { oneLine } from "../model/names";
import { inNaturalOrder } from "../model/natural";
import type { Json } from "../model/notation";
import { unlessSame } from "../model/order";
import type { Part, SavedView } from "./view.svelte";

export class Desk implements Part {
  readonly name = "desk";
  private arrangement = $state.raw<Arrangement>(AS_LOGGED);

  /** As typed. */
  filterText = $state("");
  /** The last one that could be understood. */
  filter = $state.raw<Filter>(EMPTY_FILTER);
  private misread = $state.raw<FilterError | null>(null);
  /** While a filter is on every section opens, so that what matches is seen; these were closed since. */
  private closedMeanwhile = $state.raw<ReadonlySet<string>>(new Set());

  /** The card that is being dragged on another. */
  dragged = $state.raw<Card | null>(null);
  /** Key of the card that fills the page, or null. */
  full = $state.raw<string | null>(null);

  private ordered: readonly string[] = [];
  /** In natural order; the same list as long as the tags are the same. */
  private readonly known: readonly string[] = $derived.by(() => {
    const tags = inNaturalOrder(this.tags(), (tag) => tag);
    return (this.ordered = unlessSame(this.ordered, tags));
  });
  readonly tagNames: NameList = $derived.by(() => {
    const tags = this.known;
    return new NameList(() => tags.map(oneLine));
  });
  readonly sectionNames: NameList = $derived.by(() => {
    const { sections } = this;
    return new NameList(() => sections.map(({ title }) => oneLine(title)));
  });
  private readonly sections = $derived(sectionsOf(this.known, this.arrangement));
  private readonly judged = $derived.by(() => {
    const { filter } = this;
    if (filter.isEmpty) return { found: this.sections };
    return judged(() => matching(this.sections, (name) => filter.matches({ name, column: () => undefined })));
  });
  private lastShown: readonly Section[] | null = null;
  readonly shown: readonly Section[] = $derived.by(() => {
    if ("found" in this.judged) this.lastShown = this.judged.found;
    return this.lastShown ?? this.sections;
  });
  /** What is wrong with the filter as typed. */
  readonly filterError: FilterError | null = $derived(
    this.misread ?? ("error" in this.judged ? this.judged.error : null),
  );
  readonly count = $derived(this.known.length);
  readonly shownCount = $derived(this.shown.reduce((sum, { tags }) => sum + tags, 0));
  /** Cards of the fullest section, whatever the filter: so that cards keep their size while one types. */
  readonly fullest = $derived(this.sections.reduce((most, { cards }) => Math.max(most, cards.length), 1));
  readonly fullCard: Card | null = $derived(
    this.full === null ? null : (this.cards().find(({ key }) => key === this.full) ?? null),
  );

  constructor(
    private readonly view: SavedView,
    private readonly tags: () => readonly string[],
  ) {
    view.keep(this);
  }

  get size(): CardSize {
    return this.arrangement.size;
  }

  set size(size: CardSize) {
    this.arrangement = { ...this.arrangement, size };
  }

  /** All cards in the order of the page, whatever the filter. */
  cards(): Card[] {
    return this.sections.flatMap(({ cards }) => cards);
  }

  /** All tags in natural order. */
  allTags(): readonly string[] {
    return this.known;
  }

  /** An invalid filter leaves what is shown as it is. */
  setFilter(text: string): void {
    this.filterText = text;
    const parsed = parseFilter(text);
    this.misread = "error" in parsed ? parsed.error : null;
    if ("error" in parsed) return;
    this.filter = parsed.filter;
    this.closedMeanwhile = new Set();
  }

  isOpen(section: Section): boolean {
    const closed = this.filter.isEmpty ? this.arrangement.closed : this.closedMeanwhile;
    return !closed.has(section.key);
  }

  setOpen({ key }: Section, open: boolean): void {
    if (this.filter.isEmpty) {
      this.arrangement = withSection(this.arrangement, key, open);
      return;
    }
    const closed = new Set(this.closedMeanwhile);
    if (open) closed.delete(key);
    else closed.add(key);
    this.closedMeanwhile = closed;
  }

  isPinned(card: Card): boolean {
    return isPinned(this.arrangement, card);
  }

  pin(card: Card, pinned: boolean): void {
    this.arrangement = withPin(this.arrangement, card, pinned);
  }

  /** Show the tags of `from` in the card `into` as well. */
  combine(into: Card, from: Card): void {
    this.arrange((arrangement) => combined(arrangement, into, from), into.tags[0]!);
  }

  /** Show one more tag in a card. */
  addTag(into: Card, tag: string): void {
    this.combine(into, { key: cardKey([tag]), tags: [tag] });
  }

  split(card: Card): void {
    this.arrange((arrangement) => split(arrangement, card), card.tags[0]!);
  }

  takeOut(card: Card, tag: string): void {
    this.arrange(
      (arrangement) => withoutTag(arrangement, tag),
      card.tags.find((other) => other !== tag)!,
    );
  }

  /**
   * Change which tags are shown together, so that Back undoes it. A card that fills the page goes on to, as the card
   * that then has `tag`.
   */
  private arrange(change: (arrangement: Arrangement) => Arrangement, tag: string): void {
    this.view.milestone();
    this.arrangement = change(this.arrangement);
    if (this.full !== null) this.full = this.cards().find(({ tags }) => tags.includes(tag))?.key ?? null;
  }

  get(): Json | null {
    const filter = this.filter.text.trim();
    const saved = { ...toSaved(this.arrangement), ...(filter !== "" && { filter }) };
    return Object.keys(saved).length > 0 ? saved : null;
  }

  set(saved: Json | null): Refused {
    const members = new Members(saved);
    this.arrangement = fromSaved(members);
    this.setFilter(members.read("filter", asText) ?? "");
    return members.refused;
  }
}
