import { expect, test } from "vitest";
import { counted, formatAge, formatBytes, formatCount } from "../../src/model/format";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1234, "1.2 kB"],
  [9960, "10 kB"],
  [999_600, "1.0 MB"],
  [105e6, "105 MB"],
  [3e15, "3000 TB"],
])("%d bytes read %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test.each([
  [-3, "0 s"],
  [59.9, "59 s"],
  [60, "1 min"],
  [3600, "1 h"],
  [86_400, "24 h"],
  [86_400 * 8, "8 d"],
  [86_400 * 2944, "8 y"],
])("%d seconds ago reads %s", (seconds, text) => expect(formatAge(seconds)).toBe(text));

test.each([0, 12, 999, 1000, 12_345, 1_234_567, Number.MAX_SAFE_INTEGER])(
  "%d is grouped by three digits",
  (count) => expect(formatCount(count)).toBe(count.toLocaleString("en")),
);

test("nouns follow their number", () => {
  expect([counted(0, "run"), counted(1, "run"), counted(1234, "run"), counted(3, "hparams")]).toEqual([
    "0 runs",
    "1 run",
    "1,234 runs",
    "3 hparams",
  ]);
});
