/** Names cut to the room there is: those that stand beside each other read differently where what differs has room. */

/** A stretch of what is shown of a name. */
export interface Piece {
  readonly text: string;
  /** It tells the name from others; else others have it too, or it stands for what was cut. */
  readonly own: boolean;
}

/** How much room a text takes: in pixels on a page, in characters in a test. It adds up, character by character. */
export type Measure = (text: string) => number;

/** Stands for what was cut. */
const DOTS = "…";
/** What a value is called is shown before others if it is no longer than this. */
const LONGEST_KEY = 8;
/** A word is shown from its start on if what differs is no farther into it than this. */
const LONGEST_START = 8;
/** Not worth the dots that would stand for it. */
const SHORTEST_GAP = 2;
/** Less of a name's start says nothing. */
const SHORTEST_HINT = 4;

/**
 * Names that stand beside each other. Written into a tree, letter by letter, each has places where another one of the
 * list, the same up to there, goes on otherwise. What stands there is kept of both, so they read differently however
 * much else is cut: a stretch that is kept begins where all that precedes says it does, and only its end depends on the
 * room. (A name with dots of its own may be taken for one that is cut.)
 */
export class NameList {
  private tree: Tree | null = null;

  /** The names are asked for, once, when the first is to be shown. */
  constructor(private readonly names: () => Iterable<string>) {}

  /**
   * The room that it takes to show of each name all words in which others differ, and what the first is called; of no
   * interest is how much more than `most` it is. Dots must take no more room than the letters that they stand for.
   */
  roomToTell(measure: Measure, most = Infinity): number {
    const tree = this.grown();
    let room = 0;
    for (let place = 0; place < tree.names.length && room < most; place++) {
      const name = tree.names[place]!;
      // Nearly all of 10,000 names take no more than others, which is known without a look at each of their words.
      if (measure(tree.wordsOf(place)) > room)
        room = Math.max(room, this.fitting(name, measure).roomOfWords());
    }
    return room;
  }

  /** What is shown of a name where there is so much room. */
  fit(name: string, room: number, measure: Measure): Piece[] {
    if (measure(name) <= room) return this.fitting(name, measure).whole();
    return this.fitting(name, measure).grow(room);
  }

  private fitting(name: string, measure: Measure): Fitting {
    const tree = this.grown();
    const branches = tree.branches(name);
    const stretches = stretchesOf(name, branches.length > 0 ? branches : [name.length]);
    return new Fitting(name, stretches, branches.length === 0, tree.repeatsKey, measure);
  }

  private grown(): Tree {
    return (this.tree ??= new Tree(this.names()));
  }
}

/** Where names part from others: what names next to each other in order have in common says it for all. */
class Tree {
  readonly names: readonly string[];
  private readonly places: ReadonlyMap<string, number>;
  /** How much each name has in common with the one before it. */
  private readonly common: Int32Array;
  /** The nearest place before and after each at which less is in common. */
  private readonly lessBefore: Int32Array;
  private readonly lessAfter: Int32Array;
  /** How much all names have in common. */
  private readonly commonToAll: number;
  /** What the first differing word of all is called begins one of these words: with it, one might read like another without. */
  readonly repeatsKey: boolean;

  constructor(names: Iterable<string>) {
    this.names = [...new Set(names)].sort();
    const { length } = this.names;
    this.places = new Map(this.names.map((name, place) => [name, place]));
    const common = (this.common = new Int32Array(length + 1).fill(-1));
    for (let i = 1; i < length; i++) common[i] = commonStart(this.names[i - 1]!, this.names[i]!);
    this.lessBefore = new Int32Array(length + 1);
    this.lessAfter = new Int32Array(length + 1);
    for (let i = 1; i < length; i++) {
      let less = i - 1;
      while (common[less]! >= common[i]!) less = this.lessBefore[less]!;
      this.lessBefore[i] = less;
    }
    for (let i = length - 1; i > 0; i--) {
      let less = i + 1;
      while (common[less]! >= common[i]!) less = this.lessAfter[less]!;
      this.lessAfter[i] = less;
    }
    const [first = ""] = this.names;
    this.commonToAll = common.subarray(1, length).reduce((a, b) => Math.min(a, b), first.length);
    const from = startOf(first, this.commonToAll);
    const key = first.slice(keyOf(first, from), from);
    this.repeatsKey = this.names.some((name) => name.startsWith(key, from));
  }

