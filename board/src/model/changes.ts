/** Changes that the server announced: whom they concern, and what the board has not fetched yet. */

import type { Change } from "../wire/types";

/** The runs whose points of any of the `tags` changed. */
export function runsWith(change: Change, tags: readonly string[]): string[] {
  const named = tags.flatMap((tag) => (Object.hasOwn(change.series, tag) ? change.series[tag]! : []));
  return [...new Set([...change.any_series, ...named])].map((index) => change.runs[index]!);
}

/** Whether a change names nothing: a log directory's state may be another, which the run list tells. */
export function namesNothing({ runs, removed, tags, all }: Change): boolean {
  return !all && !tags && runs.length === 0 && removed.length === 0;
}

/** What is to be fetched: the run list in any case. */
export interface Pending {
  readonly tags: boolean;
  readonly all: boolean;
}

export const NOTHING: Pending = { tags: false, all: false };
export const EVERYTHING: Pending = { tags: true, all: true };

/** Add one event. */
export function withChange(pending: Pending, { tags, all }: Change): Pending {
  return { tags: pending.tags || tags, all: pending.all || all };
}
