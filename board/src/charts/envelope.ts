/**
 * The outline of a stroked curve, as its upper and lower edge at evenly spaced vertical lines.
 *
 * A stroke is the set of points within a radius of its curve. Where the curve is connected and a function
 * of x, a vertical line cuts that set in one interval: the curve's nearby points move continuously, and
 * so do the chords of the discs around them. So a stroke is described completely by two functions of x,
 * and the union of all its segments and round joins is a running minimum and maximum: nothing is counted
 * twice, nothing is left out, whatever the slope.
 *
 * Coordinates: X counts samples (sample k is at X = k), Y counts device pixels downwards.
 */
export class Envelope {
  readonly top: Float64Array;
  readonly bottom: Float64Array;
  private radius = 0; // in pixels
  private reach = 0; // in samples

  constructor(
    columns: number,
    private readonly rows: number,
    readonly samplesPerColumn: number,
  ) {
    this.top = new Float64Array(columns * samplesPerColumn).fill(Infinity);
    this.bottom = new Float64Array(columns * samplesPerColumn).fill(-Infinity);
  }

  setWidth(pixels: number): void {
    this.radius = pixels / 2;
    this.reach = this.radius * this.samplesPerColumn;
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
    const slope = dy / (bx - ax);
    const last = top.length - 1;
    let end = Math.min(last, Math.floor(bx + shift));
    let k = Math.max(0, Math.ceil(ax + shift));
    for (let y = ay - rise + slope * (k - ax - shift); k <= end; k++, y += slope) {
      if (y < top[k]!) top[k] = y;
    }
    end = Math.min(last, Math.floor(bx - shift));
    k = Math.max(0, Math.ceil(ax - shift));
    for (let y = ay + rise + slope * (k - ax + shift); k <= end; k++, y += slope) {
      if (y > bottom[k]!) bottom[k] = y;
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
    const end = Math.min(top.length - 1, Math.floor(x + reach * after));
    for (let k = Math.max(0, Math.ceil(x + reach * before)); k <= end; k++) {
      const edge = y - Math.sqrt(Math.max(0, reach * reach - (k - x) * (k - x))) / samplesPerColumn;
      if (edge < top[k]!) top[k] = edge;
    }
  }

  private arcBelow(x: number, y: number, before: number, after: number): void {
    const { bottom, reach, samplesPerColumn } = this;
    const end = Math.min(bottom.length - 1, Math.floor(x - reach * after));
    for (let k = Math.max(0, Math.ceil(x - reach * before)); k <= end; k++) {
      const edge = y + Math.sqrt(Math.max(0, reach * reach - (k - x) * (k - x))) / samplesPerColumn;
      if (edge > bottom[k]!) bottom[k] = edge;
    }
  }
}
