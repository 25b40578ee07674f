/** Runs for tests: ids as evenly spread as a hash's, the same in every test run. */

import type { Selectable } from "../../src/model/remembered";

const DIGITS = "0123456789abcdefghijklmnopqrstuv";

export function manyRuns(count: number, seed = 1, begun = 1_000): Selectable[] {
  let state = seed;
  const digit = (): string => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    return DIGITS[(state >>> 11) & 31]!;
  };
  return Array.from({ length: count }, (_, i) => ({
    id: Array.from({ length: 13 }, digit).join(""),
    parent: null,
    first_wall_time: begun + i,
  }));
}
