import type { LogDirectory, Run } from "../../src/wire/types";

/** A run as the server tells of it: read whole, with two points. */
export function run(name: string, change: Partial<Run> = {}): Run {
  return {
    id: name,
    logdir: "runs",
    name,
    parent: null,
    made_by: null,
    state: "idle",
    message: "",
    conflict: null,
    first_wall_time: 0,
    last_wall_time: 1,
    last_step: 1,
    points: 2,
    tags: 1,
    attempts: 1,
    writers: [],
    files: [],
    ...change,
  };
}

export function logdir(name: string): LogDirectory {
  return { name, path: `/${name}`, state: "ok", message: "", skipped: [] };
}
