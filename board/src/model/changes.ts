/** Changes that the server announced: whom they concern, and what the board has not fetched yet. */

import type { Change } from "../wire/types";

/** The runs whose points of any of the `tags` changed. */
export function runsWith(change: Change, tags: readonly string[]): string[] {
  const named = tags.flatMap((tag) => (Object.hasOwn(change.series, tag) ? change.series[tag]! : []));
  return [...new Set([...change.any_series, ...named])].map((index) => change.runs[index]!);
}

/** What is to be fetched: the run list in any case. */
export interface Pending {
  readonly tags: boolean;
  readonly all: boolean;
}

export const NOTHING: Pending = { tags: false, all: false };
export const EVERYTHING: Pending = { tags: true, all: true };

/** Add one event. One that tells of no change, as the first of a stream may, leaves what is pending the same. */
export function withChange(pending: Pending, { runs, removed, tags, all }: Change): Pending {
  if (!all && !tags && runs.length === 0 && removed.length === 0) return pending;
  return { tags: pending.tags || tags, all: pending.all || all };
}