  /** All from the first word in which others differ to the last, with dots for what is before and behind. */
  wordsOf(place: number): string {
    const name = this.names[place]!;
    const last = Math.max(this.common[place]!, this.common[place + 1]!);
    if (last < 0) return name;
    const start = startOf(name, this.commonToAll);
    const from = this.repeatsKey ? start : keyOf(name, start);
    const to = wordEnd(name, behind(name, last)) + SHORTEST_GAP;
    return (
      (from > SHORTEST_GAP ? DOTS + name.slice(from, to) : name.slice(0, to)) + (to < name.length ? DOTS : "")
    );
  }

  /** Where others go on otherwise, ascending. */
  branches(name: string): readonly number[] {
    const place = this.places.get(name);
    const found = new Set<number>();
    if (place !== undefined) {
      for (let i = place; this.common[i]! >= 0; i = this.lessBefore[i]!) found.add(this.common[i]!);
      for (let i = place + 1; this.common[i]! >= 0; i = this.lessAfter[i]!) found.add(this.common[i]!);
    }
    return [...found].sort((a, b) => a - b);
  }
}

/** A part of a name in which others differ. */
interface Stretch {
  /** Follows from what all that differ here have in common. */
  readonly from: number;
  /** Behind the last letter that differs. */
  readonly least: number;
  /** Behind the word. */
  readonly to: number;
}

function stretchesOf(name: string, branches: readonly number[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const at of branches) {
    const least = behind(name, at);
    const next = { least, to: wordEnd(name, least) };
    const last = stretches.at(-1);
    const from = startOf(name, at);
    if (last && from <= last.least) stretches[stretches.length - 1] = { ...next, from: last.from };
    else {
      if (last && last.to > from) stretches[stretches.length - 1] = { ...last, to: from };
      stretches.push({ ...next, from });
    }
  }
  return stretches;
}

/** Behind the letter at a place, or the name's end. */
function behind(name: string, at: number): number {
  return Math.min(name.length, at + (isLowSurrogate(name, at + 1) ? 2 : 1));
}

/** Where to begin so that what stands at a place can be read: from what precedes alone. */
function startOf(name: string, at: number): number {
  let word = at;
  while (word > 0 && !endsWord(name, word - 1)) word--;
  if (at - word <= LONGEST_START) return word;
  let number = at;
  while (number > word && isDigit(name, number - 1)) number--;
  if (number < at && at - number <= LONGEST_START) return number;
  return at - Number(isLowSurrogate(name, at));
}

/** Where what a value is called begins, if that is short; else where the value does. */
function keyOf(name: string, from: number): number {
  if (!/[=:_-]/.test(name.charAt(from - 1))) return from;
  let key = from - 1;
  while (key > 0 && !endsWord(name, key - 1)) key--;
  return from - key <= LONGEST_KEY ? key : from;
}

/** A word's end is told by what stands before it: a point behind a digit may be a decimal one. */
function endsWord(name: string, at: number): boolean {
  const letter = name.charAt(at);
  return letter === "." ? !isDigit(name, at - 1) : SEPARATORS.includes(letter);
}

function wordEnd(name: string, from: number): number {
  let end = from;
  const isInside = (): boolean =>
    name.charAt(end) === "."
      ? isDigit(name, end - 1) && isDigit(name, end + 1)
      : !SEPARATORS.includes(name.charAt(end));
  while (end < name.length && isInside()) end++;
  return end;
}

const SEPARATORS = "/\\_-,=: ";

function isDigit(name: string, at: number): boolean {
  const unit = name.charCodeAt(at);
  return unit >= 0x30 && unit <= 0x39;
}

function isLowSurrogate(name: string, at: number): boolean {
  const unit = name.charCodeAt(at);
  return at > 0 && unit >= 0xdc00 && unit < 0xe000;
}

