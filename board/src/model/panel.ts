/** How a person set the run panel up, and the text-like form in which that is kept. */

import { BY_NAME, type Sort } from "./columns";
import { asText, type Members } from "./members";
import type { Json } from "./notation";

export interface ShownColumn {
  readonly id: string;
  /** CSS pixels. */
  readonly width: number;
}

export interface PanelSetup {
  /** As typed, whether it can be understood or not. */
  readonly filter: string;
  readonly sort: Sort;
  readonly columns: readonly ShownColumn[];
  /** Folders are headings. */
  readonly tree: boolean;
  /** Keys of rows whose contents are folded away. */
  readonly closed: ReadonlySet<string>;
}

export const DEFAULT_SETUP: PanelSetup = {
  filter: "",
  sort: BY_NAME,
  columns: [
    { id: "steps", width: 66 },
    { id: "age", width: 54 },
  ],
  tree: true,
  closed: new Set(),
};

export const NARROWEST = 36;
export const WIDEST = 600;
const MOST_COLUMNS = 50;
const LONGEST_FILTER = 2_000;

/** Only what differs from the default; null if nothing does. */
export function writeSetup({ filter, sort, columns, tree, closed }: PanelSetup): Json | null {
  const members: Record<string, Json> = {};
  if (filter !== "") members["filter"] = filter;
  if (sort.column !== BY_NAME.column || sort.descending)
    members["sort"] = [sort.column, sort.descending ? "down" : "up"];
  if (!sameColumns(columns, DEFAULT_SETUP.columns))
    members["columns"] = columns.map(({ id, width }) => [id, width]);
  if (!tree) members["flat"] = true;
  if (closed.size > 0) members["closed"] = [...closed].sort();
  return Object.keys(members).length > 0 ? members : null;
}

/** Untrusted: what cannot be read is as it is by default. */
export function readSetup(members: Members): PanelSetup {
  const columns = members.list("columns", readColumn);
  return {
    filter: members.read("filter", asText)?.slice(0, LONGEST_FILTER) ?? "",
    sort: members.read("sort", readSort) ?? BY_NAME,
    columns: columns ? onlyOnce(columns).slice(0, MOST_COLUMNS) : DEFAULT_SETUP.columns,
    tree: members.one("flat", [true, false]) !== true,
    closed: new Set(members.list("closed", asText)),
  };
}

function readSort(saved: Json): Sort | undefined {
  if (!Array.isArray(saved) || typeof saved[0] !== "string") return undefined;
  return { column: saved[0], descending: saved[1] === "down" };
}

function readColumn(saved: Json): ShownColumn | undefined {
  if (!Array.isArray(saved)) return undefined;
  const [id, width] = saved as readonly Json[];
  return typeof id === "string" && typeof width === "number" ? { id, width: bounded(width) } : undefined;
}

function onlyOnce(columns: readonly ShownColumn[]): ShownColumn[] {
  return [...new Map(columns.map((column) => [column.id, column])).values()];
}

export function bounded(width: number): number {
  return Math.round(Math.min(WIDEST, Math.max(NARROWEST, Number.isFinite(width) ? width : NARROWEST)));
}

function sameColumns(a: readonly ShownColumn[], b: readonly ShownColumn[]): boolean {
  return a.length === b.length && a.every(({ id, width }, i) => id === b[i]!.id && width === b[i]!.width);
}
