/** Texts under the machine of a regular expression: whether it matches, and what it finds. */

/** What a visit costs where a place is come to for the first time: it is made, with all ways that lead to it. */
const MAKING = 16;

export type Matches = (character: string) => boolean;
export type Edge = "start" | "end" | "word" | "no word";

/**
 * A state of the machine: what has to hold to go on to `next`. A fork goes on to both, preferably to `other`. One that
 * saves notes where the first pair of brackets begins (0) or ends (1).
 */
export interface State {
  readonly matches: Matches | null;
  readonly edge: Edge | null;
  readonly saves: 0 | 1 | null;
  next: number;
  other: number;
}

/** What a pattern has cost so far; spending more than there is throws. */
interface Effort {
  spend(visits: number): void;
}

/** Of characters that are one unit each, which each have a small form of their own. */
function isPlain(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

/** Each character by itself: a letter's small form must not depend on what stands around it, nor on its place. */
function lowered(text: string): ArrayLike<string> {
  return isPlain(text) ? text.toLowerCase() : Array.from(text, (character) => character.toLowerCase());
}

/** Where the ways through a text so far stand, and what comes of each character from there. */
interface Place {
  readonly states: readonly number[];
  /** The character before, or one like it: undefined at the start. */
  readonly before: "a" | "-" | undefined;
  /** Null: it matches. */
  readonly next: Map<string | undefined, Place | null>;
}

/** More are forgotten and made again, so that no pattern takes more memory than so many. */
const MOST_PLACES = 1_000;

/** An automaton that knows at each character where it stands, made as texts need it: names have much in common. */
export class Walk {
  private readonly places = new Map<string, Place>();
  private readonly reached: Int32Array;
  private steps = 0;

  constructor(
    private readonly states: readonly State[],
    private readonly effort: Effort,
  ) {
    this.reached = new Int32Array(states.length);
  }

  matches(text: string): boolean {
    const lower = lowered(text);
    let place: Place | null = this.place([], undefined);
    for (let at = 0; at <= lower.length && place !== null; at++) {
      const character = lower[at];
      const known: Place | null | undefined = place.next.get(character);
      if (known === undefined) place.next.set(character, (place = this.step(place, character)));
      else place = known;
    }
    return place === null;
  }

  /** Go on from all that can be reached without a character, and from the start, by one; undefined: the text's end. */
  private step({ states, before }: Place, character: string | undefined): Place | null {
    const step = ++this.steps;
    const stack = [this.states.length - 1, ...states];
    const following = new Set<number>();
    let visits = 0;
    while (stack.length > 0) {
      const state = stack.pop()!;
      visits++;
      if (state === 0) return null;
      if (this.reached[state] === step) continue;
      this.reached[state] = step;
      const { matches, edge, next, other } = this.states[state]!;
      if (matches) {
        if (character !== undefined && matches(character)) following.add(next);
      } else if (edge === null || isEdge(edge, before, character)) {
        stack.push(next);
        if (other >= 0) stack.push(other);
      }
    }
    this.effort.spend(visits);
    return this.place(
      [...following].sort((a, b) => a - b),
      isWord(character) ? "a" : "-",
    );
  }

  private place(states: readonly number[], before: Place["before"]): Place {
    const key = `${before} ${states.join()}`;
    let place = this.places.get(key);
    if (place) return place;
    if (this.places.size >= MOST_PLACES) this.places.clear();
    this.places.set(key, (place = { states, before, next: new Map() }));
    return place;
  }
}

/** Where the ways through a text so far stand, most preferred first, and what comes of each character from there. */
interface Spot {
  readonly states: readonly number[];
  readonly before: Place["before"];
  /** Nothing was found yet, so that a match may begin here too: later, and so less preferred than all. */
  readonly open: boolean;
  readonly next: Map<string | undefined, Move>;
}

/** What a character does: which way each of those that go on has come, and what it has to note of where it is. */
interface Move {
  readonly to: Spot;
  readonly ways: readonly Way[];
  /** The way that ends here in a match; all that are less preferred end as well. Null: none does. */
  readonly found: Way | null;
}

interface Way {
  /** Its place among the ways before; -1: it begins here. */
  readonly from: number;
  readonly begins: boolean;
  readonly ends: boolean;
}

/** Of the ways that are under way: where each began, and where its first pair of brackets began and ended; -1: not yet. */
class Notes {
  private readonly starts: number[] = [];
  private readonly from: number[] = [];
  private readonly to: number[] = [];

  take(place: number, way: Way, before: Notes, at: number): void {
    const isNew = way.from < 0;
    this.starts[place] = isNew ? at : before.starts[way.from]!;
    this.from[place] = way.begins ? at : isNew ? -1 : before.from[way.from]!;
    this.to[place] = way.begins || way.ends ? at : isNew ? -1 : before.to[way.from]!;
  }

  /** From where to where the pair of brackets holds, or without one the way itself. */
  extent(place: number, at: number): readonly [number, number] {
    const from = this.from[place]!;
    return from < 0 ? [this.starts[place]!, at] : [from, this.to[place]!];
  }
}

/** Finds the first match, the one that is preferred (Pike), by an automaton that is made as texts need it. */
export class Finder {
  private readonly spots = new Map<string, Spot>();
  private readonly reached: Int32Array;
  private readonly followed: Int32Array;
  private steps = 0;

  constructor(
    private readonly states: readonly State[],
    private readonly effort: Effort,
  ) {
    this.reached = new Int32Array(states.length);
    this.followed = new Int32Array(states.length);
  }

  find(text: string): string | null {
    const characters = isPlain(text) ? text : [...text];
    const lower = lowered(text);
    let spot = this.spot([], undefined, true);
    let [notes, following] = [new Notes(), new Notes()];
    const ended = new Notes();
    let found: readonly [number, number] | null = null;
    for (let at = 0; at <= lower.length && (spot.open || spot.states.length > 0); at++) {
      const move = this.move(spot, lower[at]);
      this.effort.spend(move.ways.length);
      if (move.found !== null) {
        ended.take(0, move.found, notes, at);
        found = ended.extent(0, at);
      }
      for (let i = 0; i < move.ways.length; i++) following.take(i, move.ways[i]!, notes, at);
      [notes, following] = [following, notes];
      spot = move.to;
    }
    if (found === null) return null;
    const part = characters.slice(...found);
    return typeof part === "string" ? part : part.join("");
  }

  private move(spot: Spot, character: string | undefined): Move {
    let move = spot.next.get(character);
    if (!move) spot.next.set(character, (move = this.step(spot, character)));
    return move;
  }

  private step({ states, before, open }: Spot, character: string | undefined): Move {
    const step = ++this.steps;
    const following: number[] = [];
    const ways: Way[] = [];
    let found: Way | null = null;
    let visits = 0;
    /** Follow all that needs no character; whether the end is reached, after which no other way is better. */
    const reach = (state: number, way: Way): boolean => {
      visits++;
      if (this.reached[state] === step) return false;
      this.reached[state] = step;
      if (state === 0) {
        found = way;
        return true;
      }
      const { matches, edge, saves, next, other } = this.states[state]!;
      if (matches) {
        if (character === undefined || !matches(character) || this.followed[next] === step) return false;
        this.followed[next] = step;
        following.push(next);
        ways.push(way);
      } else if (edge === null || isEdge(edge, before, character)) {
        if (other >= 0 && reach(other, way)) return true;
        if (saves === null) return reach(next, way);
        return reach(next, saves === 0 ? { ...way, begins: true } : { ...way, ends: true });
      }
      return false;
    };
    const ended = states.some((state, from) => reach(state, { from, begins: false, ends: false }));
    if (!ended && open) reach(this.states.length - 1, { from: -1, begins: false, ends: false });
    this.effort.spend(MAKING * visits);
    const to = this.spot(following, isWord(character) ? "a" : "-", open && found === null);
    return { to, ways, found };
  }

  private spot(states: readonly number[], before: Place["before"], open: boolean): Spot {
    const key = `${open} ${before} ${states.join()}`;
    let spot = this.spots.get(key);
    if (spot) return spot;
    if (this.spots.size >= MOST_PLACES) this.spots.clear();
    this.spots.set(key, (spot = { states, before, open, next: new Map() }));
    return spot;
  }
}

function isEdge(edge: Edge, before: string | undefined, after: string | undefined): boolean {
  if (edge === "start") return before === undefined;
  if (edge === "end") return after === undefined;
  return (isWord(before) !== isWord(after)) === (edge === "word");
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /\w/.test(character);
}
