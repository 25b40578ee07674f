/** Numbers as people read them: tick labels that line up, and single values for legends and crosshairs. */

import type { ScaleKind } from "./scale";
import type { Quantity } from "./ticks";

/** The labels of an axis. Where they would be long and alike, they are differences to `origin`. */
export interface TickLabels {
  readonly texts: string[];
  /** What every label is added to, written at the end of the axis; null if the labels stand alone. */
  readonly origin: string | null;
}

const PREFIXES = [
  { power: 12, symbol: "T" },
  { power: 9, symbol: "G" },
  { power: 6, symbol: "M" },
  { power: 3, symbol: "k" },
];

const DURATIONS = [
  { seconds: 86400, symbol: "d" },
  { seconds: 3600, symbol: "h" },
  { seconds: 60, symbol: "min" },
];

const MINUS = "−";

export function tickLabels(
  values: readonly number[],
  quantity: Quantity = "number",
  kind: ScaleKind = "linear",
): TickLabels {
  if (values.length === 0) return { texts: [], origin: null };
  if (quantity === "time") return timeLabels(values);
  if (kind !== "linear") {
    const texts = values.map(quantity === "duration" ? roundDuration : tidy);
    if (new Set(texts).size === texts.length) return { texts, origin: null };
  }
  if (quantity === "duration") return { texts: durationLabels(values), origin: null };
  return numberLabels(values);
}

/** A value with up to `digits` significant digits, without a unit prefix: 0.1234, 12,345, 1.5e−7. */
export function formatValue(value: number, digits = 5): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : `${MINUS}∞`;
  if (value === 0) return "0";
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  if (size >= 1e-4 && size < 10 ** Math.max(digits, 6)) return grouped(String(rounded));
  return exponential(rounded);
}

/** A step, exactly, with its thousands apart: 12,345,678. */
export function formatStep(step: number | bigint): string {
  return typeof step === "bigint" || (Number.isInteger(step) && Math.abs(step) < 1e21)
    ? grouped(BigInt(step).toString())
    : formatValue(step);
}

/** Seconds as 1.5 ms, 12.3 s, 4 min 05 s, 3 h 20 min, 2 d 4 h. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return formatValue(seconds);
  const sign = seconds < 0 ? MINUS : "";
  const size = Math.abs(seconds);
  if (size === 0) return "0 s";
  if (size < 0.9995) return `${sign}${formatValue(size * 1000, 3)} ms`;
  if (size < 59.95) return `${sign}${formatValue(size, 3)} s`;
  const whole = Math.round(size);
  const two = (n: number) => String(n).padStart(2, "0");
  if (whole < 3600) return `${sign}${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  const minutes = Math.round(size / 60);
  if (minutes < 24 * 60) return `${sign}${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  const hours = Math.round(size / 3600);
  return `${sign}${grouped(String(Math.floor(hours / 24)))} d ${hours % 24} h`;
}

/** Seconds since 1970 as local date and time, 2026-03-01 14:05:09. */
export function formatTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return formatValue(seconds);
  return `${dayOf(date)} ${clockOf(date)}:${pad(date.getSeconds())}`;
}

function numberLabels(values: readonly number[]): TickLabels {
  const step = leastGap(values);
  const largest = Math.max(...values.map(Math.abs));
  // More digits than this in one label are hard to tell apart: write the differences.
  if (largest / step >= 1e5 && largest >= 1e5 * Number.MIN_VALUE) {
    const origin = values[0]!;
    const differences = values.map((value) => value - origin);
    return { texts: sameUnit(differences).map((text) => `+${text}`), origin: exact(origin) };
  }
  return { texts: sameUnit(values), origin: null };
}

/** All values in one unit with the same number of decimals. */
function sameUnit(values: readonly number[]): string[] {
  const largest = Math.max(...values.map(Math.abs));
  const step = leastGap(values);
  if (largest === 0) return values.map(() => "0");
  let power = 0;
  let symbol = "";
  if (largest < 1e-3 || largest >= 1e15) {
    power = exponentOf(largest);
    symbol = `e${power < 0 ? MINUS : ""}${Math.abs(power)}`;
  } else if (largest >= 1e4) {
    const prefix = PREFIXES.find((one) => largest >= 10 ** one.power)!;
    power = prefix.power;
    symbol = prefix.symbol;
  }
  const [, fraction = ""] = Number(step.toPrecision(3)).toExponential().split("e")[0]!.split(".");
  const decimals = Math.min(20, Math.max(0, power - exponentOf(step) + fraction.length));
  return values.map((value) => (value === 0 ? "0" : grouped(shifted(value, -power, decimals)) + symbol));
}

