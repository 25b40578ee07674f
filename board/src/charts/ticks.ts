/** Where the ticks of an axis lie: round values of a linear, logarithmic, wall-time or duration axis. */

import type { Scale } from "./scale";

/** What the numbers of an axis are. `time` is seconds since 1970, `duration` seconds since a start. */
export type Quantity = "number" | "time" | "duration";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Steps of clock time above a second; below it, and above the last, decimal steps are used. */
const CLOCK_STEPS = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100].map((n) => n * DAY),
];

/** Ascending tick values inside the scale's domain, about `count` of them and never more than 4 × `count`. */
export function ticks(scale: Scale, count: number, quantity: Quantity = "number"): number[] {
  if (quantity === "time") return timeTicks(scale.min, scale.max, count);
  if (scale.kind !== "linear") return decadeTicks(scale, count, quantity);
  return evenTicks(scale.min, scale.max, count, quantity);
}

function evenTicks(min: number, max: number, count: number, quantity: Quantity): number[] {
  if (quantity === "duration") return multiples(min, max, clockStep((max - min) / count));
  return linearTicks(min, max, count);
}

/** Multiples of 1, 2 or 5 × 10ᵏ. */
export function linearTicks(min: number, max: number, count: number): number[] {
  return multiples(min, max, roundStep(max / count - min / count));
}

/** The smallest of 1, 2, 5 × 10ᵏ that is at least `width`, give or take a quarter. */
export function roundStep(width: number): number {
  const exponent = Math.floor(Math.log10(width));
  const power = Number(`1e${exponent}`);
  if (!(power > 0)) return Number.MIN_VALUE; // the domain is only a few denormals wide
  const factor = width / power;
  // Written as decimals: 5 * 1e-7 is not 5e-7.
  const digit = factor <= 1.25 ? "1" : factor <= 2.5 ? "2" : factor <= 6.25 ? "5" : "10";
  return Number(`${digit}e${exponent}`);
}

function multiples(min: number, max: number, step: number): number[] {
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  const slack = step * 1e-6;
  const values: number[] = [];
  // Counting from zero keeps a step that is below the resolution of `first` from looping for ever.
  for (let i = 0; i <= last - first && i < 1000; i++) {
    const value = multiple(first + i, step);
    // Where the step is below the resolution of floats, products repeat or fall outside.
    const within = value >= min - slack && value <= max + slack;
    if (within && value !== values.at(-1)) values.push(value);
  }
  return values;
}

/** `n` × `step` as the float nearest to the decimal product, so that 3 × 0.1 is 0.3. */
function multiple(n: number, step: number): number {
  const product = n * step;
  if (step >= 1 || n === 0) return product + 0;
  const digits = Math.floor(Math.log10(Math.abs(product))) - Math.floor(Math.log10(step)) + 1;
  return Number(product.toPrecision(Math.min(17, Math.max(1, digits + 1))));
}

function clockStep(width: number): number {
  if (width < 1) return roundStep(width);
  return CLOCK_STEPS.find((step) => step >= width / 1.25) ?? roundStep(width / DAY) * DAY;
}

/** Decades on either side of zero and, where there is room, twice and five times each; below one, even ticks. */
function decadeTicks({ min, max, kind }: Scale, count: number, quantity: Quantity): number[] {
  const symlog = typeof kind === "object";
  // Up to its threshold, a symlog axis has one tick, zero; from there on its decades are counted.
  const least = symlog ? kind.symlog : Number.MIN_VALUE;
  const origin = symlog ? Math.ceil(Math.log10(least) - 1e-9) : 0;
  const sides = [
    { sign: -1, from: Math.max(-max, least), to: -min },
    { sign: 1, from: Math.max(min, least), to: max },
  ].filter(({ from, to }) => from <= to);
  const decades = sides.reduce((sum, { from, to }) => sum + Math.log10(to) - Math.log10(from), 0);
  if (decades < 1) return evenTicks(min, max, count, quantity);

  const every = Math.max(1, Math.ceil(decades / count));
  const pick = (parts: readonly number[]): number[] => {
    const values = symlog && min <= 0 && max >= 0 ? [0] : [];
    for (const { sign, from, to } of sides) {
      const last = Math.floor(Math.log10(to)) + 1;
      for (let decade = Math.floor(Math.log10(from)) - 1; decade <= last; decade++) {
        if ((decade - origin) % every !== 0) continue;
        for (const part of parts) {
          const size = quantity === "duration" ? durationDecade(decade) : Number(`${part}e${decade}`);
          if (size >= from && size <= to && size > 0) values.push(sign * size);
        }
      }
    }
    return values.sort((a, b) => a - b);
  };
  const whole = pick([1]);
  const dense = quantity === "number" && (decades * 3 <= count || whole.length < 2);
  return dense ? pick([1, 2, 5]) : whole;
}

/** What stands for a power of ten of seconds where time is counted in minutes, hours and days. */
function durationDecade(exponent: number): number {
  if (exponent < 2) return Number(`1e${exponent}`);
  if (exponent < 4) return MINUTE * 10 ** (exponent - 2);
  return exponent < 6 ? HOUR * 10 ** (exponent - 4) : DAY * 10 ** (exponent - 6);
}

/** Round local times: days start at local midnight, months and years on their first day. */
function timeTicks(min: number, max: number, count: number): number[] {
  const width = (max - min) / count;
  if (width > 20 * DAY) return calendarTicks(min, max, width);
  const step = clockStep(width);
  const offset = new Date(min * 1000).getTimezoneOffset() * MINUTE;
  if (step < HOUR || Number.isNaN(offset)) return multiples(min, max, step);
  // Around a change of daylight saving, a fixed offset would put midnight at 1 or 23 o'clock.
  const values = multiples(min - offset - HOUR, max - offset + HOUR, step).map((local) => {
    const there = new Date((local + offset) * 1000);
    return local + there.getTimezoneOffset() * MINUTE;
  });
  return values.filter((value, i) => value >= min && value <= max && value !== values[i - 1]);
}

function calendarTicks(min: number, max: number, width: number): number[] {
  const start = new Date(min * 1000);
  if (Number.isNaN(start.getTime()) || Number.isNaN(new Date(max * 1000).getTime())) {
    return linearTicks(min, max, Math.round((max - min) / width));
  }
  const months = [1, 2, 3, 6].find((n) => n * 31 * DAY >= width) ?? 12 * roundStep(width / (365 * DAY));
  const stride = Math.max(1, Math.round(months));
  const values: number[] = [];
  const firstMonth = start.getFullYear() * 12 + start.getMonth();
  for (let month = Math.floor(firstMonth / stride) * stride; values.length < 1000; month += stride) {
    const date = new Date(2000, 0, 1);
    date.setFullYear(Math.floor(month / 12), ((month % 12) + 12) % 12, 1);
    const value = date.getTime() / 1000;
    if (!(value <= max)) break;
    if (value >= min) values.push(value);
  }
  return values;
}
