/** Maps between data values and the unit interval, in float64 until the last subtraction. */

/** One axis of a view: 0 is its lower end, 1 its upper end. */
export interface Scale {
  readonly min: number;
  readonly max: number;
  readonly log: boolean;
  /** Position of a value; NaN where the axis has no place for it (NaN, or not positive on a log axis). */
  toUnit(value: number): number;
  toValue(unit: number): number;
}

/**
 * The scale of the domain `min`..`max`, in either order. A domain without width is widened around its
 * value, and a log domain that reaches zero or below starts at the smallest positive number, so that a
 * scale exists for every input and every finite value has a place (on a log axis: every positive one).
 */
export function makeScale(min: number, max: number, log = false): Scale {
  [min, max] = usableDomain(min, max, log);
  return log ? logScale(min, max) : linearScale(min, max);
}

function linearScale(min: number, max: number): Scale {
  // Halving keeps the width of a domain like ±1e308 finite.
  const part = Number.isFinite(max - min) ? 1 : 0.5;
  const origin = min * part;
  const width = max * part - origin;
  return {
    min,
    max,
    log: false,
    toUnit: (value) => (value * part - origin) / width,
    toValue: (unit) => (unit <= 0.5 ? min + (unit * width) / part : max - ((1 - unit) * width) / part),
  };
}

function logScale(min: number, max: number): Scale {
  const origin = Math.log(min);
  const width = Math.log(max) - origin;
  return {
    min,
    max,
    log: true,
    toUnit: (value) => (value > 0 ? (Math.log(value) - origin) / width : NaN),
    toValue: (unit) => Math.exp(origin + unit * width),
  };
}

function usableDomain(min: number, max: number, log: boolean): [number, number] {
  if (Number.isNaN(min) || Number.isNaN(max)) return log ? [0.1, 10] : [-1, 1];
  const least = log ? Number.MIN_VALUE : -Number.MAX_VALUE;
  const clamp = (value: number) => Math.min(Math.max(value, least), Number.MAX_VALUE);
  [min, max] = [clamp(Math.min(min, max)), clamp(Math.max(min, max))];
  if (log) {
    // Neighbouring floats can have the same logarithm: what counts is the width that the logarithm sees.
    if (Math.log(max) - Math.log(min) > 1e-12) return [min, max];
    return [clamp(min / 2), clamp(max * 2)];
  }
  if (min < max) return [min, max];
  const margin = Math.abs(min) / 2 || 0.5;
  return [clamp(min - margin), clamp(max + margin)];
}
