/**
 * What people type to narrow a list. Terms stand side by side and must all hold; `a|b` holds if one of the two does,
 * `-a` if a does not.
 *
 *     resnet            a part of the name, whatever its case or width
 *     "two words"       the same, with spaces, or with a character that means something here
 *     /v\d+$/           a regular expression (model/pattern.ts)
 *     lr>0.001          a column; also >= < <= = !=, and : for a part of its text; steps>10k and age<2h know units
 *     last(loss)<0.1    the last, min or max value of a scalar
 *
 * A thing without a value in a column matches no comparison with it. What looks like a comparison, but with a column
 * that does not exist, is a part of the name: runs are named `lr=0.1` too.
 */

import { compilePattern, PatternError } from "./pattern";

/** What a filter can be asked of one thing (a run, a tag). */
export interface Facts {
  readonly name: string;
  /** Null: nothing is known of it there. Undefined: there is no such column. */
  column(name: string): string | number | null | undefined;
}

/** A column that a filter reads, and where it says so. */
export interface ColumnUse {
  readonly name: string;
  /** Only a column can be meant: it is compared by order. */
  readonly ordered: boolean;
  readonly from: number;
  readonly to: number;
}

export interface Filter {
  readonly text: string;
  readonly columns: readonly ColumnUse[];
  /** Everything matches. */
  readonly isEmpty: boolean;
  matches(facts: Facts): boolean;
}

/** What is wrong from character `from` up to `to`. */
export interface FilterError {
  readonly message: string;
  readonly from: number;
  readonly to: number;
}

class ParseError extends Error {
  constructor(
    message: string,
    readonly from: number,
    readonly to: number,
  ) {
    super(message);
  }
}

type Test = (facts: Facts, folded: string) => boolean;
type Operator = ">=" | "<=" | "!=" | "=" | ">" | "<" | ":";

const OPERATOR = /^(?:>=|<=|!=|[=><:])/;
const LONGEST = 2_000;

export const EMPTY_FILTER: Filter = { text: "", columns: [], isEmpty: true, matches: () => true };

export function parseFilter(text: string): { readonly filter: Filter } | { readonly error: FilterError } {
  const read = judged(() => {
    const parser = new Parser(text);
    const tests = parser.parse();
    const matches = (facts: Facts): boolean => {
      const folded = fold(facts.name);
      return tests.every((test) => test(facts, folded));
    };
    return { text, columns: parser.columns, isEmpty: tests.length === 0, matches };
  });
  return "error" in read ? read : { filter: read.found };
}

/** What comes of asking a filter about many things; or what is wrong with it, for a pattern may take too long on them. */
export function judged<Found>(ask: () => Found): { readonly found: Found } | { readonly error: FilterError } {
  try {
    return { found: ask() };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return { error: { message: error.message, from: error.from, to: error.to } };
  }
}

/** The name of a column that holds a scalar's last, min or max, or null. */
export function scalarColumn(
  name: string,
): { readonly of: "last" | "min" | "max"; readonly tag: string } | null {
  const match = /^(last|min|max)\((.*)\)$/s.exec(name);
  return match && { of: match[1] as "last" | "min" | "max", tag: match[2]! };
}

/** Letters and digits as they are compared: without case, full-width as plain, composed. */
export function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

class Parser {
  readonly columns: ColumnUse[] = [];
  private at = 0;

  constructor(private readonly text: string) {}

  parse(): Test[] {
    if (this.text.length > LONGEST)
      throw new ParseError(`expected at most ${LONGEST} characters`, LONGEST, this.text.length);
    const tests: Test[] = [];
    for (this.space(); this.at < this.text.length; this.space()) tests.push(this.term());
    return tests;
  }

  private term(): Test {
    const start = this.at;
    const excluded = this.take("-");
    if (excluded && this.atBreak())
      throw new ParseError("expected what to leave out right after the -", start, start + 1);
    const tests = [this.one()];
    for (this.space(); this.text[this.at] === "|"; this.space()) {
      const bar = this.at++;
      this.space();
      if (this.atBreak()) throw new ParseError("expected another choice after the |", bar, bar + 1);
      tests.push(this.one());
    }
    return (facts, folded) => tests.some((test) => test(facts, folded)) !== excluded;
  }

  private one(): Test {
    const start = this.at;
    if (this.text[start] === "|")
      throw new ParseError("expected a choice on both sides of the |", start, start + 1);
    if (this.text[start] === "/") return this.pattern();
    const key = this.key();
    const operator = OPERATOR.exec(this.text.slice(this.at))?.[0] as Operator | undefined;
    if (operator !== undefined && this.at > start) {
      const end = this.at;
      this.at += operator.length;
      return this.comparison(key, operator, start, end);
    }
    const wanted = fold(key + this.word());
    return (_, folded) => folded.includes(wanted);
  }

