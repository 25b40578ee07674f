import "./page";
import { beforeEach, expect, test } from "vitest";
import { Groups } from "../../src/state/groups.svelte";
import { Hparams } from "../../src/state/hparams.svelte";
import { SavedView } from "../../src/state/view.svelte";
import { run } from "../model/a_run";

let groups: Groups;
beforeEach(() => {
  groups = new Groups(() => [run("a/1"), run("a/2")], new Hparams(), new SavedView());
});

test("a median has no band of the mean; with the mean the one that was chosen is there again", () => {
  groups.drawAs = "mean";
  groups.band = "ci95";
  groups.drawAs = "median";
  expect([groups.band, groups.bands]).toEqual(["min-max", ["none", "min-max"]]);
  const kept = groups.get();
  groups.set(null);
  groups.set(kept);
  expect(groups.band).toBe("min-max");
  groups.drawAs = "mean";
  expect(groups.band).toBe("ci95");
});

test("a pattern of which nothing was typed yet is kept as such", () => {
  groups.rule = { by: "pattern", pattern: "" };
  const kept = groups.get();
  groups.set(null);
  groups.set(kept);
  expect(groups.rule).toEqual({ by: "pattern", pattern: "" });
});
