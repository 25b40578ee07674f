/** What the doctor found, by the runs that it concerns (spec/doctor.md). */

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

/** How a finding's place reads in one line, the run aside. */
export function placeText(place: Place): string {
  const { path, tag, step, record, offset, length, seen } = place;
  const parts = [
    path,
    tag === undefined ? undefined : `tag ${tag}`,
    step === undefined ? undefined : `step ${step}`,
    record === undefined ? undefined : `record ${record}`,
    offset === undefined ? undefined : `byte ${offset}${length === undefined ? "" : ` (${length} bytes)`}`,
    seen,
  ];
  return parts.filter((part) => part !== undefined && part !== "").join(", ");
}
