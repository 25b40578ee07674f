import { expect, test } from "vitest";
import {
  type Coloured,
  colourSlots,
  SLOTS,
  slotColour,
  type Theme,
  unlessSame,
} from "../../src/model/colour";

const GROUND: Record<Theme, string> = { light: "#ffffff", dark: "#171b21" };
const THEMES: Theme[] = ["light", "dark"];

const runs = (count: number): Coloured[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `run${(i * 7919).toString(32)}`,
    first_wall_time: 1000 + i,
  }));

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255);
}

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(colour: string): number {
  const [r, g, b] = channels(colour).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [dark, bright] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (bright! + 0.05) / (dark! + 0.05);
}

function distance(a: string, b: string): number {
  const [x, y] = [channels(a), channels(b)];
  return Math.hypot(...x.map((value, i) => value - y[i]!));
}

test.each(THEMES)("every colour can be seen on the %s ground", (theme) => {
  for (let slot = 0; slot < SLOTS; slot++) {
    expect(contrast(slotColour(slot, theme), GROUND[theme]), `slot ${slot}`).toBeGreaterThanOrEqual(3);
  }
});

test.each(THEMES)("no two colours are alike on the %s ground", (theme) => {
  for (let a = 0; a < SLOTS; a++) {
    for (let b = 0; b < a; b++)
      expect(distance(slotColour(a, theme), slotColour(b, theme))).toBeGreaterThan(0.08);
  }
});

test("as many runs as there are colours have each their own, and more share evenly", () => {
  expect(new Set(colourSlots(runs(SLOTS)).values()).size).toBe(SLOTS);
  const uses = new Array<number>(SLOTS).fill(0);
  for (const slot of colourSlots(runs(SLOTS * 40)).values()) uses[slot]!++;
  expect(new Set(uses)).toEqual(new Set([40]));
});

test("a run keeps its colour when newer ones arrive, in whatever order they are listed", () => {
  const all = runs(100);
  const early = colourSlots(all.slice(0, 40));
  const late = colourSlots([...all].reverse());
  for (const [run, slot] of early) expect(late.get(run)).toBe(slot);
});

test("colours that did not change are told from those that did", () => {
  const slots = colourSlots(runs(3));
  expect(unlessSame(slots, colourSlots(runs(3)))).toBe(slots);
  expect(unlessSame(slots, colourSlots(runs(4)))).not.toBe(slots);
  expect(unlessSame(slots, new Map([...slots.keys()].map((run) => [run, 0])))).not.toBe(slots);
});
