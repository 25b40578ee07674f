/** What was logged since a person last chose what to look at. */

import { type Series, seriesKey } from "./series";

/**
 * The greatest x of what these series have that they did not have `before`, of runs that are drawn; -Infinity without
 * any. A run that is only switched on has nothing new.
 */
export function newestSince(
  before: readonly Series[],
  now: readonly Series[],
  isDrawn: (run: string) => boolean,
): number {
  const same = new Set(before);
  const came = now.filter((series) => !same.has(series) && isDrawn(series.run));
  if (came.length === 0) return -Infinity;
  const ends = new Map(before.map((series) => [seriesKey(series), endOf(series)]));
  return came.reduce((newest, series) => {
    const end = endOf(series);
    return end > (ends.get(seriesKey(series)) ?? -Infinity) ? Math.max(newest, end) : newest;
  }, -Infinity);
}

function endOf({ bounds }: Series): number {
  return bounds?.xMax ?? -Infinity;
}
