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
/** `{n,m}` is written out, so it has to end somewhere. */
const MOST_PARTS = 4_000;

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

/** A way through the text so far: where it stands, and where it and the first pair of brackets began and ended. */
interface Thread {
  readonly state: number;
  readonly start: number;
  readonly from: number;
  readonly to: number;
}

/** Throws PatternError. */
export function compilePattern(source: string): Pattern {
  if (source.length > LONGEST)
    throw new PatternError(
      `expected at most ${LONGEST} characters, found ${source.length}`,
      0,
      source.length,
    );
  const states = statesOf(new Parser(source).parse(), source.length);
  return {
    test: (text) => run(states, [...text.toLowerCase()]),
    find: (text) => find(states, [...text]),
  };
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
        return { kind: "one", matches: (one) => !/[\n\r\u2028\u2029]/.test(one) };
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

function remembered(matches: Matches): Matches {
  const known = new Map<string, boolean>();
  return (character) => {
    let found = known.get(character);
    if (found === undefined) known.set(character, (found = matches(character)));
    return found;
  };
}

/** The machine: it begins in its last state, and has matched in state 0. */
function statesOf(node: Node, length: number): State[] {
  const states: State[] = [{ matches: null, edge: null, saves: null, next: -1, other: -1 }];
  const add = (next: number, what: Partial<State>): number =>
    states.push({ matches: null, edge: null, saves: null, other: -1, ...what, next }) - 1;
  /** First `part`, or first what follows it. */
  const fork = (part: number, then: number, lazy: boolean): number =>
    lazy ? add(part, { other: then }) : add(then, { other: part });
  let parts = 0;
  /** Where to begin in order to match `part` and then go on to `next`. */
  const before = (part: Node, next: number): number => {
    // Of parts, since one that matches nothing needs no state and can be repeated as well.
    if (parts++ >= MOST_PARTS) throw new PatternError("it repeats too much", 0, length);
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
  return states;
}

function run(states: readonly State[], text: readonly string[]): boolean {
  const reachedAt = new Int32Array(states.length).fill(-1);
  let current: number[] = [];
  const stack: number[] = [];
  /** Follow all that needs no character; whether the end is reached. */
  const reach = (state: number, at: number, list: number[]): boolean => {
    stack.push(state);
    while (stack.length > 0) {
      const next = stack.pop()!;
      if (next === 0) return true;
      if (reachedAt[next] === at) continue;
      reachedAt[next] = at;
      const { matches, edge, next: then, other } = states[next]!;
      if (matches) list.push(next);
      else if (edge === null || atEdge(edge, text, at)) {
        stack.push(then);
        if (other >= 0) stack.push(other);
      }
    }
    return false;
  };
  for (let at = 0; ; at++) {
    if (reach(states.length - 1, at, current)) return true;
    if (at === text.length) return false;
    const following: number[] = [];
    for (const state of current) {
      const { matches, next } = states[state]!;
      if (matches!(text[at]!) && reach(next, at + 1, following)) return true;
    }
    current = following;
  }
}

/** As `run`, but of the ways through in the order in which they are preferred, each with what it saved (Pike). */
function find(states: readonly State[], text: readonly string[]): string | null {
  const lower = text.map((character) => character.toLowerCase());
  const reachedAt = new Int32Array(states.length).fill(-1);
  let current: Thread[] = [];
  let found: Thread | null = null;
  /** Follow all that needs no character; whether the end is reached, after which no other way is better. */
  const reach = (thread: Thread, at: number, list: Thread[]): boolean => {
    const stack = [thread];
    while (stack.length > 0) {
      const here = stack.pop()!;
      if (reachedAt[here.state] === at) continue;
      reachedAt[here.state] = at;
      if (here.state === 0) {
        found = here.from < 0 ? { ...here, from: here.start, to: at } : here;
        return true;
      }
      const { matches, edge, saves, next, other } = states[here.state]!;
      if (matches) list.push(here);
      else if (edge === null || atEdge(edge, lower, at)) {
        const saved = saves === 0 ? { from: at, to: at } : saves === 1 ? { to: at } : {};
        stack.push({ ...here, ...saved, state: next });
        if (other >= 0) stack.push({ ...here, state: other });
      }
    }
    return false;
  };
  for (let at = 0; at <= text.length; at++) {
    const following: Thread[] = [];
    const start = { state: states.length - 1, start: at, from: -1, to: -1 };
    // A later start is worth less than any that is under way.
    if (found === null && reach(start, at, current) && current.length === 0) break;
    for (const thread of at < text.length ? current : []) {
      const { matches, next } = states[thread.state]!;
      if (matches!(lower[at]!) && reach({ ...thread, state: next }, at + 1, following)) break;
    }
    current = following;
    if (found !== null && current.length === 0) break;
  }
  return found && textOf(found, text);
}

function textOf({ from, to }: Thread, text: readonly string[]): string {
  return text.slice(from, to).join("");
}

function atEdge(edge: Edge, text: readonly string[], at: number): boolean {
  if (edge === "start") return at === 0;
  if (edge === "end") return at === text.length;
  const word = (character: string | undefined): boolean => character !== undefined && /\w/.test(character);
  return (word(text[at - 1]) !== word(text[at])) === (edge === "word");
}
