import { describe, expect, test } from "vitest";
import { finder, findingsByRun, placeText, stageText } from "../../src/model/findings";
import type { Finding, Place, Run } from "../../src/wire/types";

const run = (id: string, logdir: string, name: string): Run => ({ id, logdir, name }) as Run;
const RUNS = [run("a0", "runs", "a"), run("b0", "runs", "b/c"), run("a1", "old", "a")];
/** Of which so many places are listed as there is room for: `runs` has all. */
const finding = (code: string, places: Place[]): Finding =>
  ({
    code,
    severity: "hides",
    count: places.length,
    places: places.slice(0, 1),
    runs: places.filter(({ run }) => run !== undefined).map(({ logdir, run }) => ({ logdir, run })),
  }) as unknown as Finding;

describe("findings of runs", () => {
  test("a run has the findings that name it, once each, in their order", () => {
    const twice = finding("twice", [
      { logdir: "runs", run: "a", tag: "x" },
      { logdir: "runs", run: "a", tag: "y" },
    ]);
    const other = finding("other", [
      { logdir: "runs", run: "b/c" },
      { logdir: "runs", run: "a" },
    ]);
    const found = findingsByRun([twice, other, finding("none", [{ path: "/x" }])], finder(RUNS));
    expect(found.get("a0")?.map(({ code }) => code)).toEqual(["twice", "other"]);
    expect(found.get("b0")?.map(({ code }) => code)).toEqual(["other"]);
    expect(found.has("a1")).toBe(false);
  });

  test("a place names its run with or beside the log directory; others name none", () => {
    const find = finder(RUNS);
    expect(find({ logdir: "old", run: "a" })).toBe("a1");
    expect(find({ run: "runs/b/c" })).toBe("b0");
    expect(find({ run: "gone", logdir: "runs" })).toBeNull();
    expect(find({ path: "/abs" })).toBeNull();
  });

  test("a stage that was not looked at bears no tick", () => {
    expect(stageText({ fact: "12 files", findings: 0 })).toBe("✓");
    expect(stageText({ fact: "", findings: 0 })).toBe("not looked at");
    expect(stageText({ fact: "", findings: 2 })).toBe("2 findings");
    expect(stageText({ fact: "", findings: null })).toBe("");
  });

  test("a place reads in one line", () => {
    const place = { path: "/r/e", run: "r", record: 3, offset: 812, length: 64, seen: "bad" };
    expect(placeText(place)).toBe("/r/e, record 3, bytes 812 to 875, bad");
    expect(placeText({ path: "/r/e", offset: 1812, seen: "bad" }, "all of it is bad")).toBe(
      "/r/e, byte 1,812",
    );
    expect(placeText({ run: "r" })).toBe("");
  });
});
