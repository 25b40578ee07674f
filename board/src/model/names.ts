/** Names as they are shown: on one line, and harmless. */

/** Characters that break a line, or turn the reading direction of what follows. */
const UNRULY = /[\p{Cc}\u061c\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A logged name as one line of text that says what stands there: a line break as ␊, a direction override as ⟨202E⟩. */
export function oneLine(name: string): string {
  return name.replace(UNRULY, (character) => {
    const code = character.codePointAt(0)!;
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    return `⟨${code.toString(16).toUpperCase()}⟩`;
  });
}

/** How a tag is called besides, if its name does not end in that anyway. */
export function calledBesides(tag: string, displayName: string): string | null {
  return displayName === "" || `/${tag}`.endsWith(`/${displayName}`) ? null : displayName;
}
