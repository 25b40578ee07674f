import "./page";
import { flushSync } from "svelte";
import { expect, onTestFinished, test, vi } from "vitest";
import { Board } from "../../src/state/board.svelte";
import { ScalarCard } from "../../src/state/card.svelte";
import { CardGroups } from "../../src/state/group_card.svelte";
import { fetchRuns } from "../../src/wire/client";
import { logdir, run } from "../model/a_run";
import { frame } from "../wire/a_frame";
import { answers } from "./server";
import { until } from "./until.svelte";

/** Two points of each run. */
function scalars(axis: unknown, runs: readonly string[]): ArrayBuffer {
  const header = {
    ...{ version: 1, axis, smoothing: null, width_asked: 64, width: 64, vertex_budget: 999, vertices: 2 },
    ...{
      incomplete: [],
      baseline: null,
      pictures: [{ tag: "loss", x_min: 0, x_max: 1, display_name: runs[0]!, description: "" }],
    },
    series: runs.map((run, i) => ({
      ...{ run, tag: "loss", attempt: 0, attempts: 1, superseded: false, superseded_points: 0 },
      ...{ start: 2 * i, length: 2, points: 2, thinned: false, left_out: 0 },
    })),
  };
  const x = Float64Array.from(runs.flatMap(() => [0, 1]));
  return frame(header, { step: Int32Array.from(x), wall_time: x, value: x });
}

test("a card that gets wider asks for as many columns as it has then", async () => {
  const widths: unknown[] = [];
  answers.set("api/scalars", ({ width, axis }) => {
    widths.push(width);
    return scalars(axis, ["a"]);
  });
  const card = new ScalarCard(["loss"]);
  card.show(true);
  card.resize(300);
  await until(() => card.overview !== null);
  const narrow = card.overview;
  card.resize(200);
  card.resize(1_200);
  await until(() => card.overview !== narrow);
  expect(widths).toEqual([320, 1_216]);
});

test("what is said of a tag stays that of the first run when others are asked for again", async () => {
  const asked: unknown[] = [];
  answers.set("api/scalars", ({ axis, runs }) => {
    asked.push(runs);
    return scalars(axis, (runs as string[] | null) ?? ["a", "b"]);
  });
  const card = new ScalarCard(["loss"]);
  card.show(true);
  card.resize(64);
  await until(() => card.overview !== null);
  const first = card.overview;
  card.markDirty(["b"]);
  await until(() => card.overview !== first);
  expect(asked).toEqual([null, ["b"]]);
  expect(card.said.get("loss")?.displayName).toBe("a");
});

test("a card that left before its turn is not asked for until it is back", async () => {
  const asked: unknown[] = [];
  let release!: () => void;
  const released = new Promise<void>((resolve) => (release = resolve));
  answers.set("api/scalars", async ({ tags, axis }) => {
    asked.push(...(tags as string[]));
    await released;
    return scalars(axis, ["a"]);
  });
  const cards = ["1", "2", "passed", "4"].map((tag) => new ScalarCard([tag]));
  for (const card of cards) {
    card.show(true);
    card.resize(64);
  }
  cards[2]!.show(false);
  release();
  await until(() => cards[3]!.overview !== null);
  expect(asked.toSorted()).toEqual(["1", "2", "4"]);
  cards[2]!.show(true);
  await until(() => cards[2]!.overview !== null);
  expect(cards[2]!.fault).toBeNull();
});

test("an answer that never comes stops its card, and those that wait for it, for two minutes at most", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  let hanging = 0;
  let hang!: () => void;
  const hung = new Promise<void>((resolve) => (hang = resolve));
  answers.set("api/scalars", ({ tags, axis }) => {
    if ((tags as string[])[0] === "other") return scalars(axis, ["a"]);
    if (++hanging === 2) hang();
    return new Promise<object>(() => undefined);
  });
  const cards = ["1", "2", "other"].map((tag) => new ScalarCard([tag]));
  for (const card of cards) {
    card.show(true);
    card.resize(64);
  }
  await hung;
  vi.advanceTimersByTime(120_000);
  await until(() => cards[2]!.overview !== null);
  expect(cards[0]!.fault).toContain("no points within 120 s");
  for (const card of cards) card.show(false);
});

