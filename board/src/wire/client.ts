/** Requests to the server (spec/api.md). */

import { decodeFrame, type Frame, FrameError, type Steps } from "./frame";
import type {
  Doctor,
  GroupHeader,
  GroupQuery,
  HparamsList,
  RunList,
  ScalarHeader,
  ScalarQuery,
  TableHeader,
  TableQuery,
  TagList,
  ViewFiles,
  ViewToWrite,
  ViewWritten,
} from "./types";

/** The server answered with a failure, or not at all (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export interface ScalarColumns {
  header: ScalarHeader;
  step: Steps;
  wallTime: Float64Array;
  value: Float64Array;
  /** Null without smoothing. */
  smoothed: Float64Array | null;
}

export async function fetchRuns(): Promise<RunList> {
  return (await (await request("api/runs")).json()) as RunList;
}

export async function fetchTags(): Promise<TagList> {
  return (await (await request("api/tags")).json()) as TagList;
}

/** Hyper-parameters of all runs. Throws ApiError. */
export async function fetchHparams(): Promise<HparamsList> {
  return (await (await request("api/hparams")).json()) as HparamsList;
}

/** What is set up in files of the log directories. Throws ApiError. */
export async function fetchViewFiles(): Promise<ViewFiles> {
  return (await (await request("api/view")).json()) as ViewFiles;
}

/** Write lightboard.view.json into a log directory; gives its path. Throws ApiError. */
export async function writeViewFile(query: ViewToWrite): Promise<string> {
  return ((await (await post("api/view", query)).json()) as ViewWritten).path;
}

/** What the doctor found last; the first question begins a look. Throws ApiError. */
export async function fetchDoctor(): Promise<Doctor> {
  return (await (await request("api/doctor")).json()) as Doctor;
}

/** Have the doctor look again. Throws ApiError. */
export async function lookAgain(): Promise<Doctor> {
  return (await (await post("api/doctor", {})).json()) as Doctor;
}

/** Statistics of a group at each x; NaN where too few runs have a value. */
export interface GroupColumns {
  header: GroupHeader;
  /** Steps, or seconds. */
  x: Steps | Float64Array;
  n: Uint32Array;
  nonFinite: Uint32Array;
  mean: Float64Array;
  median: Float64Array;
  min: Float64Array;
  max: Float64Array;
  sd: Float64Array;
  se: Float64Array;
  low95: Float64Array;
  high95: Float64Array;
}

/** A point of each cell; wallTime is NaN where there is none. */
export interface TablePoints {
  step: Steps;
  wallTime: Float64Array;
  value: Float64Array;
}

/** A value of each cell and the first step that had it; the value is NaN where there is none. */
export interface TableExtremes {
  step: Steps;
  value: Float64Array;
}

export interface TableColumns {
  header: TableHeader;
  count: Steps;
  last: TablePoints;
  min: TableExtremes;
  max: TableExtremes;
  nonFinite: Steps;
  /** Of no meaning where nonFinite is 0. */
  firstNonFiniteStep: Steps;
  /** Null unless a step was asked for. */
  at: TablePoints | null;
}

/** Others wait for this answer: one that never comes must not stop them. */
const LONGEST_ANSWER_MS = 120_000;

/** Points of some tags. Throws ApiError or FrameError. */
export async function fetchScalars(query: ScalarQuery): Promise<ScalarColumns> {
  const overdue = new AbortController();
  const timer = setTimeout(() => overdue.abort(), LONGEST_ANSWER_MS);
  try {
    return readScalars(await (await post("api/scalars", query, overdue.signal)).arrayBuffer());
  } catch (error) {
    if (!overdue.signal.aborted) throw error;
    const waited = `the server gave no points within ${LONGEST_ANSWER_MS / 1_000} s; they are asked for again`;
    throw new ApiError(408, "timed_out", waited);
  } finally {
    clearTimeout(timer);
  }
}

/** What the runs of some groups have in common. Throws ApiError or FrameError. */
export async function fetchGroups(query: GroupQuery): Promise<GroupColumns> {
  return readGroups(await (await post("api/groups", query)).arrayBuffer());
}

/** A table query with a step of any size, exactly. */
export interface ExactTableQuery extends Omit<TableQuery, "at_step"> {
  readonly at_step: bigint | null;
}

/** What became of some tags in some runs. Throws ApiError or FrameError. */
export async function fetchTable(query: ExactTableQuery): Promise<TableColumns> {
  return readTable(await (await postText("api/table", tableText(query))).arrayBuffer());
}

/** JSON has whole numbers of any size; JavaScript writes only those that it holds exactly. */
export function tableText({ at_step, ...rest }: ExactTableQuery): string {
  return `${JSON.stringify(rest).slice(0, -1)},"at_step":${at_step}}`;
}

function post(path: string, query: object, signal?: AbortSignal): Promise<Response> {
  return postText(path, JSON.stringify(query), signal);
}

function postText(path: string, body: string, signal: AbortSignal | null = null): Promise<Response> {
  return request(path, { method: "POST", headers: { "content-type": "application/json" }, body, signal });
}

