/** Maps between data values and the unit interval, in float64 until the last subtraction. */

/**
 * How an axis lays out its values: evenly, by their logarithm, or by the logarithm on both sides of zero with
 * a linear part between -`symlog` and `symlog`.
 */
export type ScaleKind = "linear" | "log" | { readonly symlog: number };

/** One axis of a view: 0 is its lower end, 1 its upper end. */
export interface Scale {
  readonly min: number;
  readonly max: number;
  readonly kind: ScaleKind;
  /** Position of a value; NaN where the axis has no place for it (NaN, or not positive on a log axis). */
  toUnit(value: number): number;
  toValue(unit: number): number;
}

/**
 * The scale of the domain `min`..`max`, in either order. A domain without width is widened around its
 * value, and a log domain that reaches zero or below starts at the smallest positive number, so that a
 * scale exists for every input and every finite value has a place (on a log axis: every positive one).
 */
export function makeScale(min: number, max: number, kind: ScaleKind = "linear"): Scale {
  if (kind === "linear") return linearScale(min, max);
  return kind === "log" ? logScale(min, max) : symlogScale(min, max, kind.symlog);
}

function linearScale(low: number, high: number): Scale {
  let [min, max] = ordered(low, high, -Number.MAX_VALUE, [-1, 1]);
  if (min === max) [min, max] = widened(min, max, 0.5);
  // Halving keeps the width of a domain like ±1e308 finite.
  const part = Number.isFinite(max - min) ? 1 : 0.5;
  const origin = min * part;
  const width = max * part - origin;
  return {
    min,
    max,
    kind: "linear",
    toUnit: (value) => (value * part - origin) / width,
    toValue: (unit) => (unit <= 0.5 ? min + (unit * width) / part : max - ((1 - unit) * width) / part),
  };
}

function logScale(low: number, high: number): Scale {
  let [min, max] = ordered(low, high, Number.MIN_VALUE, [0.1, 10]);
  // Neighbouring floats can have the same logarithm: what counts is the width that the logarithm sees.
  if (!(Math.log(max) - Math.log(min) > 1e-12)) {
    [min, max] = [Math.max(min / 2, Number.MIN_VALUE), Math.min(max * 2, Number.MAX_VALUE)];
  }
  const origin = Math.log(min);
  const width = Math.log(max) - origin;
  return {
    min,
    max,
    kind: "log",
    toUnit: (value) => (value > 0 ? (Math.log(value) - origin) / width : NaN),
    toValue: (unit) => Math.exp(origin + unit * width),
  };
}

/** Below it, shares of the threshold would be too small for a float. */
const LEAST_THRESHOLD = 1e-300;

/** With the natural logarithm, both parts have the same slope where they meet: a line has no kink there. */
function symlogScale(low: number, high: number, asked: number): Scale {
  const threshold = asked > 0 && Number.isFinite(asked) ? Math.max(asked, LEAST_THRESHOLD) : 1;
  const shift = 1 - Math.log(threshold);
  const place = (value: number): number => {
    const size = Math.abs(value);
    if (size <= threshold) return value / threshold;
    const far = Math.log(size) + shift;
    return value < 0 ? -far : far;
  };
  let [min, max] = ordered(low, high, -Number.MAX_VALUE, [-threshold, threshold]);
  if (!(place(max) - place(min) > 1e-13 * Math.max(Math.abs(place(min)), Math.abs(place(max))))) {
    // Next to zero, what is half of a value has no share of the threshold.
    const nothing = Math.max(Math.abs(min), Math.abs(max)) < 1e-9 * threshold;
    [min, max] = nothing ? [-threshold, threshold] : widened(min, max, threshold);
  }
  const origin = place(min);
  const width = place(max) - origin;
  return {
    min,
    max,
    kind: { symlog: threshold },
    toUnit: (value) => (place(value) - origin) / width,
    toValue: (unit) => {
      const at = origin + unit * width;
      if (Math.abs(at) <= 1) return at * threshold;
      return Math.sign(at) * Math.exp(Math.abs(at) - shift);
    },
  };
}

/** The ends in order and inside what the axis can show; `instead` if one of them is no number. */
function ordered(a: number, b: number, least: number, instead: [number, number]): [number, number] {
  if (Number.isNaN(a) || Number.isNaN(b)) return instead;
  const clamp = (value: number) => Math.min(Math.max(value, least), Number.MAX_VALUE);
  return [clamp(Math.min(a, b)), clamp(Math.max(a, b))];
}

/** Wider on either side by half of the value there, or around zero by `margin`. */
function widened(min: number, max: number, margin: number): [number, number] {
  return [
    Math.max(min - (Math.abs(min) / 2 || margin), -Number.MAX_VALUE),
    Math.min(max + (Math.abs(max) / 2 || margin), Number.MAX_VALUE),
  ];
}

/** Values looked at in each column for a threshold, and those that may lie in the linear part. */
const SAMPLED = 64;
const LINEAR_SHARE = 0.1;
const MOST_DECADES = 8;

/**
 * The power of ten below which about a tenth of these values other than zero lie, in size: a symlog axis that
 * is linear up to there spends no decades on the few values that happen to pass close by zero.
 */
export function symlogThreshold(columns: Iterable<Float64Array>): number {
  const sizes: number[] = [];
  for (const column of columns) {
    const stride = Math.max(1, Math.floor(column.length / SAMPLED));
    for (let i = 0; i < column.length; i += stride) {
      const size = Math.abs(column[i]!);
      if (size > 0 && size < Infinity) sizes.push(size);
    }
  }
  if (sizes.length === 0) return 1;
  const sorted = Float64Array.from(sizes).sort();
  const least = Math.log10(sorted[Math.floor(LINEAR_SHARE * sorted.length)]!);
  const most = Math.log10(sorted[sorted.length - 1]!);
  const exponent = Math.floor(Math.max(least, most - MOST_DECADES) + 1e-9);
  return Math.max(LEAST_THRESHOLD, Number(`1e${exponent}`));
}
