/**
 * Regular expressions that take time in proportion to the text, whatever they say: all ways through one are followed at
 * once (Thompson 1968). A filter stands in addresses that people send each other, and with the browser's own engine one
 * like `(a+)+$` could stop the page. The price: no look-around and no back-references. Case does not matter.
 */

export interface Pattern {
  /** Whether it matches anywhere in the text. */
  test(text: string): boolean;
  /** What the first pair of brackets holds of the first match, or the whole match without one; null: no match. */
  find(text: string): string | null;
}

export class PatternError extends Error {
  /** What is wrong stands at `from` up to `to` in the source. */
  constructor(
    message: string,
    readonly from: number,
    readonly to: number,
  ) {
    super(message);
  }
}

const LONGEST = 500;
/** States, and parts once each `{n,m}` is written out: more than what repeats nothing can have. */
const MOST = 600;
/** Places with two ways on. Each may be under way at every character of every name. */
const MOST_FORKS = 150;

/**
 * States visited before a pattern is given up: of a pattern, and for each character of a new text. Any text takes time in
 * proportion to its length, but hundreds of states times ten thousand names are seconds, and a filter stands in links.
 */
const MOST_VISITS = 1_000_000;
/** A walk visits states at places that it has not been at before, which usual patterns have few of. */
const WALK_VISITS = 4;
/** What a pattern finds is looked for anew in each text, but a visit is quick. */
const FIND_VISITS = 64;

const LINE_ENDS = ["\n", "\r", "\u2028", "\u2029"];

type Matches = (character: string) => boolean;
type Edge = "start" | "end" | "word" | "no word";
type Node =
  | { readonly kind: "one"; readonly matches: Matches }
  | { readonly kind: "edge"; readonly edge: Edge }
  | { readonly kind: "all"; readonly parts: readonly Node[] }
  | { readonly kind: "any"; readonly parts: readonly Node[] }
  | { readonly kind: "capture"; readonly part: Node }
  | {
      readonly kind: "repeat";
      readonly part: Node;
      readonly least: number;
      readonly most: number;
      readonly lazy: boolean;
    };

/**
 * A state of the machine: what has to hold to go on to `next`. A fork goes on to both, preferably to `other`. One that
 * saves notes where the first pair of brackets begins (0) or ends (1).
 */
interface State {
  readonly matches: Matches | null;
  readonly edge: Edge | null;
  readonly saves: 0 | 1 | null;
  next: number;
  other: number;
}

/** Throws PatternError, and so do `test` and `find` of a pattern that takes too long on the texts that it was given so far. */
export function compilePattern(source: string): Pattern {
  if (source.length > LONGEST)
    throw new PatternError(
      `expected at most ${LONGEST} characters, found ${source.length}`,
      0,
      source.length,
    );
  const states = statesOf(new Parser(source).parse(), source.length);
  const walking = new Effort(source.length);
  const finding = new Effort(source.length);
  const walk = new Walk(states, walking);
  // A live filter asks for the same names again and again.
  const test = remembered((text) => {
    walking.grant(WALK_VISITS * text.length);
    return walk.matches(lowered(text));
  });
  const found = remembered((text) => {
    finding.grant(FIND_VISITS * text.length);
    return find(states, [...text], finding);
  });
  return { test, find: (text) => (test(text) ? found(text) : null) };
}

/** What a pattern has cost so far. Counted, not timed: it gives up at the same text on every machine. */
class Effort {
  private left = MOST_VISITS;

  constructor(private readonly length: number) {}

  grant(visits: number): void {
    this.left += visits;
  }

  spend(visits: number): void {
    this.left -= visits;
    if (this.left < 0) throw new PatternError("it takes too long on these names", 0, this.length);
  }
}

/** Each character by itself: a letter's small form must not depend on what stands around it, nor on its place. */
function lowered(text: Iterable<string>): string[] {
  return Array.from(text, (character) => character.toLowerCase());
}

class Parser {
  private at = 0;
  private captures = false;

  constructor(private readonly source: string) {}

  parse(): Node {
    const node = this.alternatives();
    if (this.at < this.source.length) this.fail("found a ) that nothing opened", this.at, this.at + 1);
    return node;
  }

  private alternatives(): Node {
    const parts = [this.sequence()];
    while (this.take("|")) parts.push(this.sequence());
    return parts.length === 1 ? parts[0]! : { kind: "any", parts };
  }

  private sequence(): Node {
    const parts: Node[] = [];
    while (this.at < this.source.length && !"|)".includes(this.source[this.at]!)) parts.push(this.repeated());
    return { kind: "all", parts };
  }

