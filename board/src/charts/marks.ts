/** Where curves have points without a finite value, of all curves together. */

import { isGap } from "../model/group_series";
import type { Shown } from "../model/plot";
import { type NonFinite, nonFiniteMarks } from "./axes";
import type { Scale } from "./scale";

export interface Mark {
  readonly kind: NonFinite;
  /** CSS pixels from the left. */
  readonly position: number;
  /** Null where several colours meet. */
  readonly colour: string | null;
}

/** One mark for each kind and pixel; only curves that have such points are looked at. */
export function marksOf(shown: readonly Shown[], scale: Scale, length: number): Mark[] {
  const marks = new Map<string, Mark>();
  for (const { series, on, colour } of shown) {
    if (!on || !series.nonFinite) continue;
    const { x, value, group } = series;
    const isMarked = group && ((index: number) => !isGap(series, index));
    for (const { kind, position } of nonFiniteMarks(x, value, scale, length, isMarked)) {
      const key = `${kind} ${position}`;
      const known = marks.get(key);
      if (known === undefined) marks.set(key, { kind, position, colour });
      else if (known.colour !== null && known.colour !== colour) marks.set(key, { ...known, colour: null });
    }
  }
  return [...marks.values()];
}
