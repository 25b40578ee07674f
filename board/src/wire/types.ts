/** The bodies of the HTTP interface, as specified in spec/api.md. */

export type Axis = "step" | "relative" | "wall";

export type FileState =
  "live" | "idle" | "header_only" | "empty" | "damaged" | "unreadable" | "foreign" | "copy" | "loading";

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

/** How curves are smoothed, over all points; sigma and window are in units of x. */
export type Smoothing =
  { kind: "ema"; weight: number } | { kind: "gaussian"; sigma: number } | { kind: "mean"; window: number };

/** The part of a picture that a query is for. */
export interface View {
  axis: Axis;
  x_min: number | null;
  x_max: number | null;
  /** Pixel columns of the plot. */
  width: number;
}

export interface ScalarQuery extends View {
  tags: string[];
  /** Run ids; null means every run. */
  runs: string[] | null;
  smoothing: Smoothing | null;
  attempts: Attempts;
}

/** One attempt of one run: the stretch of the frame's columns that it owns. */
export interface SeriesEntry {
  run: string;
  tag: string;
  attempt: number;
  attempts: number;
  start: number;
  length: number;
  /** In all, in the picture or not. */
  points: number;
  /** How many of them a later attempt superseded. */
  superseded: number;
  superseded_from: number | null;
  /** Points in the picture were left out to make it smaller. */
  thinned: boolean;
  non_finite: number;
  first_non_finite_step: number | null;
  last_non_finite_step: number | null;
  first_wall_time: number;
}

/** The range that the pixel columns of a tag's picture divide evenly; null without any points. */
export interface Picture {
  tag: string;
  x_min: number | null;
  x_max: number | null;
}

/** What the header of every answer with pictures says. */
export interface PictureHeader {
  version: number;
  axis: Axis;
  smoothing: Smoothing | null;
  width_asked: number;
  /** Below what was asked for if the vertex budget would be passed. */
  width: number;
  vertex_budget: number;
  vertices: number;
  pictures: Picture[];
  /** Runs that lack points until their files are read anew: the cache is damaged. */
  incomplete: string[];
}

/** Header of the column frame that answers a ScalarQuery. */
export interface ScalarHeader extends PictureHeader {
  attempts: Attempts;
  series: SeriesEntry[];
}

export type Alignment = "exact" | "interpolate";

export interface GroupQuery extends View {
  tags: string[];
  groups: { name: string; runs: string[] }[];
  smoothing: Smoothing | null;
  /** Null: exact on the step axis, else interpolated. */
  alignment: Alignment | null;
}

/** One group of one tag: the stretch of the frame's rows that it owns. */
export interface GroupEntry {
  group: string;
  tag: string;
  /** How many of its runs have the tag. */
  runs: number;
  start: number;
  length: number;
  /** Rows in the picture were left out. */
  thinned: boolean;
  /** Between rows, in x, where there are too many x to have a row each; else null. */
  spacing: number | null;
}

/** Header of the column frame that answers a GroupQuery. */
export interface GroupHeader extends PictureHeader {
  alignment: Alignment;
  groups: GroupEntry[];
}

export interface TableQuery {
  tags: string[];
  /** Run ids; null means every run. */
  runs: string[] | null;
  /** Null: no values at a step. */
  at_step: number | null;
}

/** Header of the column frame that answers a TableQuery. Run r and tag t have item r * tags + t of each column. */
export interface TableHeader {
  version: number;
  tags: string[];
  runs: string[];
  at_step: number | null;
  /** Runs with cells that tell the count only, until their files are read anew: the cache is damaged. */
  incomplete: string[];
}
