import { expect, test } from "vitest";
import { alignedTimes, alignedValues } from "../../src/views/scalars/table";

test.each([
  [
    [0.66313, 0.647, 0.0812345],
    ["0.66313", "0.64700", "0.08123"],
  ],
  [
    [1234.5, -20.25, 0],
    ["1,234.5", "−20.3", "0.0"],
  ],
  [
    [1, 2e-7, NaN],
    ["1", "2e−7", "NaN"],
  ],
  [
    [0.5, NaN, -Infinity],
    ["0.50000", "NaN", "−∞"],
  ],
  [[0], ["0"]],
  [[], []],
])("%j are written %j", (values, texts) => expect(alignedValues(values)).toEqual(texts));

test("a day that all times share is said once", () => {
  const noon = new Date(2026, 2, 1, 12).getTime() / 1000;
  expect(alignedTimes([noon, noon + 61])).toEqual({ day: "2026-03-01", texts: ["12:00:00", "12:01:01"] });
  expect(alignedTimes([noon, noon + 86_400])).toEqual({
    day: null,
    texts: ["2026-03-01 12:00:00", "2026-03-02 12:00:00"],
  });
  expect(alignedTimes([NaN])).toEqual({ day: null, texts: ["NaN"] });
});
