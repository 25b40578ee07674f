import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  CODE_OF_CONFLICT,
  CODE_OF_CUT,
  CODE_OF_DAMAGE,
  CODE_OF_NO_SCALARS,
  CODE_OF_PART,
  CODE_OF_STATE,
  codesOf,
} from "../../src/model/codes";
import { run } from "./a_run";

const spec = readFileSync(new URL("../../../spec/doctor.md", import.meta.url), "utf8");
const catalogue = new Set([...spec.matchAll(/^\*\*`(\w+)`\*\* \(\w+\)/gm)].map(([, code]) => code));

test("every code is one of the doctor's", () => {
  const named = [
    ...Object.values(CODE_OF_STATE),
    ...Object.values(CODE_OF_DAMAGE),
    ...Object.values(CODE_OF_PART),
    CODE_OF_CUT,
    CODE_OF_CONFLICT,
    CODE_OF_NO_SCALARS,
  ];
  expect(catalogue.size).toBeGreaterThan(80);
  expect(named.filter((code) => !catalogue.has(code))).toEqual([]);
});

const file = {
  name: "f",
  bytes: 100,
  bytes_read: 100,
  records: 3,
  modified: 0,
  state: "damaged" as const,
  message: "",
};
const cut = (offset: number) => ({ code: "truncated" as const, offset, length: 10, message: "" });

test("what is cut off by the file's end is told from what is missing within it", () => {
  const damaged = (...damage: ReturnType<typeof cut>[]) =>
    codesOf(run("x", { state: "damaged", files: [{ ...file, damage }] }));
  expect(damaged(cut(90))).toEqual(["record_cut"]);
  expect(damaged(cut(20), cut(40), cut(90))).toEqual(["record_lost", "record_cut"]);
});

test("a healthy run has none, and neither has one that is being read", () => {
  expect(codesOf(run("x"))).toEqual([]);
  expect(codesOf(run("x", { state: "loading", points: 0 }))).toEqual([]);
  expect(codesOf(run("x", { state: "header_only", points: 0, tags: 0 }))).toEqual(["nothing_logged"]);
  expect(codesOf(run("x", { points: 0, tags: 3 }))).toEqual(["run_without_scalars"]);
});
