import { expect, test } from "vitest";
import { History } from "../../src/model/history";

test("steps are taken back and again, until a new one is taken", () => {
  const history = new History<string>(100, () => 1);
  for (const step of ["a", "b", "c"]) history.add(step);
  expect([history.undo(), history.undo(), history.redo()]).toEqual(["c", "b", "b"]);
  history.add("d");
  expect(history.canRedo).toBe(false);
  expect([history.undo(), history.undo(), history.undo(), history.undo()]).toEqual([
    "d",
    "b",
    "a",
    undefined,
  ]);
  expect(history.canUndo).toBe(false);
});

test("the oldest are forgotten where they are too much, never the latest", () => {
  const history = new History<number>(10, (step) => step);
  for (const step of [4, 4, 4]) history.add(step);
  expect([history.undo(), history.undo(), history.undo()]).toEqual([4, 4, undefined]);
  history.add(50);
  expect(history.undo()).toBe(50);
});
