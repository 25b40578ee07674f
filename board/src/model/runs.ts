/** What there is to say of a run that draws nothing, or not everything. */

import type { Run } from "../wire/types";
import { codesOf } from "./codes";
import { counted } from "./format";

export interface RunNote {
  /** `fault`: something on disk could not be read. `quiet`: nothing is wrong, there is just nothing to draw. */
  readonly weight: "fault" | "quiet";
  /** A word or two, for the row. */
  readonly mark: string;
  /** The whole story. */
  readonly reason: string;
  /** What the doctor calls it: codes of spec/doctor.md. */
  readonly codes: readonly string[];
}

const MARKS: Partial<Record<Run["state"], Omit<RunNote, "codes">>> = {
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
  copy: {
    weight: "quiet",
    mark: "copy",
    reason: "All that its files hold is in another file too, and is drawn there.",
  },
  loading: { weight: "quiet", mark: "loading", reason: "Its files are being read." },
};

export function noteOf(run: Run): RunNote | null {
  const mark = MARKS[run.state];
  const codes = codesOf(run);
  if (mark) return { ...mark, reason: storyOf(run) || mark.reason, codes };
  if (run.conflict) return { weight: "fault", mark: "conflict", reason: run.conflict.message, codes };
  if (run.points > 0) return null;
  return {
    weight: "quiet",
    mark: "no scalars",
    reason: `It has ${counted(run.tags, "tag")}, none with scalars.`,
    codes,
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
