/** Changes that the server announced: whom they concern, and what the board has not fetched yet. */

import type { Change } from "../wire/types";

/** The runs whose points of any of the `tags` changed. */
export function runsWith(change: Change, tags: readonly string[]): string[] {
  const named = tags.flatMap((tag) => (Object.hasOwn(change.series, tag) ? change.series[tag]! : []));
  return [...new Set([...change.any_series, ...named])].map((index) => change.runs[index]!);
}

export interface Pending {
  readonly runs: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
  readonly tags: boolean;
  readonly all: boolean;
}

export const NOTHING: Pending = { runs: new Set(), removed: new Set(), tags: false, all: false };
export const EVERYTHING: Pending = { ...NOTHING, tags: true, all: true };

/**
 * Add one event. A run that was removed and came back counts as changed, and the other way round. An event that tells of
 * no change, as the first one of a stream may, leaves what is pending the same.
 */
export function withChange(pending: Pending, change: Change): Pending {
  if (!change.all && !change.tags && change.runs.length === 0 && change.removed.length === 0) return pending;
  const runs = new Set(pending.runs);
  const removed = new Set(pending.removed);
  for (const run of change.removed) {
    runs.delete(run);
    removed.add(run);
  }
  for (const run of change.runs) {
    runs.add(run);
    removed.delete(run);
  }
  return { runs, removed, tags: pending.tags || change.tags, all: pending.all || change.all };
}
