/**
 * Regular expressions that take time in proportion to the text, whatever they say: all ways through one are followed at
 * once (Thompson 1968). A filter stands in addresses that people send each other, and with the browser's own engine one
 * like `(a+)+$` could stop the page. The price: no look-around and no back-references. Case does not matter.
 */

import { type Edge, Finder, type Matches, type State, Walk } from "./automaton";

/** What a regular expression is asked. */
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
/** What is found is noted along every way that is under way, but that is quick. */
const FIND_VISITS = 64;

const LINE_ENDS = ["\n", "\r", "\u2028", "\u2029"];

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
    return walk.matches(text);
  });
  const finder = new Finder(states, finding);
  const found = remembered((text) => {
    finding.grant(FIND_VISITS * text.length);
    return finder.find(text);
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