  private pattern(): Test {
    const start = this.at;
    // Ends at a slash with nothing behind it, so that the slashes of a path can stand in it.
    const source = /^\/((?:\\[^]|[^\\])*?)\/(?=\s|\||$)/.exec(this.text.slice(start))?.[1];
    if (source === undefined)
      throw new ParseError(
        'expected a / that closes the regular expression; a slash to look for stands in quotes: "/"',
        start,
        this.text.length,
      );
    this.at += source.length + 2;
    if (source === "")
      throw new ParseError("expected a regular expression between the slashes", start, this.at);
    const placed = <Found>(ask: () => Found): Found => {
      try {
        return ask();
      } catch (error) {
        if (!(error instanceof PatternError)) throw error;
        const from = start + 1;
        throw new ParseError(
          `in the regular expression: ${error.message}`,
          from + error.from,
          from + error.to,
        );
      }
    };
    const pattern = placed(() => compilePattern(source.normalize("NFC")));
    return ({ name }) => placed(() => pattern.test(name.normalize("NFC")));
  }

  private comparison(key: string, operator: Operator, start: number, end: number): Test {
    const at = this.at;
    const quoted = this.text[at] === '"';
    const value = quoted ? this.quoted() : this.word();
    const number = quoted ? null : numberIn(value);
    const ordered = operator.startsWith(">") || operator.startsWith("<");
    if (ordered && number === null)
      throw new ParseError(
        `expected a number after ${this.text.slice(start, at)}${value && `, found ${value}`}`,
        value ? at : start,
        this.at,
      );
    this.columns.push({ name: key, ordered, from: start, to: end });
    const asName = fold(key + operator + value);
    const holds = comparing(operator, fold(value), number);
    return (facts, folded) => {
      const found = facts.column(key);
      if (found === undefined) return folded.includes(asName);
      return found !== null && holds(found);
    };
  }

  /** A quoted text, `last(any tag)`, or what stands up to an operator or the word's end. */
  private key(): string {
    if (this.text[this.at] === '"') return this.quoted();
    const scalar = /^(last|min|max)\(/.exec(this.text.slice(this.at));
    if (scalar) {
      const end = this.closing(this.at + scalar[0].length - 1);
      if (end !== null) {
        const tag = this.text.slice(this.at + scalar[0].length, end);
        this.at = end + 1;
        return `${scalar[1]!}(${tag})`;
      }
    }
    const name = /^[^\s|<>=:!]*(?:!(?!=)[^\s|<>=:!]*)*/.exec(this.text.slice(this.at))![0];
    this.at += name.length;
    return name;
  }

  /** Where the parenthesis at `open` is closed; null if nowhere. */
  private closing(open: number): number | null {
    let depth = 0;
    for (let at = open; at < this.text.length; at++) {
      if (this.text[at] === "(") depth++;
      else if (this.text[at] === ")" && --depth === 0) return at;
    }
    return null;
  }

  private quoted(): string {
    const start = this.at;
    const match = /^"((?:\\[^]|[^"\\])*)"/.exec(this.text.slice(start));
    if (!match) throw new ParseError('expected a closing "', start, this.text.length);
    this.at += match[0].length;
    return match[1]!.replace(/\\([^])/g, "$1");
  }

  private word(): string {
    const word = /^[^\s|]*/.exec(this.text.slice(this.at))![0];
    this.at += word.length;
    return word;
  }

  private space(): void {
    while (/^\s/.test(this.text.slice(this.at, this.at + 1))) this.at++;
  }

  private atBreak(): boolean {
    return this.at >= this.text.length || /[\s|]/.test(this.text[this.at]!);
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }
}

function comparing(
  operator: Operator,
  text: string,
  number: number | null,
): (found: string | number) => boolean {
  // An equals sign without anything yet: whatever has a value.
  if (text === "") return () => true;
  const equal = (found: string | number): boolean =>
    typeof found === "number" ? number !== null && sameNumber(found, number) : fold(found) === text;
  switch (operator) {
    case "=":
      return equal;
    case "!=":
      return (found) => !equal(found);
    case ":":
      return (found) => equal(found) || fold(String(found)).includes(text);
  }
  return (found) => {
    const value = typeof found === "number" ? found : numberIn(found);
    if (value === null) return false;
    if (sameNumber(value, number!)) return operator.endsWith("=");
    return operator.startsWith(">") ? value > number! : value < number!;
  };
}

/** Equal, also if the value was logged with half the digits: 0.1 as float32 is 0.10000000149. */
function sameNumber(found: number, wanted: number): boolean {
  return Object.is(found, wanted) || found === wanted || found === Math.fround(wanted);
}

const UNITS: Record<string, number> = { "": 1, k: 1e3, M: 1e6, s: 1, min: 60, h: 3600, d: 86_400 };

/** 0.001, 1e-3, 10k, 2h, nan, -inf; null if it is no number. */
function numberIn(text: string): number | null {
  const special = /^([+-]?)(nan|inf(?:inity)?)$/i.exec(text);
  if (special) return special[2]!.toLowerCase() === "nan" ? NaN : special[1] === "-" ? -Infinity : Infinity;
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(k|M|s|min|h|d|)$/i.exec(text);
  const unit = match && (UNITS[match[2]!] ?? UNITS[match[2]!.toLowerCase()]);
  return unit ? Number(match[1]) * unit : null;
}
