import { describe, expect, test } from "vitest";
import { oneLine, splitNames } from "../../src/model/names";
import { accountOf, groupRuns, noteOf } from "../../src/model/runs";
import type { LogDirectory, Run } from "../../src/wire/types";

const idsOf = (runs: readonly Run[]): Set<string> => new Set(runs.map(({ id }) => id));

const run = (name: string, change: Partial<Run> = {}): Run => ({
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
});
const logdir = (name: string): LogDirectory => ({
  name,
  path: `/${name}`,
  state: "ok",
  message: "",
  skipped: [],
});

describe("the account", () => {
  const runs = [
    run("a"),
    run("b"),
    run("c", { points: 0 }),
    run("d", { state: "unreadable", points: 0 }),
    run("e", { state: "damaged" }),
    run("f", { state: "header_only", points: 0 }),
  ];
  test("counts every run and says what is not drawn", () => {
    const account = accountOf(runs, idsOf(runs.slice(1)), runs.length);
    expect(account).toBe("5 of 6 on · 2 without scalars · 1 damaged · 1 unreadable");
  });
  test("counts a run without scalars once", () => {
    const empty = run("x", { points: 0, state: "damaged" });
    expect(accountOf([empty], idsOf([empty]), 1)).toBe("1 of 1 on · 1 damaged");
  });
  test("counts conflicts, of a damaged run as damage", () => {
    const conflict = { message: "two", writers: [], files: [] };
    const both = run("x", { conflict, state: "damaged" });
    const two = [run("y", { conflict }), both];
    expect(accountOf(two, idsOf(two), 2)).toBe("2 of 2 on · 1 damaged · 1 in conflict");
  });
  test("says how many the filter hides", () => {
    expect(accountOf(runs.slice(0, 2), idsOf(runs), 1)).toBe("2 of 2 on · 1 hidden by the filter");
  });
});

describe("a run that draws nothing", () => {
  test("says why in the server's words, each once", () => {
    const damage = [{ code: "zeros" as const, offset: 8, length: 4, message: "4 zeros at 8" }];
    const file = {
      name: "f",
      bytes: 1,
      bytes_read: 1,
      records: 0,
      modified: 0,
      state: "damaged" as const,
      message: "",
    };
    const note = noteOf(
      run("x", { state: "damaged", message: "f: 4 zeros at 8", files: [{ ...file, damage }] }),
    );
    expect(note).toEqual({ weight: "fault", mark: "damaged", reason: "f: 4 zeros at 8" });
  });
  test("says that writers are in conflict, after what is damaged", () => {
    const conflict = { message: "Expected one writer.", writers: [], files: ["f", "g"] };
    expect(noteOf(run("x", { conflict }))).toEqual({
      weight: "fault",
      mark: "conflict",
      reason: "Expected one writer.",
    });
    const both = noteOf(run("x", { conflict, state: "damaged", message: "f: 4 zeros at 8" }));
    expect([both?.mark, both?.reason]).toEqual(["damaged", "f: 4 zeros at 8\nExpected one writer."]);
  });
  test("has no note when there is nothing to say", () => expect(noteOf(run("x"))).toBeNull());
  test("is told from one that only lacks scalars", () => {
    expect(noteOf(run("x", { points: 0, tags: 3 }))?.mark).toBe("no scalars");
    expect(noteOf(run("x", { points: 0, tags: 1 }))?.reason).toBe("It has 1 tag, none with scalars.");
  });
});

test("rows are grouped by log directory and filtered by a part of the name in any case", () => {
  const runs = [run("Loss/a"), run("b"), run("loss/c", { logdir: "old" })];
  const groups = groupRuns([logdir("runs"), logdir("old")], runs, " LOSS ");
  expect(groups.map((group) => group.rows.map((row) => row.run.name))).toEqual([["Loss/a"], ["loss/c"]]);
});

test("names are split where they start to differ from their neighbours", () => {
  expect(splitNames(["sweep/lr=0.1", "sweep/lr=0.2", "test", "実験…1", "実験…2"])).toEqual([
    { shared: "sweep/lr=", own: "0.1" },
    { shared: "sweep/lr=", own: "0.2" },
    { shared: "", own: "test" },
    { shared: "", own: "実験…1" },
    { shared: "", own: "実験…2" },
  ]);
  expect(splitNames(["a/b", "a/b/c"])[0]).toEqual({ shared: "a/", own: "b" });
});

test("names are one line that reads in one direction", () => {
  expect(oneLine("実験…1 é 🚀")).toBe("実験…1 é 🚀");
  expect(oneLine("a\nb\u0000\u007f")).toBe("a␊b␀⟨7F⟩");
  expect(oneLine("\u202eevil\u2066")).toBe("⟨202E⟩evil⟨2066⟩");
});
