/** Exact values of all runs at one step: the rows of the table below a card. */

import type { TableColumns } from "../wire/client";

export interface StepRow {
  readonly run: string;
  readonly tag: string;
  readonly value: number;
  /** Of the point in force at the step that was asked for: that step, or the nearest before it. */
  readonly step: number | bigint;
  readonly wallTime: number;
  /** The point is of the very step that was asked for. */
  readonly exact: boolean;
}

export interface StepRows {
  readonly rows: readonly StepRow[];
  /** Series of these runs that begin after the step. */
  readonly later: number;
  /** Series of these runs of which nothing could be read just now. */
  readonly unread: number;
}

/** The rows of the runs that are drawn, at the step that was asked for; a run without the tag has none. */
export function stepRows(
  { header, count, last, at }: TableColumns,
  asked: bigint,
  isDrawn: (run: string) => boolean,
): StepRows {
  if (at === null) return { rows: [], later: 0, unread: 0 };
  const rows: StepRow[] = [];
  const incomplete = new Set(header.incomplete);
  let later = 0;
  let unread = 0;
  header.runs.forEach((run, r) => {
    if (!isDrawn(run)) return;
    header.tags.forEach((tag, t) => {
      const cell = r * header.tags.length + t;
      if (Number(count[cell]!) === 0) return;
      const wallTime = at.wallTime[cell]!;
      if (incomplete.has(run) && Number.isNaN(last.wallTime[cell]!)) unread++;
      else if (Number.isNaN(wallTime)) later++;
      else {
        const step = at.step[cell]!;
        rows.push({ run, tag, value: at.value[cell]!, step, wallTime, exact: BigInt(step) === asked });
      }
    });
  });
  return { rows, later, unread };
}

export type SortKey = "run" | "tag" | "value" | "step" | "time";

export interface Sorting {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** Sorted anew; NaN comes last either way, and rows that are alike stay in the order of the runs. */
export function sortedRows(
  rows: readonly StepRow[],
  { key, descending }: Sorting,
  rank: (run: string) => number,
): StepRow[] {
  const sign = descending ? -1 : 1;
  return [...rows].sort(
    (a, b) => sign * compared(a, b, key, rank) || nanLast(a, b, key) || rank(a.run) - rank(b.run),
  );
}

function compared(a: StepRow, b: StepRow, key: SortKey, rank: (run: string) => number): number {
  switch (key) {
    case "run":
      return rank(a.run) - rank(b.run);
    case "tag":
      return a.tag < b.tag ? -1 : a.tag > b.tag ? 1 : 0;
    case "value":
      return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
    case "step":
      return a.step < b.step ? -1 : a.step > b.step ? 1 : 0;
    case "time":
      return a.wallTime - b.wallTime;
  }
}

function nanLast(a: StepRow, b: StepRow, key: SortKey): number {
  return key === "value" ? Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value)) : 0;
}
