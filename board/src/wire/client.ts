/** Requests to the server (spec/api.md). */

import { decodeFrame, type Frame, FrameError, type Steps } from "./frame";
import type { RunList, ScalarHeader, ScalarQuery, TagList } from "./types";

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

/** Points of some tags. Throws ApiError or FrameError. */
export async function fetchScalars(query: ScalarQuery): Promise<ScalarColumns> {
  const response = await request("api/scalars", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(query),
  });
  return readScalars(await response.arrayBuffer());
}

/** Decode the column frame of POST /api/scalars and check that its series lie inside its columns. */
export function readScalars(buffer: ArrayBuffer): ScalarColumns {
  const frame = decodeFrame(buffer);
  const header = frame.header as unknown as ScalarHeader;
  const step = frame.columns.get("step");
  if (!(step instanceof BigInt64Array || step instanceof Int32Array)) {
    throw new FrameError("expected the column step of i64");
  }
  const wallTime = floats(frame, "wall_time");
  const value = floats(frame, "value");
  const smoothed = frame.columns.has("smoothed") ? floats(frame, "smoothed") : null;
  const lengths = [step.length, wallTime.length, value.length, smoothed?.length ?? value.length];
  if (lengths.some((length) => length !== value.length)) {
    throw new FrameError(`expected columns of equal length, found ${lengths.join(", ")}`);
  }
  if (!Array.isArray(header.series)) throw new FrameError("expected the header to list its series");
  if (!Array.isArray(header.pictures)) throw new FrameError("expected the header to list its pictures");
  for (const { run, start, length } of header.series) {
    if (!(start >= 0 && length >= 0 && start + length <= value.length)) {
      throw new FrameError(
        `expected run ${run} inside ${value.length} vertices, found ${length} from ${start}`,
      );
    }
  }
  return { header, step, wallTime, value, smoothed };
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
