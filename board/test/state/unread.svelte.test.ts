import "./page";
import { expect, test } from "vitest";
import { Board } from "../../src/state/board.svelte";
import { run } from "../model/a_run";
import { frame } from "../wire/a_frame";
import { answers } from "./server";
import { until } from "./until.svelte";

test("a value that could not be read is neither none nor a NaN that was logged", async () => {
  answers.set("api/hparams", () => ({ version: 1, runs: { a: { lr: 0.1 } }, incomplete: ["b"] }));
  answers.set("api/table", () => {
    const runs = ["a", "b", "c"];
    const floats = (...values: number[]): Float64Array => Float64Array.from(values);
    const steps = Int32Array.of(4, 0, 4);
    const value = floats(NaN, NaN, 2);
    return frame(
      { version: 1, tags: ["loss"], runs, at_step: null, incomplete: ["b", "c"] },
      {
        ...{ count: Int32Array.of(5, 3, 5), last_step: steps, min_step: steps, max_step: steps },
        ...{ non_finite: Int32Array.of(5, 0, 0), first_non_finite_step: steps },
        ...{ last_wall_time: floats(9, NaN, 9), last_value: value, min_value: value, max_value: value },
      },
    );
  });
  const board = new Board();
  const runs = [run("a"), run("b"), run("c"), run("b/sub", { parent: "b" })];
  board.runs = runs;
  board.tags = [{ tag: "loss", kind: "scalar" } as (typeof board.tags)[number]];
  board.panel.columns = [
    { id: "last(loss)", width: 60 },
    { id: "lr", width: 60 },
  ];
  await until(() => board.hparams.ofRuns !== null && board.panel.cell(runs[0]!, "last(loss)") !== null);
  const cells = (column: string) => runs.map((one) => board.panel.cell(one, column));
  const unread = (column: string) => runs.map((one) => board.panel.isUnread(one, column));
  expect(cells("last(loss)")).toEqual([NaN, null, 2, null]);
  expect(unread("last(loss)")).toEqual([false, true, false, false]);
  expect(cells("lr")).toEqual([0.1, null, null, null]);
  expect(unread("lr")).toEqual([false, true, false, true]);
  expect(unread("state")).toEqual([false, false, false, false]);
});
