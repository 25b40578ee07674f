import "./page";
import { expect, test } from "vitest";
import { Desk } from "../../src/state/desk.svelte";
import { SavedView } from "../../src/state/view.svelte";

test("a page has more sections than a call can have arguments", () => {
  const tags = Array.from({ length: 150_000 }, (_, i) => `${i}/loss`);
  const desk = new Desk(new SavedView(), () => [...tags, "0/acc"]);
  expect(desk.fullest).toBe(2);
});
