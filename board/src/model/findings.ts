/** What the doctor found, by the runs that it concerns (spec/doctor.md). */

import { counted, formatCount } from "./format";
import type { Finding, Place, Run } from "../wire/types";

/** Worst first. */
export const SEVERITIES = ["hides", "distorts", "note"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** In the order in which the doctor looks at them. */
export const STAGES = ["environment", "log", "files", "records", "index", "api", "board"] as const;

/** Headings of findings, by severity. */
export const MEANINGS: Readonly<Record<Severity, string>> = {
  hides: "Hides data",
  distorts: "Distorts data",
  note: "Worth knowing",
};

/** Findings of each run that any names, by its id, as they are ordered. */
export function findingsByRun(
  findings: readonly Finding[],
  find: FindRun,
): ReadonlyMap<string, readonly Finding[]> {
  const found = new Map<string, Finding[]>();
  for (const finding of findings) {
    for (const id of new Set(finding.runs.map(find))) {
      if (id === null) continue;
      const known = found.get(id);
      if (known) known.push(finding);
      else found.set(id, [finding]);
    }
  }
  return found;
}

/** From a place to the id of its run; null if it names none, or none that is known. */
export type FindRun = (place: Place) => string | null;

export function finder(runs: readonly Run[]): FindRun {
  const ids = new Map<string, string>();
  for (const { id, logdir, name } of runs) {
    // A board that was asked over HTTP names its runs by both in one.
    ids.set(`${logdir}/${name}`, id);
    ids.set(`${logdir}\0${name}`, id);
  }
  return ({ logdir, run }) => {
    if (run === undefined) return null;
    return ids.get(logdir === undefined ? run : `${logdir}\0${run}`) ?? null;
  };
}

/** How a stage stands; empty before a look has ended. */
export function stageText({ fact, findings }: { fact: string; findings: number | null }): string {
  if (findings === null) return "";
  if (findings > 0) return counted(findings, "finding");
  return fact === "" ? "not looked at" : "✓";
}

/** How a finding's place reads in one line, the run aside. What the finding itself has `told` is not repeated. */
export function placeText(place: Place, told = ""): string {
  const { path, tag, step, record, offset, length, seen } = place;
  const parts = [
    path,
    tag === undefined ? undefined : `tag ${tag}`,
    step === undefined ? undefined : `step ${formatCount(step)}`,
    record === undefined ? undefined : `record ${formatCount(record)}`,
    offset === undefined ? undefined : extentText(offset, length),
    seen !== undefined && told.includes(seen) ? undefined : seen,
  ];
  return parts.filter((part) => part !== undefined && part !== "").join(", ");
}

function extentText(offset: number, length = 1): string {
  if (length <= 1) return `byte ${formatCount(offset)}`;
  return `bytes ${formatCount(offset)} to ${formatCount(offset + length - 1)}`;
}
