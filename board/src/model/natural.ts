/** Names in the order that people expect: run 2 before run 10, 1e-3 before 0.01. */

import { fold } from "./filter";

const NUMBER = /\d+e[+-]?\d+|\d+\.\d+e[+-]?\d+|(?<![\d.])0\.\d+|\d+/g;
/** Exponents are written with this added, so that they compare as text. */
const ZERO_EXPONENT = 5_000;

/**
 * A text that compares, character by character, as the name should. Numbers compare by value, a slash comes before
 * anything else, so that a folder's contents stay together. `1.10` comes after `1.9`, as versions do; `0.10` before `0.9`.
 */
export function naturalKey(name: string): string {
  return fold(name).replaceAll("/", "\u0001").replace(NUMBER, numberKey);
}

/** Sorted by name, as people expect it; of names that read alike, by their characters. */
export function inNaturalOrder<One>(some: readonly One[], nameOf: (one: One) => string): One[] {
  const keyed = some.map((one) => {
    const name = nameOf(one);
    return { one, name, key: naturalKey(name) };
  });
  keyed.sort((a, b) => compared(a.key, b.key) || compared(a.name, b.name));
  return keyed.map(({ one }) => one);
}

export function compared<Key extends string | number>(a: Key, b: Key): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Digits only, so that numbers of any length keep their last one. */
function numberKey(number: string): string {
  const [, whole, fraction = "", exponent = "0"] = /^(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(number)!;
  const digits = (whole! + fraction).replace(/^0+/, "");
  if (digits === "") return "00000\u0000"; // below every other number
  const leading = whole!.length + fraction.length - digits.length;
  const magnitude = whole!.length - leading + Number(exponent);
  const bounded = Math.min(Math.max(magnitude + ZERO_EXPONENT, 0), 2 * ZERO_EXPONENT - 1);
  return `0${String(bounded).padStart(4, "0")}${digits.replace(/0+$/, "")}\u0000`;
}
