/** Curves as their difference or ratio to another one, the baseline. */

export type Compare = "none" | "difference" | "ratio";
export const COMPARISONS: readonly Compare[] = ["none", "difference", "ratio"];
export const COMPARISON_NAMES: Readonly<Record<Compare, string>> = {
  none: "As logged",
  difference: "Difference",
  ratio: "Ratio",
};

/** Points in ascending order of x. */
export interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/**
 * The curve's points with y less (or divided by) the baseline's value at their x, which lies on the straight line between
 * the two baseline points beside it. Where the baseline has several points at that x, the last one counts. NaN, a gap,
 * stands where the baseline has no value: before its first and behind its last point, beside a point that is not finite,
 * and, for ratios, where it is 0. What is not finite in the curve itself stays so.
 * As the server compares (spec/api.md, POST /api/scalars).
 */
export function compared(curve: Points, baseline: Points, how: Exclude<Compare, "none">): Float64Array {
  const result = new Float64Array(curve.x.length);
  let behind = 0; // the first baseline point that lies behind x
  for (let i = 0; i < result.length; i++) {
    const x = curve.x[i]!;
    while (behind < baseline.x.length && baseline.x[behind]! <= x) behind++;
    const reference = valueBefore(baseline, behind, x);
    const y = curve.y[i]!;
    if (how === "difference") result[i] = y - reference;
    else result[i] = reference === 0 ? NaN : y / reference;
    if (!Number.isFinite(reference)) result[i] = NaN;
  }
  return result;
}

/** The value at x, given which point is the first behind it. */
function valueBefore({ x: xs, y: ys }: Points, behind: number, x: number): number {
  if (behind === 0) return NaN;
  const [x0, y0] = [xs[behind - 1]!, ys[behind - 1]!];
  if (x0 === x) return y0;
  if (behind === xs.length) return NaN;
  const [x1, y1] = [xs[behind]!, ys[behind]!];
  const share = (x - x0) / (x1 - x0);
  return y0 * (1 - share) + y1 * share;
}
