/**
 * The colours of runs: twelve for each theme, then the same with other dashes, given out by the run's id.
 *
 * The colours are as far apart as twelve can be for people with normal vision and with each of the three common
 * deficiencies at once, found by search; the test states how far, and measures. A run takes the colour that its id asks for
 * or, if an older run has it, the next free one, and keeps it, whichever runs come, go or begin. Older runs choose first,
 * so that runs which are met together have the same colours in every browser. Neighbours in the order of all runs
 * (order.ts) get different colours; where runs of one colour meet in a list that is filtered or sorted by something else, the
 * dash gives way, since a colour stays with its run.
 */

export type Theme = "light" | "dark";

/** What decides a run's colour. */
export interface Coloured {
  readonly id: string;
  readonly first_wall_time: number | null;
}

const PALETTES: Record<Theme, readonly string[]> = {
  light: [
    ..."#1e96ff #d20f3c #00875a #780f78 #969600 #3c00d2".split(" "),
    ..."#d27887 #4b5a00 #695ad2 #870f3c #a578b4 #c33c87".split(" "),
  ],
  dark: [
    ..."#4b5aff #f00f69 #0f785a #00f0c3 #d2e100 #9696ff".split(" "),
    ..."#ff9687 #78a500 #1eb4b4 #78691e #ffc3ff #a54b96".split(" "),
  ],
};

/** What charts are drawn on: `--surface` in page.css. */
export const GROUND: Record<Theme, string> = { light: "#ffffff", dark: "#171b21" };
/** WCAG 2.2 for what has to be seen and is no text. */
export const LEAST_CONTRAST = 3;

export const COLOURS = 12;
/** Dash patterns: 0 is a solid line. */
export const DASHES = 4;
/** Pairs of colour and dash, all colours of a dash before the next dash. */
export const SLOTS = COLOURS * DASHES;
/** Runs that a browser remembers, under 1 MB; of more, those that are gone are forgotten, the first that were met first. */
export const MOST_KEPT = 50_000;

/** The `#rrggbb` of a slot. */
export function slotColour(slot: number, theme: Theme): string {
  return PALETTES[theme][slot % COLOURS]!;
}

export function slotDash(slot: number): number {
  return Math.floor(slot / COLOURS);
}

/**
 * A slot for each of the runs, which are in their order: the one that is kept for it, else one that it chooses. Colours are
 * used up before dashes, and slots repeat only when there are more runs than slots, and then evenly.
 */
export function colourSlots(
  runs: readonly Coloured[],
  kept: ReadonlyMap<string, number> = new Map(),
): Map<string, number> {
  const slots = runs.map(({ id }) => kept.get(id) ?? -1);
  const begun = (place: number): number => runs[place]!.first_wall_time ?? Infinity;
  const choosing = slots.flatMap((slot, place) => (slot < 0 ? [place] : []));
  choosing.sort((a, b) =>
    begun(a) === begun(b) ? (runs[a]!.id < runs[b]!.id ? -1 : 1) : begun(a) - begun(b),
  );
  const neighbours = neighboursAtBirth(choosing, runs.length);
  const uses = new Array<number>(SLOTS).fill(0);
  for (const slot of slots) if (slot >= 0) uses[slot]!++;
  choosing.forEach((place, turn) => {
    const taken = neighbours[turn]!.map((neighbour) => slots[neighbour]! % COLOURS);
    const slot = freeSlot(hash(runs[place]!.id) % COLOURS, uses, taken);
    uses[slot]!++;
    slots[place] = slot;
  });
  return new Map(runs.map(({ id }, place) => [id, slots[place]!]));
}

/** The least used slot of another colour than those that are taken, from the wanted colour on. */
function freeSlot(wanted: number, uses: readonly number[], taken: readonly number[]): number {
  let best = -1;
  for (let dash = 0; dash < DASHES; dash++) {
    for (let step = 0; step < COLOURS; step++) {
      // 5 is prime to 12: every colour is reached.
      const colour = (wanted + 5 * step) % COLOURS;
      const slot = dash * COLOURS + colour;
      if (!taken.includes(colour) && (best < 0 || uses[slot]! < uses[best]!)) best = slot;
    }
  }
  return best;
}

