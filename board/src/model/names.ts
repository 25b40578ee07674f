/** Names as they are shown: harmless, and fitted into narrow columns. */

export interface SplitName {
  /** What a neighbour's name starts with too: may be cut short. */
  readonly shared: string;
  /** What tells this name from its neighbours': stays visible. */
  readonly own: string;
}

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

/** Split a name of a sorted list where it starts to differ from both of its neighbours, at a word's edge. */
export function splitName(name: string, before: string | undefined, after: string | undefined): SplitName {
  const start = Math.max(sharedStart(name, before), sharedStart(name, after));
  const edge = wordEdge(name, Math.min(start, name.length - 1));
  return { shared: name.slice(0, edge), own: name.slice(edge) };
}

/** Of a name that may have to be cut: what goes first, and the end that stays, from a word's edge on if one is near. */
export function cutBeforeEnd(name: string): { readonly start: string; readonly end: string } {
  const from = Math.max(0, name.length - LONGEST_END);
  const edge = name.slice(from).search(/[/\\_\-,=.\s](?=.)/);
  let at = edge >= 0 ? from + edge : Math.max(0, name.length - USUAL_END);
  if (isLowSurrogate(name, at)) at++;
  return { start: name.slice(0, at), end: name.slice(at) };
}

const LONGEST_END = 18;
const USUAL_END = 10;

function isLowSurrogate(name: string, at: number): boolean {
  const unit = name.charCodeAt(at);
  return at > 0 && unit >= 0xdc00 && unit < 0xe000;
}

function sharedStart(name: string, other: string | undefined): number {
  let length = 0;
  while (length < name.length && name[length] === other?.[length]) length++;
  return length;
}

/** The last place at or before `at` that follows a separator, else 0. */
function wordEdge(name: string, at: number): number {
  let edge = at;
  while (edge > 0 && !/[/\\_\-,=\s]/.test(name[edge - 1]!)) edge--;
  return edge;
}
