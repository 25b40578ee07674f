import type { DashTrack } from "./dash";

/** Edges are integers in this part of a pixel, so that they are the same on every machine. */
export const EDGE_UNIT = 256;

/**
 * What is left of an envelope: the stroke's edges at the sample lines of the pixel columns `from` to `to - 1`.
 * `memory` holds at `rows`, for each column, the first row that the stroke touches, shifted by 16 bits, with the row
 * past the last; and at `edges` the upper and the lower edge of each sample in turn, alike where there is no stroke.
 */
export interface Outline {
  readonly from: number;
  readonly to: number;
  readonly memory: Int32Array;
  readonly rows: number;
  readonly edges: number;
  /** Of a dashed line; a dot has none. */
  readonly track?: DashTrack;
}

/** Memory for outlines in large pieces that are used again, so that a thousand curves make no thousand arrays. */
export class Arena {
  private readonly pieces: Int32Array[] = [];
  private piece = -1;
  private at = 0;
  /** Words taken since the last `clear`. */
  used = 0;

  /** Room for this many words, of any content, in `memory` from `at` on. */
  take(count: number): { readonly memory: Int32Array; readonly at: number } {
    let memory = this.pieces[this.piece];
    while (memory === undefined || this.at + count > memory.length) {
      this.at = 0;
      memory = this.pieces[++this.piece] ??= new Int32Array(Math.max(count, PIECE));
    }
    const { at } = this;
    this.at += count;
    this.used += count;
    return { memory, at };
  }

  clear(): void {
    this.piece = -1;
    this.at = this.used = 0;
  }
}

const PIECE = 1 << 18;

const NO_TOP = 0x7fffffff;
const NO_BOTTOM = -0x80000000;

/** Places in the segment at hand: its ends, and the sine of the direction of the one before, NaN without. */
const [AX, AY, BX, BY, SINE] = [0, 1, 2, 3, 4] as const;

/**
 * The outline of a stroked curve, as its upper and lower edge at evenly spaced vertical lines.
 *
 * A stroke is the set of points within a radius of its curve. Where the curve is connected and a function
 * of x, a vertical line cuts that set in one interval: the curve's nearby points move continuously, and
 * so do the chords of the discs around them. So a stroke is described completely by two functions of x,
 * and the union of all its segments and round joins is a running minimum and maximum: nothing is counted
 * twice, nothing is left out, whatever the slope.
 *
 * The edges hold parts of a pixel, EDGE_UNIT to one; a sample without a stroke has its top below its bottom.
 *
 * Coordinates: X counts samples (sample k is at X = k), Y counts device pixels downwards.
 */
export class Envelope {
  readonly top: Int32Array;
  readonly bottom: Int32Array;
  private radius = 0; // in pixels
  private reach = 0; // in samples
  /** The segment at hand: numbers that go from method to method as arguments cost an allocation each. */
  private readonly segment = new Float64Array(5);

  constructor(
    columns: number,
    private readonly rows: number,
    readonly samplesPerColumn: number,
  ) {
    this.top = new Int32Array(columns * samplesPerColumn).fill(NO_TOP);
    this.bottom = new Int32Array(columns * samplesPerColumn).fill(NO_BOTTOM);
  }

  setWidth(pixels: number): void {
    this.radius = pixels / 2;
    this.reach = this.radius * this.samplesPerColumn;
  }