/** `value` × 10^`power` with this many decimals; denormals have no finite 10^−power to multiply by. */
function shifted(value: number, power: number, decimals: number): string {
  const [mantissa, exponent] = value.toExponential().split("e") as [string, string];
  return Number(`${mantissa}e${Number(exponent) + power}`).toFixed(decimals);
}

function leastGap(values: readonly number[]): number {
  let least = Infinity;
  for (let i = 1; i < values.length; i++) least = Math.min(least, Math.abs(values[i]! - values[i - 1]!));
  // A step of 0.30000000000000004 − 0.2 is one of 0.1.
  if (Number.isFinite(least) && least > 0) return Number(least.toPrecision(6));
  return 10 ** (exponentOf(Math.max(...values.map(Math.abs)) || 1) - 2);
}

function exponentOf(value: number): number {
  return value === 0 ? 0 : Number(value.toExponential().split("e")[1]);
}

/** One value alone, in the unit that suits it. */
function tidy(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 1e-3 || size >= 1e6) return exponential(Number(value.toPrecision(6)));
  return grouped(String(Number(value.toPrecision(6))));
}

function exponential(value: number): string {
  const [mantissa, exponent] = value.toExponential().split("e") as [string, string];
  return `${signed(mantissa)}e${signed(String(Number(exponent)))}`;
}

function exact(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? formatStep(value) : signed(String(value));
}

function signed(text: string): string {
  return text.startsWith("-") ? MINUS + text.slice(1) : text;
}

function grouped(decimal: string): string {
  const [whole, fraction] = decimal.split(".") as [string, string?];
  const apart = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return signed(fraction === undefined ? apart : `${apart}.${fraction}`);
}

function durationLabels(values: readonly number[]): string[] {
  const step = leastGap(values);
  if (step < 1) return sameUnit(values).map((text) => `${text} s`);
  return values.map((value) => {
    const sign = value < 0 ? MINUS : "";
    const size = Math.round(Math.abs(value));
    const [day, hour, minute, second] = [
      Math.floor(size / 86400),
      Math.floor(size / 3600) % 24,
      Math.floor(size / 60) % 60,
      size % 60,
    ];
    if (size === 0) return "0";
    if (step >= 86400) return `${sign}${day} d`;
    const days = day > 0 ? `${sign}${day} d ` : sign;
    if (step >= 60) return `${days}${hour}:${pad(minute)}${day > 0 ? "" : " h"}`;
    return day > 0 || hour > 0
      ? `${days}${hour}:${pad(minute)}:${pad(second)}`
      : `${sign}${minute}:${pad(second)}`;
  });
}

/** A duration of a few whole units: 10 min. */
function roundDuration(value: number): string {
  if (value === 0) return "0";
  const unit = DURATIONS.find(({ seconds }) => Math.abs(value) >= seconds);
  return unit ? `${tidy(value / unit.seconds)} ${unit.symbol}` : `${tidy(value)} s`;
}

/** Each label says only what its neighbours leave open; the origin says the day of the first. */
function timeLabels(values: readonly number[]): TickLabels {
  const dates = values.map((value) => new Date(value * 1000));
  if (dates.some((date) => Number.isNaN(date.getTime()))) return numberLabels(values);
  const step = leastGap(values);
  if (step >= 27 * 86400) {
    return { texts: dates.map((date) => `${date.getFullYear()}-${pad(date.getMonth() + 1)}`), origin: null };
  }
  if (step >= 23 * 3600) return { texts: dates.map(dayOf), origin: null };
  const texts = dates.map((date, i) => {
    const midnight = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
    if (i > 0 && midnight && step >= 60) return dayOf(date).slice(5);
    if (step >= 60) return clockOf(date);
    const seconds = `${clockOf(date)}:${pad(date.getSeconds())}`;
    return step >= 1 ? seconds : seconds + (values[i]! % 1).toFixed(Math.min(6, -exponentOf(step))).slice(1);
  });
  return { texts, origin: dayOf(dates[0]!) };
}

function dayOf(date: Date): string {
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

function clockOf(date: Date): string {
  return `${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

function pad(n: number): string {
  return String(n).padStart(2, "0");
}
