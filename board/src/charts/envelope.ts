/** Edges are integers in this part of a pixel, so that they are the same on every machine. */
export const EDGE_UNIT = 256;

/** What is left of an envelope: the stroke's edges at the sample lines of the pixel columns `from` to `to - 1`. */
export interface Outline {
  readonly from: number;
  readonly to: number;
  readonly top: Int32Array;
  readonly bottom: Int32Array;
}

const NO_TOP = 0x7fffffff;
const NO_BOTTOM = -0x80000000;

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

  /** Takes the pixel columns `from` to `to - 1` out and empties them. */
  take(from: number, to: number): Outline {
    const [first, end] = [from * this.samplesPerColumn, to * this.samplesPerColumn];
    const outline = { from, to, top: this.top.slice(first, end), bottom: this.bottom.slice(first, end) };
    this.top.fill(NO_TOP, first, end);
    this.bottom.fill(NO_BOTTOM, first, end);
    return outline;
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
    let x0 = xs[from]!;
    let y0 = ys[from]!;
    let sine = NaN; // of the previous segment's direction, NaN where the line starts or comes into view
    for (let i = from + 1; i < to; i++) {
      let ax = x0;
      let ay = y0;
      let bx = (x0 = xs[i]!);
      let by = (y0 = ys[i]!);
      if ((ax === bx && ay === by) || bx < left || ax > right) continue;
      const slope = (by - ay) / (bx - ax);
      if (ax < left) {
        ay += slope * (left - ax);
        ax = left;
      }
      if (bx > right) {
        by -= slope * (bx - right);
        bx = right;
      }
      if (ay < above || ay > below || by < above || by > below) {
        if ((ay < above && by < above) || (ay > below && by > below)) {
          if (!Number.isNaN(sine)) this.cap(ax, ay, sine, 1);
          sine = NaN;
          continue;
        }
        const start = Math.max(above, Math.min(below, ay));
        if (start !== ay) {
          ax += (start - ay) / slope;
          ay = start;
          sine = NaN;
        }
        const end = Math.max(above, Math.min(below, by));
        if (end !== by) {
          bx += (end - by) / slope;
          by = end;
        }
      }
      sine = this.segment(ax, ay, bx, by, sine);
      if (by !== above && by !== below) continue;
      this.cap(bx, by, sine, 1);
      sine = NaN;
    }
    if (!Number.isNaN(sine)) this.cap(x0, y0, sine, 1);
  }

  /** Adds one segment and the join before it; gives the sine of its direction. */
  private segment(ax: number, ay: number, bx: number, by: number, before: number): number {
    const dx = (bx - ax) / this.samplesPerColumn;
    const dy = by - ay;
    const length = Math.sqrt(dx * dx + dy * dy);
    if (length === 0) return before;
    const sine = dy / length;
    if (Number.isNaN(before)) this.cap(ax, ay, sine, -1);
    else if (sine > before) this.arcAbove(ax, ay, before, sine);
    else if (sine < before) this.arcBelow(ax, ay, before, sine);

    const { top, bottom, reach } = this;
    const shift = reach * sine;
    const rise = (this.radius * dx) / length;
    // An upright segment has no slope; whichever of its points is taken for a sample between its sides will do.
    const slope = bx - ax > 1e-9 ? dy / (bx - ax) : 0;
    let end = this.atOrBefore(bx + shift);
    let k = this.atOrAfter(ax + shift);
    const step = slope * EDGE_UNIT;
    for (let y = (ay - rise + slope * (k - ax - shift)) * EDGE_UNIT + 0.5; k <= end; k++, y += step) {
      const edge = y | 0;
      if (edge < top[k]!) top[k] = edge;
    }
    end = this.atOrBefore(bx - shift);
    k = this.atOrAfter(ax - shift);
    for (let y = (ay + rise + slope * (k - ax + shift)) * EDGE_UNIT + 0.5; k <= end; k++, y += step) {
      const edge = y | 0;
      if (edge > bottom[k]!) bottom[k] = edge;
    }
    return sine;
  }

  /** The half disc where a line with this direction starts (side −1) or ends (side 1). */
  private cap(x: number, y: number, sine: number, side: -1 | 1): void {
    if (side < 0) {
      this.arcAbove(x, y, -1, sine);
      this.arcBelow(x, y, 1, sine);
    } else {
      this.arcAbove(x, y, sine, 1);
      this.arcBelow(x, y, sine, -1);
    }
  }

  /** The part of a disc's upper edge that shows between the edges of two segments that meet in it. */
  private arcAbove(x: number, y: number, before: number, after: number): void {
    const { top, reach, samplesPerColumn } = this;
    const end = this.atOrBefore(x + reach * after);
    for (let k = this.atOrAfter(x + reach * before); k <= end; k++) {
      const edge =
        ((y - Math.sqrt(Math.max(0, reach * reach - (k - x) * (k - x))) / samplesPerColumn) * EDGE_UNIT +
          0.5) |
        0;
      if (edge < top[k]!) top[k] = edge;
    }
  }

  private arcBelow(x: number, y: number, before: number, after: number): void {
    const { bottom, reach, samplesPerColumn } = this;
    const end = this.atOrBefore(x - reach * after);
    for (let k = this.atOrAfter(x - reach * before); k <= end; k++) {
      const edge =
        ((y + Math.sqrt(Math.max(0, reach * reach - (k - x) * (k - x))) / samplesPerColumn) * EDGE_UNIT +
          0.5) |
        0;
      if (edge > bottom[k]!) bottom[k] = edge;
    }
  }

  /** The first sample not left of X; beyond the last one if all are. */
  private atOrAfter(x: number): number {
    return Math.min(this.top.length, Math.max(0, Math.ceil(x))) | 0;
  }

  /** The last sample not right of X; −1 if all are. */
  private atOrBefore(x: number): number {
    return Math.min(this.top.length - 1, Math.max(-1, Math.floor(x))) | 0;
  }
}