/**
 * For each place that chooses, in its turn, the places beside it when only those were there that have chosen: so what comes
 * later changes nothing.
 */
function neighboursAtBirth(choosing: readonly number[], count: number): number[][] {
  const before = Array.from({ length: count }, (_, place) => place - 1);
  const after = Array.from({ length: count }, (_, place) => place + 1);
  const found = choosing.toReversed().map((place) => {
    const [left, right] = [before[place]!, after[place]!];
    if (left >= 0) after[left] = right;
    if (right < count) before[right] = left;
    return [left, right].filter((neighbour) => neighbour >= 0 && neighbour < count);
  });
  return found.reverse();
}

/**
 * The dashes that runs have in a list, where these are others than those of their slots: a run that would look like the one
 * before it takes the next dash.
 *
 * @param slotOf null for a run that is coloured by something else
 */
export function dashesApart(
  order: readonly string[],
  slotOf: (run: string) => number | null,
): Map<string, number> {
  const dashes = new Map<string, number>();
  let before: number | null = null;
  for (const run of order) {
    let slot = slotOf(run);
    if (slot !== null && slot === before) {
      slot = (slot + COLOURS) % SLOTS;
      dashes.set(run, slotDash(slot));
    }
    before = slot;
  }
  return dashes;
}

/**
 * Keep the slots of the runs that are here beside those of all that were met. So a run's colour never depends on what else
 * was there when the board was opened.
 *
 * @returns whether anything is new
 */
export function keepSlots(kept: Map<string, number>, here: ReadonlyMap<string, number>): boolean {
  const before = kept.size;
  for (const [run, slot] of here) kept.set(run, slot);
  const isNew = kept.size > before;
  for (const run of kept.size > MOST_KEPT ? kept.keys() : []) {
    if (kept.size <= MOST_KEPT) break;
    if (!here.has(run)) kept.delete(run);
  }
  return isNew;
}

/** One line for each run, its slot as a character and its id: quick to make and to store for 10,000 runs. */
export function writeSlots(kept: ReadonlyMap<string, number>): string {
  const lines: string[] = [];
  for (const [run, slot] of kept) lines.push(String.fromCharCode(FIRST_SLOT + slot) + run);
  return lines.join("\n");
}

/** What `writeSlots` wrote, of whatever anyone may have written. */
export function readSlots(saved: unknown): Map<string, number> {
  const slots = new Map<string, number>();
  for (const line of typeof saved === "string" ? saved.split("\n") : []) {
    const slot = line.charCodeAt(0) - FIRST_SLOT;
    if (slot >= 0 && slot < SLOTS) slots.set(line.slice(1), slot);
  }
  return slots;
}

const FIRST_SLOT = "0".charCodeAt(0);

/** The earlier slots where nothing changed, so that nothing that depends on them is done again. */
export function unlessSameSlots(
  earlier: Map<string, number>,
  slots: Map<string, number>,
): Map<string, number> {
  if (earlier.size !== slots.size) return slots;
  for (const [run, slot] of slots) if (earlier.get(run) !== slot) return slots;
  return earlier;
}

export function isColour(colour: unknown): colour is string {
  return typeof colour === "string" && /^#[0-9a-f]{6}$/.test(colour);
}

/** A person's own colour, as near as it can be seen on the theme's ground: darker on light, lighter on dark. */
export function visible(colour: string, theme: Theme): string {
  const towards = theme === "light" ? 0 : 255;
  const wanted = channels(colour);
  for (let step = 0; ; step++) {
    const mixed = wanted.map((channel) => Math.round(channel + ((towards - channel) * step) / 20));
    const shown = `#${mixed.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
    if (step === 20 || contrast(shown, GROUND[theme]) >= LEAST_CONTRAST) return shown;
  }
}

/** Contrast as WCAG 2.2 defines it, 1 to 21. */
export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

function luminance(colour: string): number {
  const [r, g, b] = channels(colour).map((channel) => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

/** FNV-1a over the id's characters, 32 bits. */
function hash(id: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) value = Math.imul(value ^ id.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