test("a part of the axis is not asked for with another tag as x", async () => {
  const asked: unknown[] = [];
  let arrived = (): void => undefined;
  let released = Promise.resolve();
  answers.set("api/scalars", async ({ tags, x_min, axis }) => {
    asked.push([tags, x_min]);
    arrived();
    await released;
    return scalars(axis, ["a"]);
  });
  const card = new ScalarCard(["loss"]);
  card.show(true);
  card.resize(64);
  await until(() => card.overview !== null);
  card.look({ xMin: 0, xMax: 0.5, yMin: 0, yMax: 1 }, 64, 1);
  await until(() => card.detail !== null);
  let release!: () => void;
  released = new Promise((resolve) => (release = resolve));
  const again = new Promise<void>((resolve) => (arrived = resolve));
  card.markDirty(null);
  await again;
  card.ask({
    axis: "step",
    xTag: "lr",
    smoothing: null,
    attempts: "latest",
    baseline: null,
    quantiles: false,
  });
  release();
  await until(() => card.xTag === "lr");
  expect(asked).toEqual([
    [["loss"], null],
    [["loss"], 0],
    [["loss"], null],
    [["loss", "lr"], null],
  ]);
});

test("groups that are refused are not asked for while the card is out of sight", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  let asked = 0;
  answers.set("api/scalars", ({ axis }) => scalars(axis, ["sweep/1", "sweep/2"]));
  answers.set("api/groups", () => {
    asked++;
    return { refused: 500, error: { code: "failed", message: "no groups today" } };
  });
  answers.set("api/runs", () => ({}));
  const { card, groups } = grouped(["sweep/1", "sweep/2"]);
  let asleep = $state(false);
  $effect.root(() => {
    $effect(() => groups.ask(asleep));
  });
  /** How often groups were asked for in a minute, once all that was sent has arrived. */
  const inAMinute = async (): Promise<number> => {
    const before = asked;
    await vi.advanceTimersByTimeAsync(60_000);
    await fetchRuns();
    return asked - before;
  };
  card.show(true);
  card.resize(64);
  await until(() => groups.fault === "no groups today");
  expect(await inAMinute()).toBeGreaterThan(0);
  asleep = true;
  flushSync();
  await inAMinute();
  expect(await inAMinute()).toBe(0);
  asleep = false;
  flushSync();
  expect(await inAMinute()).toBeGreaterThan(0);
});

/** A card of these runs, all in one group that is drawn as its mean. */
function grouped(names: readonly string[]): { board: Board; card: ScalarCard; groups: CardGroups } {
  const board = new Board();
  board.logdirs = [logdir("runs")];
  const runs = names.map((name) => run(name));
  board.selection.meet(runs, true);
  board.runs = runs;
  board.groups.rule = { by: "folder", depth: 1 };
  board.groups.drawAs = "mean";
  const card = board.card(["loss"]);
  return { board, card, groups: new CardGroups(board, card) };
}

test("groups are not drawn on an axis that they were not asked on", async () => {
  const statistics = ["mean", "median", "min", "max", "sd", "se", "low95", "high95"];
  let release!: () => void;
  const released = new Promise<void>((resolve) => (release = resolve));
  answers.set("api/scalars", ({ axis }) => scalars(axis, ["sweep/1", "sweep/2"]));
  answers.set("api/groups", async ({ axis }) => {
    if (axis === "wall") await released;
    const group = {
      group: "sweep",
      tag: "loss",
      runs: 2,
      jobs: 2,
      start: 0,
      length: 1,
      thinned: false,
      spacing: null,
      reduce: null,
    };
    const header = { version: 1, axis, baseline: null, width_asked: 64, pictures: [], groups: [group] };
    const one = Float64Array.of(1);
    return frame(header, {
      ...{ x: axis === "wall" ? one : Int32Array.of(7), n: Uint32Array.of(2), non_finite: Uint32Array.of(0) },
      ...Object.fromEntries(statistics.map((name) => [name, one])),
    });
  });
  const { board, card, groups } = grouped(["sweep/1", "sweep/2"]);
  const x = (): number[] => groups.shown(() => [], false).map(({ series }) => series.x[0]!);
  $effect.root(() => {
    $effect(() => card.ask(board.asked));
    $effect(() => groups.ask(false));
  });
  card.show(true);
  card.resize(64);
  await until(() => x().length > 0);
  expect(x()).toEqual([7]);
  board.settings.change({ axis: "wall" });
  flushSync();
  await until(() => card.axis === "wall");
  expect(x()).toEqual([]);
  release();
  await until(() => x().length > 0);
  expect(x()).toEqual([1]);
});
