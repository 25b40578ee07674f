/** Series over another tag as their difference or ratio to those of one run, the baseline. Over steps and times the server compares. */

import { type Compare, compared, type Points } from "./baseline";
import { boundsOf, type Series } from "./series";

type How = Exclude<Compare, "none">;

interface Reference {
  readonly value: Points;
  /** Null without smoothing. */
  readonly smoothed: Points | null;
}

export class Comparison {
  private readonly references = new Map<string, Reference>();
  /** What was worked out stays as long as the series: switching a run compares nothing anew. */
  private readonly known = new WeakMap<Series, Series>();

  /** @param series those of a card, of which some are the baseline's */
  constructor(
    series: readonly Series[],
    run: string,
    private readonly how: How,
  ) {
    const own = series.filter((one) => one.run === run && one.x.length > 0);
    for (const tag of new Set(own.map((one) => one.tag))) {
      const attempts = own.filter((one) => one.tag === tag);
      const smooth = attempts.every(({ smoothed }) => smoothed !== null);
      this.references.set(tag, {
        value: inOrder(attempts, ({ value }) => value),
        smoothed: smooth ? inOrder(attempts, ({ value, smoothed }) => smoothed ?? value) : null,
      });
    }
  }

  /** The series compared; one whose tag the baseline does not have is empty. */
  of(series: Series): Series {
    let found = this.known.get(series);
    if (found === undefined) this.known.set(series, (found = this.compare(series)));
    return found;
  }

  private compare(series: Series): Series {
    const reference = this.references.get(series.tag);
    const nothing = new Float64Array(series.x.length).fill(NaN);
    const value = reference ? compared({ x: series.x, y: series.value }, reference.value, this.how) : nothing;
    const smoothed =
      series.smoothed &&
      (reference
        ? compared({ x: series.x, y: series.smoothed }, reference.smoothed ?? reference.value, this.how)
        : nothing);
    return {
      ...series,
      value,
      smoothed,
      bounds: boundsOf(series.x, smoothed ? [value, smoothed] : [value]),
      // Gaps where the baseline has no value are no NaN that was logged: no mark says so.
      nonFinite: false,
    };
  }
}

/** "Δ to run" or "ratio to run". */
export function comparisonTitle(how: How, name: string): string {
  return how === "difference" ? `Δ to ${name}` : `ratio to ${name}`;
}

/** The points of all attempts as one curve; of equal x, later attempts come last. */
function inOrder(attempts: readonly Series[], columnOf: (series: Series) => Float64Array): Points {
  if (attempts.length === 1) return { x: attempts[0]!.x, y: columnOf(attempts[0]!) };
  const points = attempts.flatMap((one) => {
    const column = columnOf(one);
    return Array.from(one.x, (x, i) => ({ x, y: column[i]! }));
  });
  points.sort((a, b) => a.x - b.x);
  return { x: Float64Array.from(points, ({ x }) => x), y: Float64Array.from(points, ({ y }) => y) };
}
