/** Dash patterns: what tells curves apart where colours run out. */

import { EDGE_UNIT } from "./envelope";

/** Lengths in CSS pixels of dash and gap in turn; of the first, solid, there are none. Runs take the first few. */
export const DASHES: readonly (readonly number[])[] = [
  [],
  [9, 5],
  [2, 3],
  [12, 3, 2, 3],
  [4, 9],
  [20, 5],
  [12, 3, 2, 3, 2, 3],
  [6, 3, 6, 10],
];

/**
 * How strongly a gap is drawn, of EDGE_UNIT: faintly, and not left out. Else a spike as narrow as a gap would vanish
 * where it falls into one, and there would be nothing to point at.
 */
export const GAP = 40;

/** Dashes of more curves than this are too close together to be told apart and are drawn solid. */
export const MOST_DASHED = 256;

/** Table entries in a pixel of length. */
const FINENESS = 8;

/** A pattern's strength, 0 to EDGE_UNIT, by the distance along the curve. */
export class DashPattern {
  private readonly table: Int32Array;

  constructor(index: number, pixelRatio: number) {
    const lengths = DASHES[index % DASHES.length]!.map((length) => length * pixelRatio);
    const period = lengths.reduce((sum, length) => sum + length, 0);
    this.table = new Int32Array(Math.max(1, Math.round(period * FINENESS))).fill(GAP);
    for (let i = 0; i < this.table.length; i++) {
      const at = (i * period) / this.table.length;
      let start = 0;
      for (let n = 0; n < lengths.length; n += 2) {
        for (const from of [start - period, start, start + period]) {
          const inside = Math.min(at - from, from + lengths[n]! - at);
          const part = Math.min(1, Math.max(0, inside + 0.5));
          const strength = Math.round(GAP + (EDGE_UNIT - GAP) * part);
          if (strength > this.table[i]!) this.table[i] = strength;
        }
        start += lengths[n]! + lengths[n + 1]!;
      }
    }
  }

  /** Fills `strengths` for the rows `first` to `end - 1` of a column of the picture. */
  strengthsAt(track: DashTrack, column: number, first: number, end: number, strengths: Int32Array): void {
    const { table } = this;
    const { along, height, from, reach } = track;
    const left = column - from;
    const width = 2 * reach + 1;
    const right = left + width;
    // A pixel lies where it projects to on the way from one side of the stroke's neighbourhood to the other.
    const down = height[right]! - height[left]!;
    const middle = (height[right]! + height[left]!) / 2;
    const turn = down / (width * width + down * down);
    for (let row = first; row < end; row++) {
      const part = Math.min(1, Math.max(0, 0.5 + (row + 0.5 - middle) * turn));
      const at = Math.round((along[left]! + part * (along[right]! - along[left]!)) * FINENESS) % table.length;
      strengths[row] = table[at < 0 ? at + table.length : at]!;
    }
  }
}

/**
 * How far along its curve each pixel column lies, at the column's sides: dashes keep their length on steep parts.
 * Of what a curve does up and down within a column nothing counts: there, dashes are measured along x.
 */
export interface DashTrack {
  /** The first column; items belong to the left sides of columns from `reach` before it to `reach` after the last. */
  readonly from: number;
  /** In columns, at least half the stroke's width. */
  readonly reach: number;
  readonly along: Float64Array;
  readonly height: Float64Array;
}

/** A column's way up or down counts if it is nearly all that the curve does there. */
const PASSAGE = 0.9;

/**
 * @param xs in samples, `samplesPerColumn` to a column
 * @param rows of the plot: what a curve does outside has no length
 */
export function dashTrack(
  xs: Float64Array,
  ys: Float64Array,
  start: number,
  end: number,
  columns: { readonly from: number; readonly to: number; readonly reach: number },
  samplesPerColumn: number,
  rows: number,
): DashTrack {
  const { from, to, reach } = columns;
  const along = new Float64Array(to - from + 2 * reach + 1);
  const height = new Float64Array(along.length);
  const inside = (y: number) => Math.max(-1, Math.min(rows + 1, y));
  const origin = Math.max(-0.5, xs[start]!);
  let vertex = start;
  for (let i = 0; i < along.length; i++) {
    const side = (from - reach + i) * samplesPerColumn - 0.5;
    let least = Infinity;
    let most = -Infinity;
    while (vertex < end && xs[vertex]! <= side) {
      const y = inside(ys[vertex++]!);
      least = Math.min(least, y);
      most = Math.max(most, y);
    }
    // Before its first and after its last vertex, a line is taken to go on as it did.
    const before = Math.max(start, Math.min(vertex, end - 1) - 1);
    const width = xs[before + 1]! - xs[before]!;
    const slope = width > 0 ? (ys[before + 1]! - ys[before]!) / width : 0;
    const passed = width > 0 || side < xs[before]! ? before : before + 1;
    const y = inside(ys[passed]! + slope * (side - xs[passed]!));
    height[i] = y;
    if (i === 0) {
      const steep = slope * samplesPerColumn;
      along[i] = ((side - origin) / samplesPerColumn) * Math.sqrt(1 + steep * steep);
      continue;
    }
    const step = y - height[i - 1]!;
    least = Math.min(least, y, height[i - 1]!);
    most = Math.max(most, y, height[i - 1]!);
    const passes = Math.abs(step) >= PASSAGE * (most - least);
    along[i] = along[i - 1]! + (passes ? Math.sqrt(1 + step * step) : 1);
  }
  return { from, reach, along, height };
}
