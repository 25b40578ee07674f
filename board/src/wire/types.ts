/** The bodies of the HTTP interface, as specified in spec/api.md. */

export type Axis = "step" | "relative" | "wall";

export type FileState =
  "live" | "idle" | "header_only" | "empty" | "damaged" | "unreadable" | "foreign" | "loading";

/** A byte range that holds no readable record. */
export interface Damage {
  code: string;
  offset: number;
  length: number;
  message: string;
}

export interface EventFile {
  name: string;
  bytes: number;
  bytes_read: number;
  records: number;
  modified: number;
  state: FileState;
  message: string;
  damage: Damage[];
}

/** Several writers at work in a run at a time. */
export interface Conflict {
  message: string;
  writers: Writer[];
  files: string[];
}

export interface Writer {
  host: string;
  pid: number | null;
}

export interface Run {
  id: string;
  logdir: string;
  name: string;
  /** Id of the run that this is a sub-run of. */
  parent: string | null;
  made_by: "add_scalars" | "add_hparams" | null;
  state: FileState;
  message: string;
  conflict: Conflict | null;
  first_wall_time: number | null;
  last_wall_time: number | null;
  last_step: number | null;
  points: number;
  tags: number;
  attempts: number;
  writers: Writer[];
  files: EventFile[];
}

export interface LogDirectory {
  name: string;
  path: string;
  state: "loading" | "ok" | "missing" | "not_a_directory" | "unreadable" | "empty" | "failed";
  message: string;
  skipped: { path: string; reason: string }[];
}

export interface RunList {
  version: number;
  loading: { bytes_read: number; bytes_total: number };
  logdirs: LogDirectory[];
  runs: Run[];
}

export interface Tag {
  tag: string;
  kind: string;
  runs: number;
}

export interface TagList {
  version: number;
  tags: Tag[];
}

/** What changed since the last event of /api/live. */
export interface Change {
  version: number;
  runs: string[];
  /** Per tag, the indices into `runs` of the runs in which it changed. */
  series: Record<string, number[]>;
  /** Likewise, runs of which any series may have changed. */
  any_series: number[];
  removed: string[];
  tags: boolean;
  all: boolean;
}

/** Whether points are left out that a later attempt superseded. */
export type Attempts = "latest" | "all";

export interface ScalarQuery {
  tag: string;
  /** Run ids; null means every run. */
  runs: string[] | null;
  axis: Axis;
  x_min: number | null;
  x_max: number | null;
  /** Pixel columns of the plot. */
  width: number;
  /** Weight of the moving average, 0 (off) to below 1. */
  smoothing: number;
  attempts: Attempts;
}

/** One attempt of one run: the stretch of the frame's columns that it owns. */
export interface SeriesEntry {
  run: string;
  attempt: number;
  attempts: number;
  start: number;
  length: number;
  points: number;
  superseded: number;
  superseded_from: number | null;
  non_finite: number;
  first_wall_time: number;
}

/** Header of the column frame that answers a ScalarQuery. */
export interface ScalarHeader {
  version: number;
  tag: string;
  axis: Axis;
  smoothing: number;
  attempts: Attempts;
  width: number;
  x_min: number | null;
  x_max: number | null;
  series: SeriesEntry[];
}
