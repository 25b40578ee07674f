import { expect, test } from "vitest";
import { readingsAt } from "../../src/model/plot";
import { alignedTimes, alignedValues, spokenReading } from "../../src/views/scalars/table";
import { seriesOf } from "../model/curves";

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

test("a reading is said in one line, whatever its run is called", () => {
  const series = seriesOf("a", [[0, 0.5], [2400, 0.43217], [2401, NaN]]); // prettier-ignore
  const at = (x: number) => readingsAt([{ series, colour: "#000000", on: true }], x, 0)[0]!;
  const step = { ...at(2400), series: { ...series, step: Int32Array.of(0, 2400, 2401) } };
  expect(spokenReading(step, "lr\n0.1", 12)).toBe("lr␊0.1: 0.43217 at step 2,400, nearest of 12");
  expect(spokenReading({ ...step, index: 2, y: NaN }, "a", 1)).toBe("a: NaN at step 2,401");
});
