/**
 * A view in the part of an address after `#`: `#panel=(sort:age)&runs=off.k3v9q`, one `name=value` for each part that is
 * not as it is by default, values as in notation.ts. There is no version: what cannot be read is left out and named.
 */

import { type Json, read, write } from "./notation";

/** The longest address that is written, page and all: mail, chat and old servers cut longer ones. */
export const LONGEST = 2_000;

/** Names the parts for which there was no room. */
const LEFT_OUT = "more";

export interface AddressedView {
  readonly parts: ReadonlyMap<string, Json>;
  /** Names of parts that cannot be read. */
  readonly unread: readonly string[];
  /** Names of parts that the view had, but that the address had no room for. */
  readonly leftOut: readonly string[];
}

/**
 * The view as a fragment, at most `room` characters long, `#` included; empty if all is as it is by default. Where there is
 * not room for all, the first parts have it, and what is left out is named. Short ones stand first, to be read.
 */
export function toFragment(parts: ReadonlyMap<string, Json>, room: number): string {
  const texts = [...parts].map(([name, value]) => ({ name, text: `${name}=${write(value)}` }));
  const kept: string[] = [];
  const leftOut: string[] = [];
  let left = room - 1;
  for (const [i, { name, text }] of texts.entries()) {
    // Room for the names of what is still to come, should all of that be left out.
    const later = texts.slice(i + 1).map((part) => part.name);
    const names = [...leftOut, ...later].join(".");
    const reserved = names === "" ? 0 : `${LEFT_OUT}=${names}&`.length;
    if (text.length + 1 + reserved <= left) {
      kept.push(text);
      left -= text.length + 1;
    } else leftOut.push(name);
  }
  kept.sort((a, b) => a.length - b.length);
  if (leftOut.length > 0) kept.unshift(`${LEFT_OUT}=${leftOut.join(".")}`);
  return kept.length === 0 ? "" : `#${kept.join("&")}`;
}

/** What an address holds; one that was not written by the board, such as `#charts`, holds nothing and is no mistake. */
export function fromFragment(fragment: string): AddressedView {
  const parts = new Map<string, Json>();
  const unread: string[] = [];
  let leftOut: string[] = [];
  for (const text of fragment.replace(/^#/, "").split("&")) {
    const [, name, written] = /^([A-Za-z]{1,20})=(.*)$/s.exec(text) ?? [];
    if (name === undefined || written === undefined) {
      if (text.includes("=") || fragment.includes("&")) unread.push(text.slice(0, 20));
      continue;
    }
    const found = read(written);
    if (found === null) unread.push(name);
    else if (name !== LEFT_OUT) parts.set(name, found.value);
    else if (typeof found.value === "string") leftOut = found.value.split(".");
  }
  return { parts, unread, leftOut };
}
