/** The last, min and max of scalars for the run list: only of tags that a column or the filter shows, while it does. */

import { runsWith } from "../model/changes";
import { fetchTable, type TableColumns } from "../wire/client";
import type { Change } from "../wire/types";
import { Asking } from "./asking.svelte";

/** At most this often everything is asked again while runs are logged. */
const AGAIN_MS = 1_000;
/** Of one request (spec/api.md). */
const MOST_TAGS = 100;

interface TagValues {
  /** Place of each run in the columns. */
  readonly places: ReadonlyMap<string, number>;
  /** Runs that have points, but none that could be read. */
  readonly unread: ReadonlySet<string>;
  readonly last: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
}

export class ScalarValues {
  private tags = $state.raw<ReadonlyMap<string, TagValues>>(new Map());
  private wanted: readonly string[] = [];
  private readonly asking = new Asking(() => this.ask(), AGAIN_MS);

  get fault(): string | null {
    return this.asking.fault;
  }

  /** The tags whose values are on show. */
  want(tags: readonly string[]): void {
    const isMore = tags.some((tag) => !this.wanted.includes(tag));
    this.wanted = tags;
    if (isMore) this.asking.again();
  }

  changed(change: Change): void {
    const concerns = change.all || change.removed.length > 0 || runsWith(change, this.wanted).length > 0;
    if (this.wanted.length > 0 && concerns) this.asking.again();
  }

  /** Whether the tag's values have been answered for, be there any or not. */
  has(tag: string): boolean {
    return this.tags.has(tag);
  }

  /** The run has points of the tag that could not be read just now. */
  isUnread(run: string, tag: string): boolean {
    return this.tags.get(tag)?.unread.has(run) ?? false;
  }

  /** Null: the run has none, it could not be read, or it is on its way. */
  of(run: string, what: "last" | "min" | "max", tag: string): number | null {
    const values = this.tags.get(tag);
    const place = values?.places.get(run);
    if (!values || place === undefined) return null;
    return values[what][place]!;
  }

  private async ask(): Promise<void> {
    const tags = [...this.wanted];
    const found = new Map<string, TagValues>();
    for (let i = 0; i < tags.length; i += MOST_TAGS) {
      const some = tags.slice(i, i + MOST_TAGS);
      const table = await fetchTable({ tags: some, runs: null, at_step: null });
      some.forEach((tag) => found.set(tag, valuesOf(table, tag)));
    }
    this.tags = found;
  }
}

function valuesOf({ header, count, last, min, max }: TableColumns, tag: string): TagValues {
  const column = header.tags.indexOf(tag);
  const width = header.tags.length;
  const places = new Map<string, number>();
  const unread = new Set<string>();
  const incomplete = new Set(header.incomplete);
  header.runs.forEach((run, row) => {
    const cell = row * width + column;
    // NaN is a value that was logged, too: whether there is one to read, count and time tell.
    if (column < 0 || Number(count[cell]!) === 0) return;
    if (incomplete.has(run) && Number.isNaN(last.wallTime[cell]!)) unread.add(run);
    else places.set(run, row);
  });
  const pick = (values: Float64Array): Float64Array =>
    Float64Array.from(header.runs, (_, row) => values[row * width + column] ?? NaN);
  return { places, unread, last: pick(last.value), min: pick(min.value), max: pick(max.value) };
}
