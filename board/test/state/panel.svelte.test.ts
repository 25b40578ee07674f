import "./page";
import { flushSync } from "svelte";
import { beforeEach, describe, expect, test } from "vitest";
import { Board } from "../../src/state/board.svelte";
import { logdir, run } from "../model/a_run";
import { frame } from "../wire/a_frame";
import { answers } from "./server";
import { until } from "./until.svelte";

describe("a run that is to be listed", () => {
  let board: Board;
  const listed = (): string[] => board.panel.rows.rows.map(({ key }) => key);

  beforeEach(() => {
    board = new Board();
    board.logdirs = [logdir("runs")];
    board.runs = ["sweep/a/1", "sweep/a/2", "sweep/b/1", "sweep/b/2", "single"].map((name) => run(name));
    board.panel.typed = "";
    flushSync();
  });

  /** Fold away all that can be, from within. */
  function fold(): void {
    for (const row of [...board.panel.rows.rows].reverse()) {
      if (row.open) board.panel.setOpen(row, false);
    }
    expect(listed()).not.toContain("sweep/a/1");
  }

  test("is unfolded from all that it is folded away in, and nothing else is", () => {
    fold();
    expect(board.panel.list("sweep/a/1")).toBe(true);
    expect(listed()).toEqual(expect.arrayContaining(["sweep/a/1", "sweep/a/2"]));
    expect(listed()).not.toContain("sweep/b/1");
  });

  test("brings back the whole list where that shows other runs only", () => {
    board.panel.choose({ name: "off", text: "1 off", runs: ["single"] });
    expect(listed()).toEqual(["single"]);
    expect(board.panel.list("sweep/a/1")).toBe(true);
    expect(listed()).toContain("sweep/a/1");
  });

  test("stays out where the filter leaves it out, or where it is gone", () => {
    board.panel.typed = "single";
    expect(board.panel.list("sweep/a/1")).toBe(false);
    expect(listed()).toEqual(["single"]);
    board.panel.typed = "";
    expect(board.panel.list("gone")).toBe(false);
  });
});

test("the filter in force keeps its values while another one is being typed", async () => {
  const asked: unknown[] = [];
  answers.set("api/table", ({ tags }) => {
    asked.push(tags);
    const none = { int: new Int32Array(), float: new Float64Array() };
    const [steps, values] = [
      ["last_step", "min_step", "max_step", "count", "non_finite", "first_non_finite_step"],
      ["last_wall_time", "last_value", "min_value", "max_value"],
    ].map((names, i) => Object.fromEntries(names.map((name) => [name, i === 0 ? none.int : none.float])));
    const header = { version: 1, tags: tags as string[], runs: [], at_step: null, incomplete: [] };
    return frame(header, { ...steps, ...values });
  });
  const board = new Board();
  board.runs = [run("a")];
  board.tags = ["loss", "acc"].map((tag) => ({ tag, kind: "scalar" }) as (typeof board.tags)[number]);
  board.panel.typed = "last(loss)<3";
  await until(() => board.panel.scalars.has("loss"));
  board.panel.typed = "last(loss)<3 |";
  board.panel.columns = [{ id: "last(acc)", width: 60 }];
  await until(() => board.panel.scalars.has("acc"));
  expect(asked).toEqual([["loss"], ["acc", "loss"]]);
  expect(board.panel.scalars.has("loss")).toBe(true);
});

test("a pattern that takes too long on the names says so, and what was listed stays", () => {
  const board = new Board();
  board.logdirs = [logdir("runs")];
  let at = 1;
  const letter = (): string => "ab"[((at = (at * 48_271) % 0x7fffffff) >> 16) & 1]!;
  board.runs = Array.from({ length: 1_000 }, (_, i) =>
    run(`${Array.from({ length: 100 }, letter).join("")} ${i}`),
  );
  board.panel.typed = "7";
  const { order } = board.panel.rows;
  expect(order.length).toBe(271);
  expect(board.panel.problem).toBeNull();
  board.panel.typed = "/a.{90}x/";
  expect(board.panel.problem).toMatchObject({
    message: "in the regular expression: it takes too long on these names",
    from: 1,
    to: 8,
  });
  expect(board.panel.rows.order).toEqual(order);
  board.groups.rule = { by: "pattern", pattern: "(7+)" };
  const { all } = board.groups;
  expect([all.length > 1, board.groups.fault]).toEqual([true, null]);
  board.groups.rule = { by: "pattern", pattern: "a.{90}x" };
  expect(board.groups.fault?.message).toBe("it takes too long on these names");
  expect(board.groups.all).toEqual(all);
  const tags = board.runs.map(({ name }) => ({ tag: name, kind: "scalar" }) as (typeof board.tags)[number]);
  board.tags = tags;
  board.desk.setFilter("7");
  const { shown } = board.desk;
  board.desk.setFilter("/a.{90}x/");
  expect(board.desk.filterError?.message).toContain("it takes too long");
  expect(board.desk.shown).toEqual(shown);
});
