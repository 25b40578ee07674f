/**
 * JSON values as a part of an address that people can read: Rison, the notation that Kibana's addresses have.
 *
 * `(sort:name,widths:!(80,120),flat:!t,filter:'lr, wd')` is an object with a string, a list, `true` and a string that
 * needs quotes; `!f` is false and `!n` null, and `!` escapes `'` and itself within quotes. Brackets and quotes that are
 * open at the end are closed there: programs that find links in text leave such characters out.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Deeper than anything the board writes; what is read comes from outside. */
const DEEPEST = 16;

/** What stands in a fragment as it is: the rest is escaped by percent signs, as UTF-8. */
const ESCAPED = /[^A-Za-z0-9\-_.~!*'(),:@/$;]/gu;
const BARE = /^[^\s!'(),:\-0-9][^\s!'(),:]*$/u;
const NUMBER = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?(e[+-]?[0-9]+)?$/;

export function write(value: Json): string {
  return written(value).replace(ESCAPED, escapeCharacter);
}

/** The value, or null if there is none that can be read, which is told from a null that was written. */
export function read(text: string): { readonly value: Json } | null {
  let plain: string;
  try {
    plain = decodeURIComponent(text);
  } catch {
    return null; // a percent sign with something else behind it
  }
  return new Reader(plain).whole();
}

function written(value: Json): string {
  if (value === null) return "!n";
  if (typeof value === "boolean") return value ? "!t" : "!f";
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "!n";
  if (typeof value === "string") return writtenText(value);
  if (isList(value)) return `!(${value.map(written).join(",")})`;
  const members = Object.entries(value).map(([name, member]) => `${writtenText(name)}:${written(member)}`);
  return `(${members.join(",")})`;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function writtenText(text: string): string {
  return BARE.test(text) ? text : `'${text.replace(/[!']/g, "!$&")}'`;
}

function escapeCharacter(character: string): string {
  // Half of a surrogate pair has no UTF-8.
  return /[\ud800-\udfff]/.test(character) && character.length === 1
    ? "%EF%BF%BD"
    : encodeURIComponent(character);
}

class Unreadable extends Error {}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  whole(): { readonly value: Json } | null {
    try {
      const value = this.value(0);
      return this.at < this.text.length ? null : { value };
    } catch (error) {
      if (error instanceof Unreadable) return null;
      throw error;
    }
  }

  private value(depth: number): Json {
    if (depth > DEEPEST) throw new Unreadable();
    if (this.takes("'")) return this.quoted();
    if (this.takes("(")) return Object.fromEntries(this.items(() => this.member(depth)));
    if (this.takes("!")) {
      if (this.takes("(")) return this.items(() => this.value(depth + 1));
      if (this.takes("t")) return true;
      if (this.takes("f")) return false;
      if (this.takes("n")) return null;
      throw new Unreadable();
    }
    return this.bare();
  }

  private member(depth: number): [string, Json] {
    const name = this.takes("'") ? this.quoted() : this.bare();
    if (typeof name !== "string" || !this.takes(":")) throw new Unreadable();
    return [name, this.value(depth + 1)];
  }

  private items<Item>(item: () => Item): Item[] {
    const items: Item[] = [];
    if (this.takes(")") || this.at === this.text.length) return items;
    do items.push(item());
    while (this.takes(","));
    if (!this.takes(")") && this.at < this.text.length) throw new Unreadable();
    return items;
  }

  private quoted(): string {
    let value = "";
    while (this.at < this.text.length && !this.takes("'")) {
      if (this.takes("!") && !/[!']/.test(this.text[this.at] ?? "")) throw new Unreadable();
      value += this.text[this.at++]!;
    }
    return value;
  }

  private bare(): string | number {
    const from = this.at;
    while (this.at < this.text.length && !/[\s!'(),:]/.test(this.text[this.at]!)) this.at++;
    const token = this.text.slice(from, this.at);
    if (BARE.test(token)) return token;
    if (NUMBER.test(token)) return Number(token);
    throw new Unreadable();
  }

  private takes(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }
}
