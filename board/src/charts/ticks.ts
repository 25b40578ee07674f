/** Where the ticks of an axis lie: round values of a linear, logarithmic, wall-time or duration axis. */

import { makeScale, type Scale } from "./scale";

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
  if (scale.log) return logTicks(scale.min, scale.max, count);
  if (quantity === "time") return timeTicks(scale.min, scale.max, count);
  if (quantity === "duration")
    return multiples(scale.min, scale.max, clockStep((scale.max - scale.min) / count));
  return linearTicks(scale.min, scale.max, count);
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

/** Decades and, where there is room, twice and five times each; below a decade, linear ticks. */
function logTicks(min: number, max: number, count: number): number[] {
  const decades = Math.log10(max) - Math.log10(min);
  if (decades < 1) return linearTicks(min, max, count);
  const every = Math.max(1, Math.ceil(decades / count));
  const parts = decades * 3 <= count ? [1, 2, 5] : [1];
  const values: number[] = [];
  const lastDecade = Math.floor(Math.log10(max) + 1e-9);
  for (let decade = Math.floor(Math.log10(min)); decade <= lastDecade; decade++) {
    if (decade % every !== 0) continue;
    for (const part of parts) {
      const value = Number(`${part}e${decade}`);
      if (value >= min && value <= max && value > 0) values.push(value);
    }
  }
  return values;
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

/** The domain widened to the next ticks on either side. */
export function niceDomain(min: number, max: number, count: number): [number, number] {
  const scale = makeScale(min, max);
  const step = roundStep(scale.max / count - scale.min / count);
  return [multiple(Math.floor(scale.min / step), step), multiple(Math.ceil(scale.max / step), step)];
}
