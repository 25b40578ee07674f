/** Groups of runs as curves: what their runs have in common, with a band around it. */

import type { GroupColumns } from "../wire/client";
import { boundsOf, type Series } from "./series";

/** `told`: what the group's runs say of bringing ranks together, tag by tag; the mean, where they say nothing. */
export type GroupLine = "mean" | "median" | "told";
/** What a group's line is at each x. */
export type GroupStatistic = "mean" | "median" | "min" | "max" | "sum";
export const BANDS = ["none", "min-max", "sd", "se", "ci95"] as const;
export type GroupBand = (typeof BANDS)[number];

/** The bands that say something of a line: around a median, what spreads about the mean would mislead. */
export function bandsOf(line: GroupLine): readonly GroupBand[] {
  return line === "mean" ? BANDS : ["none", "min-max"];
}

/** Of a series that stands for a group. */
export interface GroupPart {
  readonly name: string;
  /** X is a time: its runs have no step in common there. */
  readonly overTime: boolean;
  /** What the line is, if the runs told; against a baseline no sum: one of differences or ratios means nothing. */
  readonly told: GroupStatistic | null;
  /** That have the tag. */
  readonly runs: number;
  /** Of how many jobs these are the ranks. */
  readonly jobs: number;
  /** Runs that have a finite value, at each x. */
  readonly n: Uint32Array;
  /** Runs whose value is NaN or infinite, at each x. */
  readonly nonFinite: Uint32Array;
  /** Null without a band; NaN where a single run has no spread. */
  readonly band: { readonly low: Float64Array; readonly high: Float64Array } | null;
}

/** What stands for a group where a run's id stands else; no run has such an id. */
export function groupId(group: string): string {
  return `group ${group}`;
}

/** Whether a group has no value there although none of its runs logged NaN or infinity: some have no point. */
export function isGap({ value, group }: Pick<Series, "value" | "group">, index: number): boolean {
  return group !== undefined && Number.isNaN(value[index]!) && group.nonFinite[index] === 0;
}

/** Cut an answer into a series for each group and tag. */
export function toGroupSeries(columns: GroupColumns, line: GroupLine, band: GroupBand): Series[] {
  const { header } = columns;
  const ends = bandOf(columns, band);
  const grains = new Map(
    header.pictures.map(({ tag, x_min, x_max }) => [tag, ((x_max ?? 0) - (x_min ?? 0)) / header.width_asked]),
  );
  return header.groups.map((entry) => {
    const cut = <Column extends Float64Array | Uint32Array>(column: Column): Column =>
      column.subarray(entry.start, entry.start + entry.length) as Column;
    const steps = columns.x.subarray(entry.start, entry.start + entry.length);
    const x = steps instanceof Float64Array ? steps : Float64Array.from(steps, Number);
    const told = line === "told" ? toldOf(entry.reduce, header.baseline !== null) : null;
    const statistic = told ?? (line === "median" ? line : "mean");
    const n = cut(columns.n);
    const value = statistic === "sum" ? sums(cut(columns.mean), n, entry) : cut(columns[statistic]);
    // What single runs are spread over says nothing of their sum.
    const around = statistic === "sum" ? null : ends && { low: cut(ends.low), high: cut(ends.high) };
    const group: GroupPart = {
      ...{ name: entry.group, overTime: header.axis !== "step" },
      ...{ told, runs: entry.runs, jobs: entry.jobs, n, nonFinite: cut(columns.nonFinite), band: around },
    };
    return {
      run: groupId(entry.group),
      tag: entry.tag,
      attempt: 0,
      attempts: 1,
      superseded: false,
      leftOut: 0,
      points: entry.length,
      grain: entry.thinned ? (grains.get(entry.tag) ?? 0) : 0,
      x,
      value,
      smoothed: null,
      step: steps instanceof Float64Array ? new Int32Array(steps.length) : steps,
      wallTime: header.axis === "wall" ? x : new Float64Array(x.length).fill(NaN),
      join: null,
      // Gaps where the baseline has no value are no NaN that was logged: no mark says so.
      nonFinite:
        header.baseline === null &&
        value.some((one, i) => !Number.isFinite(one) && !isGap({ value, group }, i)),
      bounds: boundsOf(x, around ? [value, around.low, around.high] : [value]),
      group,
    };
  });
}

function toldOf(reduce: GroupStatistic | null, isCompared: boolean): GroupStatistic | null {
  return isCompared && reduce === "sum" ? null : reduce;
}

/**
 * The sum over the ranks of a job; of several jobs the mean of theirs. NaN where not every run has a finite value: the
 * sum of the others looks right and is too small.
 */
function sums(
  mean: Float64Array,
  n: Uint32Array,
  { runs, jobs }: { readonly runs: number; readonly jobs: number },
): Float64Array {
  return mean.map((one, i) => (n[i]! < runs ? NaN : (one * runs) / jobs));
}

/** What the runs told that the line is, in words: "max", "max over 3 jobs", "mean of 3 jobs' sums". */
export function describeTold({ told, jobs }: GroupPart): string | null {
  if (told === null || jobs <= 1) return told;
  return told === "sum" ? `mean of ${jobs} jobs' sums` : `${told} over ${jobs} jobs`;
}

function bandOf(columns: GroupColumns, band: GroupBand): { low: Float64Array; high: Float64Array } | null {
  const around = (part: Float64Array) => ({
    low: columns.mean.map((mean, i) => mean - part[i]!),
    high: columns.mean.map((mean, i) => mean + part[i]!),
  });
  switch (band) {
    case "none":
      return null;
    case "min-max":
      return { low: columns.min, high: columns.max };
    case "sd":
      return around(columns.sd);
    case "se":
      return around(columns.se);
    case "ci95":
      return { low: columns.low95, high: columns.high95 };
  }
}