  /** Moves the pixel columns `from` to `to - 1` out into the arena and empties them. */
  take(from: number, to: number, arena: Arena): Outline {
    const { top, bottom, samplesPerColumn } = this;
    const floor = Math.imul(this.rows, EDGE_UNIT);
    const { memory, at: rows } = arena.take((to - from) * (1 + 2 * samplesPerColumn));
    const edges = rows + to - from;
    let k = Math.imul(from, samplesPerColumn);
    let at = edges;
    for (let column = rows; column < edges; column = (column + 1) | 0) {
      let highest = floor;
      let lowest = 0;
      for (const end = (k + samplesPerColumn) | 0; k < end; k = (k + 1) | 0, at = (at + 2) | 0) {
        let high = top[k]!;
        let low = bottom[k]!;
        top[k] = NO_TOP;
        bottom[k] = NO_BOTTOM;
        if (high < 0) high = 0;
        if (low > floor) low = floor;
        if (low <= high) high = low = 0;
        else {
          if (high < highest) highest = high;
          if (low > lowest) lowest = low;
        }
        memory[at] = high;
        memory[at + 1] = low;
      }
      memory[column] = highest < lowest ? ((highest >> 8) << 16) | ((lowest + EDGE_UNIT - 1) >> 8) : 0;
    }
    return { from, to, memory, rows, edges };
  }

  /** Adds a disc around one point. */
  addDot(x: number, y: number, radius: number): void {
    this.setWidth(2 * radius);
    this.arcAbove(x, y, -1, 1);
    this.arcBelow(x, y, 1, -1);
  }

  /** Adds the connected line through vertices `from` to `to - 1`, which are finite and sorted by X. */
  addLine(xs: Float64Array, ys: Float64Array, from: number, to: number): void {
    // Beyond these bounds not even the edge of a stroke shows. Cutting there keeps numbers small.
    const left = -this.reach - this.samplesPerColumn;
    const right = this.top.length + this.reach + this.samplesPerColumn;
    const above = -this.radius - 2;
    const below = this.rows + this.radius + 2;
    const { segment } = this;
    let x0 = xs[from]!;
    let y0 = ys[from]!;
    segment[SINE] = NaN; // where the line starts or comes into view
    for (let i = from + 1; i < to; i++) {
      let ax = x0;
      let ay = y0;
      let bx = (x0 = xs[i]!);
      let by = (y0 = ys[i]!);
      if ((ax === bx && ay === by) || bx < left || ax > right) continue;
      if (ax < left || bx > right) {
        const slope = (by - ay) / (bx - ax);
        if (ax < left) {
          ay += slope * (left - ax);
          ax = left;
        }
        if (bx > right) {
          by -= slope * (bx - right);
          bx = right;
        }
      }
      if (ay < above || ay > below || by < above || by > below) {
        if ((ay < above && by < above) || (ay > below && by > below)) {
          this.endLine(ax, ay);
          continue;
        }
        const slope = (by - ay) / (bx - ax);
        const start = Math.max(above, Math.min(below, ay));
        if (start !== ay) {
          ax += (start - ay) / slope;
          ay = start;
          segment[SINE] = NaN;
        }
        const end = Math.max(above, Math.min(below, by));
        if (end !== by) {
          bx += (end - by) / slope;
          by = end;
        }
      }
      segment[AX] = ax;
      segment[AY] = ay;
      segment[BX] = bx;
      segment[BY] = by;
      this.addSegment();
      if (by === above || by === below) this.endLine(bx, by);
    }
    this.endLine(x0, y0);
  }

  /** Adds the area between two lines over the same X, sorted: vertices `from` to `to - 1`. */
  addBand(xs: Float64Array, highs: Float64Array, lows: Float64Array, from: number, to: number): void {
    const { top, bottom } = this;
    const edge = (y: number) => (Math.max(-1, Math.min(this.rows + 1, y)) * EDGE_UNIT + 0.5) | 0;
    for (let i = from + 1; i < to; i++) {
      const [ax, bx] = [xs[i - 1]!, xs[i]!];
      const end = Math.max(-1, Math.min(top.length - 1, Math.floor(bx)));
      for (let k = Math.min(top.length, Math.max(0, Math.ceil(ax))); k <= end; k++) {
        const part = bx > ax ? (k - ax) / (bx - ax) : 0;
        const high = edge(highs[i - 1]! + part * (highs[i]! - highs[i - 1]!));
        const low = edge(lows[i - 1]! + part * (lows[i]! - lows[i - 1]!));
        top[k] = Math.min(top[k]!, high, low);
        bottom[k] = Math.max(bottom[k]!, high, low);
      }
    }
  }

