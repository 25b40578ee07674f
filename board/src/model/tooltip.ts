/** Which rows the table at the crosshair has, and in what order. */

import { comparable, type Reading } from "./plot";
import type { TooltipOrder } from "./settings";

export interface Listing {
  readonly order: TooltipOrder;
  /** How many there is room for. */
  readonly rows: number;
  /** Distance of a reading from the pointer; NaN where it has no place. */
  readonly distance: (reading: Reading) => number;
  /** Where a run stands among all by its name. */
  readonly rank: (run: string) => number;
  /** The run that stands out: it is listed wherever it stands. */
  readonly hovered: string | null;
}

export interface Listed {
  readonly rows: readonly Reading[];
  /** Readings without a row. */
  readonly more: number;
}

export function listed(readings: readonly Reading[], listing: Listing): Listed {
  const { rows, hovered } = listing;
  const keys = readings.map((reading, place) => ({ reading, place, key: keyOf(reading, listing) }));
  keys.sort((a, b) => a.key - b.key || a.place - b.place);
  const first = keys.slice(0, rows).map(({ reading }) => reading);
  const rest = keys.slice(rows);
  const missed = hovered === null ? undefined : rest.find(({ reading }) => reading.series.run === hovered);
  // It comes behind all that are listed, in any order: the nearest is never missed.
  if (missed && rows > 0) first[first.length - 1] = missed.reading;
  return { rows: first, more: rest.length };
}

/** What rows are sorted by, ascending; what is no number comes last. */
function keyOf(reading: Reading, { order, distance, rank, hovered }: Listing): number {
  switch (order) {
    case "nearest":
      return reading.series.run === hovered ? -1 : comparable(distance(reading));
    case "ascending":
      return comparable(reading.y);
    case "descending":
      return comparable(-reading.y);
    case "name":
      return rank(reading.series.run);
  }
}