function commonStart(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  let length = 0;
  while (length < end && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}

/** A name while it is decided how much of it is shown: what is kept grows at its ends as long as there is room. */
class Fitting {
  /** What it takes to show what is kept, and dots for all else. */
  private room: number;
  private readonly kept: { from: number; to: number }[];
  private readonly dots: number;

  constructor(
    private readonly name: string,
    private readonly stretches: readonly Stretch[],
    /** No other name is beside it: all of it is its own. */
    private readonly isAlone: boolean,
    private readonly withoutKey: boolean,
    private readonly measure: Measure,
  ) {
    this.dots = measure(DOTS);
    this.kept = stretches.map(({ from, least }) => ({ from, to: least }));
    if (this.kept[0]!.from <= SHORTEST_GAP) this.kept[0]!.from = 0;
    this.room = this.measured();
  }

  roomOfWords(): number {
    this.growWords(Infinity);
    this.showKey(Infinity);
    return this.room;
  }

  whole(): Piece[] {
    return this.piecesOf(0, this.name.length);
  }

  grow(room: number): Piece[] {
    // Names in order differ from their neighbours in what comes last.
    while (this.room > room && this.kept.length > 1) {
      this.kept.shift();
      this.room = this.measured();
    }
    const { kept, stretches } = this;
    this.growWords(room);
    const isAll = kept.length === stretches.length;
    if (isAll) this.showKey(room);
    for (let i = 0; i < kept.length - 1; i++) this.extend(i, this.nextOf(i), room);
    this.growEnd(room);
    if (isAll && !this.beginAt(0, room)) this.hint(room);
    return this.pieces();
  }

  /** Show what the first word is called. */
  private showKey(room: number): void {
    if (!this.withoutKey) this.beginAt(keyOf(this.name, this.kept[0]!.from), room);
  }

  private growWords(room: number): void {
    const words = this.stretches.slice(this.stretches.length - this.kept.length);
    words.forEach(({ to }, i) => {
      const end = this.nextOf(i);
      if (end - to > SHORTEST_GAP || !this.extend(i, end, room)) this.extend(i, to, room);
    });
  }

  /** Where the next thing that is kept begins, or the name ends. */
  private nextOf(i: number): number {
    return this.kept[i + 1]?.from ?? this.name.length;
  }

  private extend(i: number, to: number, room: number): boolean {
    const one = this.kept[i]!;
    if (to <= one.to) return true;
    const more = this.measure(this.name.slice(one.to, to)) - (to === this.nextOf(i) ? this.dots : 0);
    if (this.room + more > room) return false;
    one.to = to;
    this.room += more;
    return true;
  }

  /** Show what follows the last word, up to the end of another one. */
  private growEnd(room: number): void {
    const { name, kept, stretches } = this;
    if (this.extend(kept.length - 1, name.length, room)) return;
    const last = kept.at(-1)!;
    const { to: word } = stretches.at(-1)!;
    let to = this.fill(last.to, name.length, room);
    if (to > word) while (to > word && !endsWord(name, to)) to--;
    last.to = to;
    this.room = this.measured();
  }

  /** Show all from a place on, up to what is shown first. */
  private beginAt(from: number, room: number): boolean {
    const [first] = this.kept;
    if (from >= first!.from) return true;
    const more = this.measure(this.name.slice(from, first!.from)) - (from === 0 ? this.dots : 0);
    if (this.room + more > room) return false;
    first!.from = from;
    this.room += more;
    return true;
  }

  /** Show how the name begins, though others begin so too. */
  private hint(room: number): void {
    const to = this.fill(0, this.kept[0]!.from, room);
    if (to >= SHORTEST_HINT) this.kept.unshift({ from: 0, to });
  }

  /** How far there is room from a place on. */
  private fill(from: number, end: number, room: number): number {
    let to = from;
    let left = room - this.room;
    while (to < end) {
      const next = to + (isLowSurrogate(this.name, to + 1) ? 2 : 1);
      left -= this.measure(this.name.slice(to, next));
      if (left < 0) break;
      to = next;
    }
    return to;
  }

  private measured(): number {
    const { kept, name, dots } = this;
    let sum = kept[0]!.from > 0 ? dots : 0;
    kept.forEach(({ from, to }, i) => {
      sum += this.measure(name.slice(from, to)) + (to < this.nextOf(i) ? dots : 0);
    });
    return sum;
  }

  private pieces(): Piece[] {
    const pieces: Piece[] = this.kept[0]!.from > 0 ? [CUT] : [];
    this.kept.forEach(({ from, to }, i) => {
      pieces.push(...this.piecesOf(from, to));
      if (to < this.nextOf(i)) pieces.push(CUT);
    });
    return pieces;
  }

  /** A stretch of the name by what tells it from others. */
  private piecesOf(from: number, to: number): Piece[] {
    const pieces: Piece[] = [];
    const add = (start: number, end: number, own: boolean): void => {
      const text = this.name.slice(Math.max(start, from), Math.min(end, to));
      if (text) pieces.push({ text, own: own || this.isAlone });
    };
    let end = 0;
    for (const stretch of this.stretches) {
      add(end, stretch.from, false);
      add(stretch.from, stretch.to, true);
      end = stretch.to;
    }
    add(end, this.name.length, true);
    return pieces;
  }
}

const CUT: Piece = { text: DOTS, own: false };
