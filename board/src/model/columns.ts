/** The columns that the run list can have, and what stands in them. */

import type { Run } from "../wire/types";
import { scalarColumn } from "./filter";
import { naturalKey } from "./natural";

export type Cell = string | number;

export interface Column {
  /** As a filter names it. */
  readonly id: string;
  readonly title: string;
  readonly hint: string;
}

/** What the run list itself says of each run. */
export const OF_THE_RUN: readonly Column[] = [
  { id: "state", title: "State", hint: "live, idle, damaged, …" },
  { id: "steps", title: "Step", hint: "Its last step" },
  { id: "age", title: "Age", hint: "Time since its last point" },
  { id: "duration", title: "Duration", hint: "From its first to its last point" },
  { id: "started", title: "Started", hint: "Time of its first point" },
  { id: "points", title: "Points", hint: "Scalar points, of all tags" },
  { id: "tags", title: "Tags", hint: "Series of any kind" },
  { id: "attempts", title: "Attempts", hint: "Stretches between restarts" },
];

const RESERVED = new Set([...OF_THE_RUN.map(({ id }) => id), "name", "logdir"]);

/** Where the values of columns come from. */
export interface Known {
  /** Seconds since 1970. */
  readonly now: number;
  /** A hyper-parameter of a run; null: the run has not; undefined: no run has one of that name. */
  hparam(run: Run, name: string): Cell | null | undefined;
  /** Likewise the last, min or max of a tag; null also while it is on its way. */
  scalar(run: Run, of: "last" | "min" | "max", tag: string): number | null | undefined;
}

/** The id of a hyper-parameter's column: its name, unless that means something else. */
export function hparamColumn(name: string): string {
  return RESERVED.has(name) || scalarColumn(name) || /^hparam\(.*\)$/s.test(name) ? `hparam(${name})` : name;
}

/** The hyper-parameter that a column shows; null for a column of another kind. */
export function hparamOf(column: string): string | null {
  if (RESERVED.has(column) || scalarColumn(column)) return null;
  return /^hparam\((.*)\)$/s.exec(column)?.[1] ?? column;
}

export function columnOf(id: string): Column {
  const own = OF_THE_RUN.find((column) => column.id === id);
  if (own) return own;
  const scalar = scalarColumn(id);
  if (scalar) return { id, title: id, hint: `${scalar.of} value of ${scalar.tag}` };
  const name = hparamOf(id) ?? id;
  return { id, title: name, hint: `Hyper-parameter ${name}` };
}

/** What stands in a column; null: nothing is known; undefined: there is no such column. */
export function cellOf(run: Run, column: string, known: Known): Cell | null | undefined {
  switch (column) {
    case "name":
      return run.name;
    case "logdir":
      return run.logdir;
    case "state":
      return run.state;
    case "steps":
      return run.last_step;
    case "age":
      return run.last_wall_time === null ? null : Math.max(0, known.now - run.last_wall_time);
    case "duration":
      return run.last_wall_time === null || run.first_wall_time === null
        ? null
        : run.last_wall_time - run.first_wall_time;
    case "started":
      return run.first_wall_time;
    case "points":
    case "tags":
    case "attempts":
      return run[column];
  }
  const scalar = scalarColumn(column);
  if (scalar) return known.scalar(run, scalar.of, scalar.tag);
  return known.hparam(run, hparamOf(column)!);
}

export interface Sort {
  /** A column, or "name". */
  readonly column: string;
  readonly descending: boolean;
}

export const BY_NAME: Sort = { column: "name", descending: false };

/** Runs in the order that a column says. What has no value, or NaN, comes last either way; equals stand by name. */
export function sorted<One extends { readonly id: string }>(
  byName: readonly One[],
  { column, descending }: Sort,
  cell: (run: One) => Cell | null | undefined,
): readonly One[] {
  if (column === "name") return descending ? [...byName].reverse() : byName;
  const keyed = byName.map((run, place) => {
    const value = cell(run);
    const key = typeof value === "string" ? naturalKey(value) : (value ?? NaN);
    return { run, key, place };
  });
  const sign = descending ? -1 : 1;
  keyed.sort((a, b) => compared(a.key, b.key, sign) || a.place - b.place);
  return keyed.map(({ run }) => run);
}

/** Numbers, then texts, then NaN. */
function compared(a: Cell, b: Cell, sign: number): number {
  const [rankA, rankB] = [rank(a), rank(b)];
  if (rankA !== rankB) return rankA - rankB;
  if (rankA === 2 || a === b) return 0;
  return a < b ? -sign : sign;
}

function rank(value: Cell): number {
  if (typeof value === "string") return 1;
  return Number.isNaN(value) ? 2 : 0;
}
