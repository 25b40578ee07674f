import "./page";
import { flushSync } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Board } from "../../src/state/board.svelte";
import type { Run } from "../../src/wire/types";
import { logdir, run } from "../model/a_run";
import { until } from "./until.svelte";

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
    board.colours.meet(board.listed, "colours");
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

describe("more runs than there are looks", () => {
  const younger = Array.from({ length: 60 }, (_, i) => run(`run ${i}`, { first_wall_time: 1_000 + i }));
  const look = (board: Board, { id }: Run): string => `${board.colour(id)} ${board.dash(id)}`;
  /** How the younger runs look once a board has met these lists, one after the other. */
  function met(...lists: Run[][]): string[] {
    const board = new Board();
    vi.useFakeTimers();
    for (const list of lists) board.colours.meet(list, "colours");
    vi.runAllTimers();
    vi.useRealTimers();
    return younger.map((one) => look(board, one));
  }
  afterEach(() => localStorage.clear());

  test("keep their colours when older ones come late, also over a reload", () => {
    const older = Array.from({ length: 60 }, (_, i) => run(`old ${i}`, { first_wall_time: i }));
    const all = [...older, ...younger];
    const before = met(younger);
    expect(met(all)).toEqual(before);
    localStorage.clear();
    expect(met(younger, all)).toEqual(before);
    expect(met(all)).toEqual(before);
    localStorage.clear();
    expect(met(all)).not.toEqual(before); // in a browser that met none of them before
  });

  test("differ from the row before in their dash, which stays while only values move them", () => {
    const looks = met(younger);
    const second = looks.findIndex((one, i) => looks.indexOf(one) < i);
    const [a, b] = [younger[looks.indexOf(looks[second]!)]!, younger[second]!];
    const board = new Board();
    board.logdirs = [logdir("runs")];
    board.panel.sortBy("steps");
    const take = (...first: Run[]): void => {
      const stepOf = (one: Run): number => (first.includes(one) ? 100 - first.indexOf(one) : 0);
      board.runs = younger.map((one) => ({ ...one, last_step: stepOf(one) }));
      board.colours.meet(board.listed, "colours");
      board.now++;
      flushSync();
      expect(board.panel.rows.order.slice(0, first.length)).toEqual(first.map(({ id }) => id));
    };
    take(a, b);
    expect(board.colour(b.id)).toBe(board.colour(a.id));
    expect(board.dash(b.id)).not.toBe(board.dash(a.id));
    const now = look(board, b);
    take(b);
    expect(look(board, b)).toBe(now);
  });
});

describe("charts", () => {
  let board: Board;
  const drawn = (): string[] => board.listed.map(({ id }) => id).filter(board.drawing.draws);

  beforeEach(() => {
    board = new Board();
    board.logdirs = [logdir("runs")];
    const runs = ["a", "b", "ab"].map((name) => run(name));
    board.selection.meet(runs, true);
    board.runs = runs;
    flushSync();
  });

  test("follow a switch and the filter once these are painted", async () => {
    const { drawing } = board;
    const seen = changes(() => board.drawing);
    board.selection.set("a", false);
    board.panel.typed = "a";
    flushSync();
    expect([board.draws("a"), board.panel.rows.order.length, board.drawing]).toEqual([false, 2, drawing]);
    await until(() => board.drawing !== drawing);
    expect([drawn(), seen.count]).toEqual([["ab"], 1]);
    expect(["a", "b", "ab"].filter(board.drawing.filtersOut)).toEqual(["b"]);
  });

  test("are drawn no second time when nothing that they draw changed", async () => {
    const seen = changes(() => board.drawing);
    board.panel.typed = "no column>1";
    board.panel.sortBy("steps");
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    flushSync();
    expect(seen.count).toBe(0);
  });
});
