/**
 * The colours of runs: hues at one perceived lightness for each theme, given out by the run's id.
 *
 * A run takes the hue that its id asks for, or, if an older run has it, the next free one. Older runs choose first,
 * so a colour survives a reload and the arrival of newer runs.
 */

export type Theme = "light" | "dark";

/** What decides a run's colour. */
export interface Coloured {
  readonly id: string;
  readonly first_wall_time: number | null;
}

const HUES = 12;
const TIERS = 2;
export const SLOTS = HUES * TIERS;

/** Lightness (OKLCH) of the two tiers, on white and on the dark ground: each has a contrast of 3:1 or more. */
const LIGHTNESS: Record<Theme, readonly [number, number]> = { light: [0.6, 0.44], dark: [0.75, 0.6] };
const CHROMA = 0.16;
const FIRST_HUE = 22;

const palettes: Record<Theme, readonly string[]> = { light: palette("light"), dark: palette("dark") };

/** The `#rrggbb` of a slot. */
export function slotColour(slot: number, theme: Theme): string {
  return palettes[theme][slot]!;
}

/** A slot for every run. Slots repeat only when there are more runs than slots, and then evenly. */
export function colourSlots(runs: readonly Coloured[]): Map<string, number> {
  const age = (run: Coloured): number => run.first_wall_time ?? Infinity;
  const oldestFirst = [...runs].sort((a, b) =>
    age(a) === age(b) ? (a.id < b.id ? -1 : 1) : age(a) - age(b),
  );
  const slots = new Map<string, number>();
  const uses = new Array<number>(SLOTS).fill(0);
  oldestFirst.forEach((run, i) => {
    const rounds = Math.floor(i / SLOTS);
    let slot = hash(run.id) % SLOTS;
    // The first tier is used up before the second, which is harder to tell from it than hue from hue.
    if (i % SLOTS < HUES) slot %= HUES;
    // 5 is prime to 12 and 24: every slot is reached, and neighbours in the probe are far apart in hue.
    while (uses[slot]! > rounds || (i % SLOTS < HUES && slot >= HUES)) slot = (slot + 5) % SLOTS;
    uses[slot]!++;
    slots.set(run.id, slot);
  });
  return slots;
}

/** The earlier slots where nothing changed, so that nothing that depends on them is done again. */
export function unlessSame(earlier: Map<string, number>, slots: Map<string, number>): Map<string, number> {
  if (earlier.size !== slots.size) return slots;
  for (const [run, slot] of slots) if (earlier.get(run) !== slot) return slots;
  return earlier;
}

function palette(theme: Theme): string[] {
  return Array.from({ length: SLOTS }, (_, slot) => {
    const hue = FIRST_HUE + ((slot % HUES) + (slot >= HUES ? 0.5 : 0)) * (360 / HUES);
    return oklch(LIGHTNESS[theme][slot >= HUES ? 1 : 0], CHROMA, hue);
  });
}

/** FNV-1a over the id's characters, 32 bits. */
function hash(id: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) value = Math.imul(value ^ id.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

/** OKLCH to `#rrggbb`; chroma is lowered until the colour exists in sRGB. */
function oklch(lightness: number, chroma: number, hue: number): string {
  for (let c = chroma; ; c -= 0.005) {
    const rgb = oklabToRgb(
      lightness,
      c * Math.cos((hue * Math.PI) / 180),
      c * Math.sin((hue * Math.PI) / 180),
    );
    if (c <= 0 || rgb.every((channel) => channel >= 0 && channel <= 1)) {
      return `#${rgb.map((channel) => hex(gamma(Math.min(1, Math.max(0, channel))))).join("")}`;
    }
  }
}

/** Oklab to linear sRGB (Ottosson 2020). */
function oklabToRgb(lightness: number, a: number, b: number): [number, number, number] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function gamma(linear: number): number {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
}

function hex(channel: number): string {
  return Math.round(channel * 255)
    .toString(16)
    .padStart(2, "0");
}
