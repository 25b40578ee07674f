/** The run list: what each row says, and the account that every run is in. */

import type { LogDirectory, Run } from "../wire/types";
import { counted } from "./format";
import { oneLine, splitNames, type SplitName } from "./names";

export interface RunGroup {
  readonly logdir: LogDirectory;
  readonly rows: readonly RunRow[];
}

export interface RunRow {
  readonly run: Run;
  readonly name: SplitName;
  /** Why the run draws nothing or not everything, or null. */
  readonly note: RunNote | null;
}

export interface RunNote {
  /** `fault`: something on disk could not be read. `quiet`: nothing is wrong, there is just nothing to draw. */
  readonly weight: "fault" | "quiet";
  /** A word or two, for the row. */
  readonly mark: string;
  /** The whole story. */
  readonly reason: string;
}

/** Rows by log directory, of the runs whose name contains `filter`, whatever its case. */
export function groupRuns(
  logdirs: readonly LogDirectory[],
  runs: readonly Run[],
  filter: string,
): RunGroup[] {
  const wanted = filter.trim().toLowerCase();
  return logdirs.map((logdir) => {
    const shown = runs.filter((run) => run.logdir === logdir.name && run.name.toLowerCase().includes(wanted));
    const names = splitNames(shown.map((run) => oneLine(run.name)));
    return { logdir, rows: shown.map((run, i) => ({ run, name: names[i]!, note: noteOf(run) })) };
  });
}

const MARKS: Partial<Record<Run["state"], { weight: RunNote["weight"]; mark: string; reason: string }>> = {
  damaged: {
    weight: "fault",
    mark: "damaged",
    reason: "A part of its files could not be read; the rest is drawn.",
  },
  unreadable: { weight: "fault", mark: "unreadable", reason: "Its files could not be opened." },
  foreign: {
    weight: "fault",
    mark: "foreign",
    reason: "Its files are named like event files but are none.",
  },
  empty: { weight: "quiet", mark: "empty", reason: "Its event file holds 0 bytes: nothing was written yet." },
  header_only: {
    weight: "quiet",
    mark: "no data yet",
    reason: "Its event file holds the header only: nothing was logged yet.",
  },
  loading: { weight: "quiet", mark: "loading", reason: "Its files are being read." },
};

export function noteOf(run: Run): RunNote | null {
  const mark = MARKS[run.state];
  if (mark) return { ...mark, reason: storyOf(run) || mark.reason };
  if (run.conflict) return { weight: "fault", mark: "conflict", reason: run.conflict.message };
  if (run.points > 0) return null;
  return {
    weight: "quiet",
    mark: "no scalars",
    reason: `It has ${counted(run.tags, "tag")}, none with scalars.`,
  };
}

/** What the server says is wrong with the run and each of its files, a line each. */
function storyOf(run: Run): string {
  const lines = run.message ? [run.message] : [];
  for (const file of run.files) {
    const words = [file.message, ...file.damage.map((damage) => damage.message)].filter(Boolean);
    for (const word of words)
      if (!lines.some((line) => line.includes(word))) lines.push(`${file.name}: ${word}`);
  }
  if (run.conflict) lines.push(run.conflict.message);
  return lines.join("\n");
}

/** "12 of 17 on · 2 without scalars · 1 unreadable": a run with several troubles counts as the worst of them. */
export function accountOf(runs: readonly Run[], selected: ReadonlySet<string>, shown: number): string {
  const on = runs.filter((run) => selected.has(run.id)).length;
  const parts = [`${on.toLocaleString("en")} of ${runs.length.toLocaleString("en")} on`];
  if (shown < runs.length) parts.push(`${(runs.length - shown).toLocaleString("en")} hidden by the filter`);
  const count = (states: readonly Run["state"][]): number =>
    runs.filter((run) => states.includes(run.state)).length;
  const without = runs.filter(
    (run) => run.points === 0 && !["damaged", "unreadable", "foreign", "loading"].includes(run.state),
  );
  const conflicts = runs.filter((run) => noteOf(run)?.mark === "conflict");
  const rest: [number, string][] = [
    [without.length, "without scalars"],
    [count(["damaged"]), "damaged"],
    [count(["unreadable"]), "unreadable"],
    [count(["foreign"]), "foreign"],
    [conflicts.length, "in conflict"],
    [count(["loading"]), "loading"],
  ];
  return [
    ...parts,
    ...rest.filter(([n]) => n > 0).map(([n, what]) => `${n.toLocaleString("en")} ${what}`),
  ].join(" · ");
}
