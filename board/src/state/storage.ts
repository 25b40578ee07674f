/** What the browser remembers. A browser that refuses (private mode, full, blocked) remembers nothing; the board works. */

import type { LogDirectory } from "../wire/types";

/** The key of what is remembered for these log directories. */
export function placeOf(what: string, logdirs: readonly LogDirectory[]): string {
  return `${what}.${JSON.stringify(logdirs.map(({ name, path }) => [name, path]))}`;
}

/** Keep a value under a key; null forgets it. */
export function remember(key: string, value: unknown): void {
  try {
    if (value === null) localStorage.removeItem(`lightboard.${key}`);
    else localStorage.setItem(`lightboard.${key}`, JSON.stringify(value));
  } catch {
    // Nothing depends on it: what a person set up is in the address as well.
  }
}

export function recall(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(`lightboard.${key}`) ?? "null");
  } catch {
    return null;
  }
}
