import { expect, test } from "vitest";
import { Comparison, comparisonTitle } from "../../src/model/comparison";
import { seriesOf } from "./curves";

const base = seriesOf("base", [[0, 1], [10, 3]]); // prettier-ignore
const other = seriesOf("a", [[0, 2], [5, 2], [20, 9]]); // prettier-ignore

test("values are read against the baseline's at the same x, with gaps where it has none", () => {
  const difference = new Comparison([base, other], "base", "difference").of(other);
  expect([...difference.value]).toEqual([1, 0, NaN]);
  expect(difference.bounds).toMatchObject({ yMin: 0, yMax: 1 });
  expect(difference.nonFinite).toBe(false);
  expect([...new Comparison([base, other], "base", "ratio").of(base).value]).toEqual([1, 1]);
});

test("a baseline that was restarted is one curve, of which the later attempt counts", () => {
  const again = seriesOf("base", [[5, 7], [10, 8]], { attempt: 1 }); // prettier-ignore
  const comparison = new Comparison([base, again, other], "base", "difference");
  expect([...comparison.of(seriesOf("a", [[0, 0], [5, 0], [10, 0]])).value]).toEqual([-1, -7, -8]); // prettier-ignore
});

test("smoothed curves are compared with the smoothed baseline", () => {
  const smooth = { ...base, smoothed: Float64Array.of(1, 1) };
  const compared = new Comparison([smooth], "base", "difference").of({
    ...other,
    smoothed: Float64Array.of(2, 2, 2),
  });
  expect([...compared.smoothed!]).toEqual([1, 1, NaN]);
});

test("a tag that the baseline does not have draws nothing", () => {
  const comparison = new Comparison([base], "base", "ratio");
  const lr = seriesOf("a", [[0, 1]], { tag: "lr" });
  expect([...comparison.of(lr).value]).toEqual([NaN]);
  expect(comparison.of(lr)).toBe(comparison.of(lr));
  expect(comparisonTitle("difference", "base")).toBe("Δ to base");
});
