/** The doctor's names for what the server tells of a run and its files: one word for a thing, wherever it is read. */

import type { Run } from "../wire/types";

type File = Run["files"][number];
type Damage = File["damage"][number];

/** Codes of spec/doctor.md, by what GET /api/runs says of a file. States that are not here are no finding. */
export const CODE_OF_STATE = {
  empty: "file_empty",
  header_only: "nothing_logged",
  unreadable: "file_unreadable",
  foreign: "not_an_event_file",
  copy: "event_file_copied",
} as const satisfies Partial<Record<File["state"], string>>;

export const CODE_OF_DAMAGE = {
  payload_checksum: "record_corrupt",
  length_checksum: "record_lost",
  truncated: "record_lost",
  zeros: "record_zeros",
  too_long: "record_too_long",
  not_an_event: "record_not_an_event",
} as const satisfies Record<Damage["code"], string>;

/** A record that the end of its file cuts off; elsewhere what is missing is lost. */
export const CODE_OF_CUT = "record_cut";
export const CODE_OF_CONFLICT = "writers_at_once";
export const CODE_OF_NO_SCALARS = "run_without_scalars";

/** Why a run is not drawn though nothing is wrong with it, by its part of the account. */
export const CODE_OF_PART = {
  off: "run_off",
  "filtered out": "run_filtered",
  "without data here": "run_without_points",
} as const;

/** What the doctor calls that which is special about a run, each once. */
export function codesOf(run: Run): readonly string[] {
  const states: Partial<Record<string, string>> = CODE_OF_STATE;
  const state = states[run.state];
  const codes = new Set(state === undefined ? [] : [state]);
  if (run.state === "damaged") {
    for (const file of run.files) for (const damage of file.damage) codes.add(codeOf(damage, file));
  }
  if (run.conflict) codes.add(CODE_OF_CONFLICT);
  if (codes.size === 0 && run.state !== "loading" && run.points === 0 && run.tags > 0)
    codes.add(CODE_OF_NO_SCALARS);
  return [...codes];
}

function codeOf({ code, offset, length }: Damage, { bytes }: File): string {
  return code === "truncated" && offset + length >= bytes ? CODE_OF_CUT : CODE_OF_DAMAGE[code];
}