  private repeated(): Node {
    const part = this.one();
    const start = this.at;
    const quantifier = /^(?:[*+?]|\{(\d{1,4})(?:(,)(\d{0,4}))?\})\??/.exec(this.source.slice(this.at));
    if (!quantifier) return part;
    this.at += quantifier[0].length;
    const [text, least, comma, most] = quantifier;
    const bounds: Record<string, [number, number]> = { "*": [0, Infinity], "+": [1, Infinity], "?": [0, 1] };
    const [low, high] = bounds[text[0]!] ?? [
      Number(least),
      comma ? (most ? Number(most) : Infinity) : Number(least),
    ];
    if (low > high) this.fail("expected the smaller number first", start, this.at);
    if (part.kind === "edge" || /^[*+?]/.test(this.source.slice(this.at)))
      this.fail("found nothing to repeat", start, this.at);
    return { kind: "repeat", part, least: low, most: high, lazy: /.\?$/.test(quantifier[0]) };
  }

  private one(): Node {
    const start = this.at;
    const character = String.fromCodePoint(this.source.codePointAt(this.at)!);
    this.at += character.length;
    switch (character) {
      case "(":
        return this.group(start);
      case "[":
        return this.native(start, /^\[(?:\\[^]|[^\]\\])*\]/, "expected a ] that closes this");
      case "\\":
        return this.escaped(start);
      case ".":
        return { kind: "one", matches: (one) => !LINE_ENDS.includes(one) };
      case "^":
        return { kind: "edge", edge: "start" };
      case "$":
        return { kind: "edge", edge: "end" };
      case "*":
      case "+":
      case "?":
        return this.fail("found nothing to repeat", start, this.at);
    }
    return literal(character);
  }

  private group(start: number): Node {
    const kind = /^\?(?::|<\w+>)/.exec(this.source.slice(this.at))?.[0] ?? "";
    this.at += kind.length;
    if (!kind && this.source[this.at] === "?")
      this.fail("look-around is not possible here", start, this.at + 2);
    const isFirst = !this.captures && kind !== "?:";
    if (isFirst) this.captures = true;
    const node = this.alternatives();
    if (!this.take(")")) this.fail("expected a ) that closes this", start, this.source.length);
    return isFirst ? { kind: "capture", part: node } : node;
  }

  private escaped(start: number): Node {
    const next = this.source[this.at];
    if (next === undefined) return this.fail("expected a character after \\", start, this.at);
    if (/[1-9k]/.test(next)) return this.fail("back-references are not possible here", start, this.at + 1);
    if (next === "b" || next === "B") {
      this.at++;
      return { kind: "edge", edge: next === "b" ? "word" : "no word" };
    }
    if (/[A-Za-z0]/.test(next))
      return this.native(start, /^\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[\da-f]{4}|x[\da-f]{2}|[^])/i, "");
    const character = String.fromCodePoint(this.source.codePointAt(this.at)!);
    this.at += character.length;
    return literal(character);
  }

  /** What stands for one character is left to the browser: on one character, any expression is quick. */
  private native(start: number, extent: RegExp, otherwise: string): Node {
    const text = extent.exec(this.source.slice(start))?.[0];
    if (text === undefined) return this.fail(otherwise, start, this.source.length);
    this.at = start + text.length;
    try {
      const expression = new RegExp(`^${text}$`, "iu");
      return { kind: "one", matches: remembered((character) => expression.test(character)) };
    } catch {
      return this.fail(`${text} means nothing`, start, this.at);
    }
  }

  private take(character: string): boolean {
    if (this.source[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private fail(message: string, from: number, to: number): never {
    throw new PatternError(message, from, Math.min(to, this.source.length));
  }
}

function literal(character: string): Node {
  const wanted = character.toLowerCase();
  return { kind: "one", matches: (one) => one === wanted };
}

function remembered<Found>(find: (text: string) => Found): (text: string) => Found {
  const known = new Map<string, Found>();
  return (text) => {
    let found = known.get(text);
    if (found === undefined) known.set(text, (found = find(text)));
    return found;
  };
}

/** The machine: it begins in its last state, and has matched in state 0. */
function statesOf(node: Node, length: number): State[] {
  const states: State[] = [{ matches: null, edge: null, saves: null, next: -1, other: -1 }];
  const add = (next: number, what: Partial<State>): number => {
    if (states.length > MOST) throw new PatternError("it repeats too much", 0, length);
    return states.push({ matches: null, edge: null, saves: null, other: -1, ...what, next }) - 1;
  };
  /** First `part`, or first what follows it. */
  const fork = (part: number, then: number, lazy: boolean): number =>
    lazy ? add(part, { other: then }) : add(then, { other: part });
  let parts = 0;
  /** Where to begin in order to match `part` and then go on to `next`. */
  const before = (part: Node, next: number): number => {
    // Of parts too, since one that matches nothing needs no state and can be repeated as well.
    if (parts++ > MOST) throw new PatternError("it repeats too much", 0, length);
    switch (part.kind) {
      case "one":
        return add(next, { matches: part.matches });
      case "edge":
        return add(next, { edge: part.edge });
      case "all":
        return part.parts.reduceRight((then, one) => before(one, then), next);
      case "any":
        return part.parts.map((one) => before(one, next)).reduceRight((then, one) => fork(one, then, false));
      case "capture":
        return add(before(part.part, add(next, { saves: 1 })), { saves: 0 });
      case "repeat": {
        let then = next;
        if (part.most === Infinity) {
          then = add(next, {});
          const again = before(part.part, then);
          states[then]!.next = part.lazy ? again : next;
          states[then]!.other = part.lazy ? next : again;
        } else {
          for (let i = part.least; i < part.most; i++) then = fork(before(part.part, then), next, part.lazy);
        }
        for (let i = 0; i < part.least; i++) then = before(part.part, then);
        return then;
      }
    }
  };
  const start = before(node, 0);
  add(start, {});
  if (states.filter(({ other }) => other >= 0).length > MOST_FORKS)
    throw new PatternError(`it leaves too much open: expected at most ${MOST_FORKS} choices`, 0, length);
  return states;
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
class Walk {
  private readonly places = new Map<string, Place>();
  private readonly reached: Int32Array;
  private steps = 0;

  constructor(
    private readonly states: readonly State[],
    private readonly effort: Effort,
  ) {
    this.reached = new Int32Array(states.length);
  }

  matches(text: readonly string[]): boolean {
    let place: Place | null = this.place([], undefined);
    for (let at = 0; at <= text.length && place !== null; at++) {
      const character = text[at];
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

/** Ways through the text so far, by the state where they stand: those that wait for a character, most preferred first. */
class Threads {
  count = 0;
  readonly states: Int32Array;
  readonly start: Int32Array;
  /** Where the first pair of brackets began and ended; -1: not yet. */
  readonly from: Int32Array;
  readonly to: Int32Array;

  constructor(size: number) {
    this.states = new Int32Array(size);
    this.start = new Int32Array(size);
    this.from = new Int32Array(size);
    this.to = new Int32Array(size);
  }

  add(state: number, start: number, from: number, to: number): void {
    this.states[this.count++] = state;
    this.start[state] = start;
    this.from[state] = from;
    this.to[state] = to;
  }
}

/** Of the ways through, in the order in which they are preferred, the first, by what it saved (Pike). */
function find(states: readonly State[], text: readonly string[], effort: Effort): string | null {
  const lower = lowered(text);
  const reachedAt = new Int32Array(states.length).fill(-1);
  let current = new Threads(states.length);
  let following = new Threads(states.length);
  let found: { readonly from: number; readonly to: number } | null = null;
  let visits = 0;
  /** Follow all that needs no character; whether the end is reached, after which no other way is better. */
  const reach = (
    list: Threads,
    at: number,
    state: number,
    start: number,
    from: number,
    to: number,
  ): boolean => {
    visits++;
    if (reachedAt[state] === at) return false;
    reachedAt[state] = at;
    if (state === 0) {
      found = from < 0 ? { from: start, to: at } : { from, to };
      return true;
    }
    const { matches, edge, saves, next, other } = states[state]!;
    if (matches) list.add(state, start, from, to);
    else if (edge === null || isEdge(edge, lower[at - 1], lower[at])) {
      if (other >= 0 && reach(list, at, other, start, from, to)) return true;
      return reach(list, at, next, start, saves === 0 ? at : from, saves === null ? to : at);
    }
    return false;
  };
  for (let at = 0; at <= text.length; at++) {
    // A later start is worth less than any that is under way.
    if (found === null) reach(current, at, states.length - 1, at, -1, -1);
    if (found !== null && current.count === 0) break;
    following.count = 0;
    for (let i = 0; i < current.count && at < text.length; i++) {
      const state = current.states[i]!;
      const { matches, next } = states[state]!;
      if (!matches!(lower[at]!)) continue;
      if (reach(following, at + 1, next, current.start[state]!, current.from[state]!, current.to[state]!))
        break;
    }
    effort.spend(visits + current.count);
    visits = 0;
    [current, following] = [following, current];
  }
  return found && textOf(found, text);
}

function textOf(
  { from, to }: { readonly from: number; readonly to: number },
  text: readonly string[],
): string {
  return text.slice(from, to).join("");
}

function isEdge(edge: Edge, before: string | undefined, after: string | undefined): boolean {
  if (edge === "start") return before === undefined;
  if (edge === "end") return after === undefined;
  return (isWord(before) !== isWord(after)) === (edge === "word");
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /\w/.test(character);
}
