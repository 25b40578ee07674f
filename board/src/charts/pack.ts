/** Many curves as a few columns: what crosses to a worker is paid by the array, not by the number. */

import type { Curve } from "./curve";

export interface PackedCurves {
  readonly ids: Uint32Array<ArrayBuffer>;
  /** Where each curve ends in the columns. */
  readonly ends: Uint32Array<ArrayBuffer>;
  readonly x: Float64Array<ArrayBuffer>;
  readonly y: Float64Array<ArrayBuffer>;
  /** Of bands, which either all of these curves have or none. */
  readonly low: Float64Array<ArrayBuffer> | null;
  readonly high: Float64Array<ArrayBuffer> | null;
}

/** Copies, since columns may be views into larger ones: those of curves with a band, and those of the others. */
export function packCurves(curves: Iterable<Curve>): PackedCurves[] {
  const [plain, banded]: [Curve[], Curve[]] = [[], []];
  for (const curve of curves) (curve.low && curve.high ? banded : plain).push(curve);
  return [plain, banded].filter(({ length }) => length > 0).map((some) => pack(some, some === banded));
}

function pack(curves: readonly Curve[], banded: boolean): PackedCurves {
  let size = 0;
  const ends = Uint32Array.from(curves, ({ x }) => (size += x.length));
  const column = (of: (curve: Curve) => Float64Array): Float64Array<ArrayBuffer> => {
    const all = new Float64Array(size);
    curves.forEach((curve, i) => all.set(of(curve), i === 0 ? 0 : ends[i - 1]!));
    return all;
  };
  return {
    ids: Uint32Array.from(curves, ({ id }) => id),
    ends,
    x: column(({ x }) => x),
    y: column(({ y }) => y),
    low: banded ? column(({ low }) => low!) : null,
    high: banded ? column(({ high }) => high!) : null,
  };
}

/** Views into the columns. */
export function unpackCurves({ ids, ends, x, y, low, high }: PackedCurves): Curve[] {
  return Array.from(ids, (id, i) => {
    const [from, to] = [i === 0 ? 0 : ends[i - 1]!, ends[i]!];
    const curve = { id, x: x.subarray(from, to), y: y.subarray(from, to) };
    return low && high ? { ...curve, low: low.subarray(from, to), high: high.subarray(from, to) } : curve;
  });
}

/** What goes along instead of being copied. */
export function buffersOf({ ids, ends, x, y, low, high }: PackedCurves): ArrayBuffer[] {
  return [ids, ends, x, y, low, high].flatMap((column) => (column ? [column.buffer] : []));
}