  /** The round end of the line so far, if there is one. */
  private endLine(x: number, y: number): void {
    const sine = this.segment[SINE]!;
    if (Number.isNaN(sine)) return;
    this.arcAbove(x, y, sine, 1);
    this.arcBelow(x, y, sine, -1);
    this.segment[SINE] = NaN;
  }

  /** Adds the segment at hand and the join before it. */
  private addSegment(): void {
    const { segment, top, bottom, reach, samplesPerColumn } = this;
    const ax = segment[AX]!;
    const ay = segment[AY]!;
    const bx = segment[BX]!;
    const dx = (bx - ax) / samplesPerColumn;
    const dy = segment[BY]! - ay;
    const length = Math.sqrt(dx * dx + dy * dy);
    if (length === 0) return;
    const sine = dy / length;
    const before = segment[SINE]!;
    segment[SINE] = sine;
    if (before !== sine) this.addJoin(before);

    const shift = reach * sine;
    const rise = (this.radius * dx) / length;
    // An upright segment has no slope; whichever of its points is taken for a sample between its sides will do.
    const slope = bx - ax > 1e-9 ? dy / (bx - ax) : 0;
    const step = slope * EDGE_UNIT;
    const last = (top.length - 1) | 0;
    let k = Math.max(0, Math.ceil(ax + shift)) | 0;
    let end = Math.min(last, Math.floor(bx + shift)) | 0;
    for (let y = (ay - rise + slope * (k - ax - shift)) * EDGE_UNIT + 0.5; k <= end; k = (k + 1) | 0) {
      const edge = y | 0;
      if (edge < top[k]!) top[k] = edge;
      y += step;
    }
    k = Math.max(0, Math.ceil(ax - shift)) | 0;
    end = Math.min(last, Math.floor(bx - shift)) | 0;
    for (let y = (ay + rise + slope * (k - ax + shift)) * EDGE_UNIT + 0.5; k <= end; k = (k + 1) | 0) {
      const edge = y | 0;
      if (edge > bottom[k]!) bottom[k] = edge;
      y += step;
    }
  }

  /** The half disc at the start of a line, or what of the disc shows on the outer side of a bend. */
  private addJoin(before: number): void {
    const { segment } = this;
    const x = segment[AX]!;
    const y = segment[AY]!;
    const sine = segment[SINE]!;
    if (!(before >= sine)) this.arcAbove(x, y, Number.isNaN(before) ? -1 : before, sine);
    if (!(before <= sine)) this.arcBelow(x, y, Number.isNaN(before) ? 1 : before, sine);
  }

  /** The part of a disc's upper edge that shows between the edges of two segments that meet in it. */
  private arcAbove(x: number, y: number, before: number, after: number): void {
    const { top, reach, samplesPerColumn } = this;
    const end = Math.max(-1, Math.min(top.length - 1, Math.floor(x + reach * after))) | 0;
    for (
      let k = Math.min(top.length, Math.max(0, Math.ceil(x + reach * before))) | 0;
      k <= end;
      k = (k + 1) | 0
    ) {
      const across = k - x;
      const rise = Math.sqrt(Math.max(0, reach * reach - across * across)) / samplesPerColumn;
      const edge = ((y - rise) * EDGE_UNIT + 0.5) | 0;
      if (edge < top[k]!) top[k] = edge;
    }
  }

  private arcBelow(x: number, y: number, before: number, after: number): void {
    const { bottom, reach, samplesPerColumn } = this;
    const end = Math.max(-1, Math.min(bottom.length - 1, Math.floor(x - reach * after))) | 0;
    for (
      let k = Math.min(bottom.length, Math.max(0, Math.ceil(x - reach * before))) | 0;
      k <= end;
      k = (k + 1) | 0
    ) {
      const across = k - x;
      const rise = Math.sqrt(Math.max(0, reach * reach - across * across)) / samplesPerColumn;
      const edge = ((y + rise) * EDGE_UNIT + 0.5) | 0;
      if (edge > bottom[k]!) bottom[k] = edge;
    }
  }
}
