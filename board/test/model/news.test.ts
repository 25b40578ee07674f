import { expect, test } from "vitest";
import { newestSince } from "../../src/model/news";
import type { Series } from "../../src/model/series";
import { seriesOf } from "./curves";

const upTo = (run: string, end: number): Series => seriesOf(run, [[0, 1], [end, 1]]); // prettier-ignore
const [short, long] = [upTo("short", 100), upTo("long", 900)];
const every = (): boolean => true;

test("only what was logged since is new, whoever is switched on and however often points are fetched", () => {
  expect(newestSince([short, long], [short, long], every)).toBe(-Infinity);
  expect(newestSince([short, long], [upTo("short", 100), upTo("long", 900)], every)).toBe(-Infinity);
  expect(newestSince([short, long], [upTo("short", 120), long], every)).toBe(120);
  expect(newestSince([short, long], [upTo("short", 120), long], (run) => run === "long")).toBe(-Infinity);
  expect(newestSince([short, long], [short, long, upTo("came", 50)], every)).toBe(50);
});