/** Decode the column frame of POST /api/scalars and check that its series lie inside its columns. */
export function readScalars(buffer: ArrayBuffer): ScalarColumns {
  const frame = decodeFrame(buffer);
  const header = frame.header as unknown as ScalarHeader;
  const step = integers(frame, "step");
  const wallTime = floats(frame, "wall_time");
  const value = floats(frame, "value");
  const smoothed = frame.columns.has("smoothed") ? floats(frame, "smoothed") : null;
  checkLengths(value.length, { step, wallTime, smoothed: smoothed ?? value });
  checkPictures(header.pictures);
  checkEntries(header.series, value.length, (entry) => `run ${entry.run}`);
  return { header, step, wallTime, value, smoothed };
}

/** Decode the column frame of POST /api/groups and check that its groups lie inside its columns. */
export function readGroups(buffer: ArrayBuffer): GroupColumns {
  const frame = decodeFrame(buffer);
  const header = frame.header as unknown as GroupHeader;
  const x = frame.columns.get("x");
  const columns = {
    x: x instanceof BigInt64Array || x instanceof Int32Array ? x : floats(frame, "x"),
    n: counts(frame, "n"),
    nonFinite: counts(frame, "non_finite"),
    mean: floats(frame, "mean"),
    median: floats(frame, "median"),
    min: floats(frame, "min"),
    max: floats(frame, "max"),
    sd: floats(frame, "sd"),
    se: floats(frame, "se"),
    low95: floats(frame, "low95"),
    high95: floats(frame, "high95"),
  };
  checkLengths(columns.x.length, columns);
  checkPictures(header.pictures);
  checkEntries(header.groups, columns.x.length, (entry) => `group ${entry.group}`);
  return { header, ...columns };
}

/** Decode the column frame of POST /api/table and check that it has a cell for each run and tag. */
export function readTable(buffer: ArrayBuffer): TableColumns {
  const frame = decodeFrame(buffer);
  const header = frame.header as unknown as TableHeader;
  if (!Array.isArray(header.runs) || !Array.isArray(header.tags)) {
    throw new FrameError("expected the header to list its runs and tags");
  }
  const cells = header.runs.length * header.tags.length;
  const points = (name: string): TablePoints => {
    const found = {
      step: integers(frame, `${name}_step`),
      wallTime: floats(frame, `${name}_wall_time`),
      value: floats(frame, `${name}_value`),
    };
    checkLengths(cells, found);
    return found;
  };
  const extremes = (name: string): TableExtremes => {
    const found = { step: integers(frame, `${name}_step`), value: floats(frame, `${name}_value`) };
    checkLengths(cells, found);
    return found;
  };
  const numbers = {
    count: integers(frame, "count"),
    nonFinite: integers(frame, "non_finite"),
    firstNonFiniteStep: integers(frame, "first_non_finite_step"),
  };
  checkLengths(cells, numbers);
  return {
    header,
    ...numbers,
    last: points("last"),
    min: extremes("min"),
    max: extremes("max"),
    at: frame.columns.has("at_step") ? points("at") : null,
  };
}

function checkLengths(expected: number, columns: object): void {
  for (const [name, { length }] of Object.entries(columns) as [string, { length: number }][]) {
    if (length !== expected) {
      throw new FrameError(`expected columns of ${expected} items, found ${length} of ${name}`);
    }
  }
}

function checkPictures(pictures: unknown): void {
  if (!Array.isArray(pictures)) throw new FrameError("expected the header to list its pictures");
}

function checkEntries<Entry extends { start: number; length: number }>(
  entries: readonly Entry[],
  rows: number,
  nameOf: (entry: Entry) => string,
): void {
  if (!Array.isArray(entries)) throw new FrameError("expected the header to list what its columns hold");
  for (const entry of entries) {
    const { start, length } = entry;
    if (!(start >= 0 && length >= 0 && start + length <= rows)) {
      throw new FrameError(`expected ${nameOf(entry)} inside ${rows} rows, found ${length} from ${start}`);
    }
  }
}

/** A column of i64, as it came. */
function integers(frame: Frame, name: string): Steps {
  const column = frame.columns.get(name);
  if (column instanceof BigInt64Array || column instanceof Int32Array) return column;
  throw new FrameError(`expected the column ${name} of i64`);
}

function counts(frame: Frame, name: string): Uint32Array {
  const column = frame.columns.get(name);
  if (column instanceof Uint32Array) return column;
  throw new FrameError(`expected the column ${name} of u32`);
}

/** A column of f64, widened here once if it came narrowed: what draws it then meets one type only. */
function floats(frame: Frame, name: string): Float64Array {
  const column = frame.columns.get(name);
  if (column instanceof Float64Array) return column;
  if (column instanceof Float32Array) return new Float64Array(column);
  throw new FrameError(`expected the column ${name} of f64`);
}

async function request(path: string, init?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new ApiError(0, "unreachable", "the server does not answer");
  }
  if (response.ok) return response;
  const fallback = {
    code: "http_error",
    message: `${path} answered ${response.status} ${response.statusText}`,
  };
  const body = (await response.json().catch(() => ({}))) as { error?: { code: string; message: string } };
  const { code, message } = body.error ?? fallback;
  throw new ApiError(response.status, code, message);
}
