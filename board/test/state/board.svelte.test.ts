import "./page";
import { flushSync } from "svelte";
import { beforeEach, describe, expect, test } from "vitest";
import { Board } from "../../src/state/board.svelte";
import type { Run } from "../../src/wire/types";
import { logdir, run } from "../model/a_run";

/** How often what is read here changed, from now on. */
function changes(read: () => unknown): { count: number } {
  const seen = { count: -1 };
  $effect.root(() => {
    $effect(() => {
      read();
      seen.count++;
    });
  });
  flushSync();
  return seen;
}

describe("a run list that tells nothing new but that runs logged", () => {
  const names = ["sweep/a/1", "sweep/a/2", "sweep/b/1", "single"];
  let board: Board;
  let step = 1;

  /** As the board takes in the server's answer. */
  function take(runs: readonly Run[]): void {
    board.logdirs = [logdir("runs")];
    board.selection.meet(runs, true);
    board.runs = runs;
    board.colours.meet(board.listed);
    flushSync();
  }
  const list = (): Run[] =>
    names.map((name, i) => run(name, { first_wall_time: 100 + i, last_step: step++, points: step }));

  beforeEach(() => {
    board = new Board();
    board.groups.rule = { by: "folder", depth: 2 };
    take(list());
  });

  test("makes no new order, no new rows and no new groups", () => {
    const { listed } = board;
    const { rows } = board.panel;
    const { all } = board.groups;
    expect([listed.length, rows.order.length, all.length]).toEqual([4, 4, 2]);
    take(list());
    expect(board.listed).toBe(listed);
    expect(board.panel.rows).toBe(rows);
    expect(board.groups.all).toBe(all);
    expect(board.runById.get("single")!.points).toBe(step);
  });

  test("tells nothing to what depends on which runs are on, as cards and what is kept do", () => {
    const on = changes(() => board.selection.on);
    const kept = changes(() => board.selection.newRuns);
    take(list());
    expect([on.count, kept.count]).toEqual([0, 0]);
    board.selection.set("single", false);
    flushSync();
    expect([on.count, kept.count]).toEqual([1, 1]);
    take([...list(), run("late")]);
    expect(on.count).toBe(2);
  });

  test("leaves what the doctor found, by run", () => {
    const findings = changes(() => board.doctor.of("single"));
    const { find } = board.doctor;
    take(list());
    expect(board.doctor.find).toBe(find);
    expect(findings.count).toBe(0);
    expect(find({ logdir: "runs", run: "single" })).toBe("single");
  });

  test("leaves the colours of groups, also where a run comes into one", () => {
    const colours = changes(() => [board.colours.ofGroup("sweep/a"), board.colours.dashOfGroup("sweep/b")]);
    take(list());
    take([...list(), run("sweep/a/3", { first_wall_time: 900 })]);
    expect(board.groups.of("sweep/a/3")).toBe("sweep/a");
    expect(colours.count).toBe(0);
  });
});
