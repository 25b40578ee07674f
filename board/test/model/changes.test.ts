import { expect, test } from "vitest";
import { NOTHING, runsWith, withChange } from "../../src/model/changes";
import type { Change } from "../../src/wire/types";

const change = (members: Partial<Change>): Change => ({
  version: 1,
  runs: [],
  series: {},
  any_series: [],
  removed: [],
  tags: false,
  all: false,
  ...members,
});

test("a change concerns a tag in the runs that name it and in those that name none", () => {
  const some = change({ runs: ["a", "b", "c", "d"], series: { loss: [0, 2], lr: [0] }, any_series: [3] });
  expect(runsWith(some, ["loss"])).toEqual(["d", "a", "c"]);
  expect(runsWith(some, ["lr"])).toEqual(["d", "a"]);
  expect(runsWith(some, ["lr", "loss"])).toEqual(["d", "a", "c"]);
  expect(runsWith(some, ["accuracy"])).toEqual(["d"]);
  expect(runsWith(change({ runs: ["a"] }), ["constructor"])).toEqual([]);
});

test("pending changes add up, and a change of runs, or of a log directory, is one too", () => {
  const runs = withChange(NOTHING, change({ runs: ["a"] }));
  expect(runs).toEqual({ tags: false, all: false });
  expect(runs).not.toBe(NOTHING);
  const tags = withChange(runs, change({ removed: ["a"], tags: true }));
  expect(withChange(tags, change({ runs: ["c"] }))).toEqual({ tags: true, all: false });
  expect(withChange(NOTHING, change({ version: 9 }))).not.toBe(NOTHING);
});
