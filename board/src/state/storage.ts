/** What the browser remembers. A browser that refuses (private mode, full, blocked) remembers nothing; the board works. */

export function remember(key: string, value: unknown): void {
  try {
    localStorage.setItem(`lightboard.${key}`, JSON.stringify(value));
  } catch {
    // Nothing depends on it: the selection is in the address as well.
  }
}

export function recall(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(`lightboard.${key}`) ?? "null");
  } catch {
    return null;
  }
}
