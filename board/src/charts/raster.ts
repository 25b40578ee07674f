/** The column rasteriser: curves to pixels, the same on every machine. Knows neither DOM nor worker. */

import type { Curve, View } from "./curve";
import { Envelope } from "./envelope";
import type { PaintList } from "./paint";
import { Picture } from "./picture";
import { makeScale, type Scale } from "./scale";

/** Sample lines in a pixel column: with few curves one looks at each stroke, beyond at the crowd. */
function samplesFor(curves: number): number {
  return curves <= 32 ? 16 : curves <= 256 ? 4 : 2;
}

/** Far beyond any plot, near enough that differences and products of positions stay exact and finite. */
const FAR = 1e12;

/** A dot is this much wider than the stroke, so that a lone point is seen among lines. */
const DOT_WIDTH = 3;

export interface RasterSize {
  /** In device pixels. */
  readonly width: number;
  readonly height: number;
  /** Device pixels in a CSS pixel. */
  readonly pixelRatio: number;
}

/** Draws the curves of `list` that `curves` holds; an id that it does not hold has no points and is skipped. */
export function drawCurves(
  curves: ReadonlyMap<number, Curve>,
  list: PaintList,
  view: View,
  size: RasterSize,
): Picture {
  const picture = new Picture(size.width, size.height);
  const envelope = new Envelope(size.width, size.height, samplesFor(list.ids.length));
  const pen = new Pen(picture, envelope, view, size.pixelRatio);
  for (let i = 0; i < list.ids.length; i++) {
    const curve = curves.get(list.ids[i]!);
    if (curve !== undefined) pen.draw(curve, list.widths[i]!, list.colors[i]!, list.opacities[i]!);
  }
  picture.unpremultiply();
  return picture;
}

class Pen {
  private readonly xScale: Scale;
  private readonly yScale: Scale;
  private xs = new Float64Array(1024); // in samples
  private ys = new Float64Array(1024); // in device pixels downwards

  constructor(
    private readonly picture: Picture,
    private readonly envelope: Envelope,
    view: View,
    private readonly pixelRatio: number,
  ) {
    this.xScale = makeScale(view.xMin, view.xMax, view.xLog);
    this.yScale = makeScale(view.yMin, view.yMax, view.yLog);
  }

  draw(curve: Curve, cssWidth: number, color: number, opacity: number): void {
    const [from, to] = this.inView(curve.x);
    this.project(curve, from, to);
    const width = cssWidth * this.pixelRatio;
    const { xs, ys } = this;
    const count = to - from;
    for (let start = 0; start < count; start++) {
      if (Number.isNaN(ys[start]!)) continue;
      let end = start + 1;
      while (end < count && !Number.isNaN(ys[end]!)) end++;
      let radius = width / 2;
      if (isPoint(xs, ys, start, end)) {
        radius *= DOT_WIDTH;
        this.envelope.addDot(xs[start]!, ys[start]!, radius);
      } else {
        this.envelope.setWidth(width);
        this.envelope.addLine(xs, ys, start, end);
      }
      // Painted before the next piece: across a gap, the two would become one interval.
      const { samplesPerColumn } = this.envelope;
      const first = Math.floor((xs[start]! + 0.5) / samplesPerColumn - radius);
      const last = Math.floor((xs[end - 1]! + 0.5) / samplesPerColumn + radius);
      this.picture.paint(
        this.envelope,
        Math.min(this.picture.width, Math.max(0, first)),
        Math.min(this.picture.width, Math.max(0, last + 1)),
        color,
        opacity,
        curve.id + 1,
      );
      start = end;
    }
  }

  /** The vertices that can show: those in the domain and, as lines come from outside, one on either side. */
  private inView(x: Float64Array): [number, number] {
    const margin = (2 * DOT_WIDTH * this.pixelRatio) / this.picture.width;
    const from = firstAbove(x, (value) => this.xScale.toUnit(value) >= -margin);
    const to = firstAbove(x, (value) => this.xScale.toUnit(value) > 1 + margin);
    return [Math.max(0, from - 1), Math.min(x.length, to + 1)];
  }

  /** Fills xs and ys; a vertex without a place gets y = NaN. */
  private project(curve: Curve, from: number, to: number): void {
    const { xScale, yScale, envelope } = this;
    const count = to - from;
    if (this.xs.length < count) {
      this.xs = new Float64Array(2 * count);
      this.ys = new Float64Array(2 * count);
    }
    const { xs, ys } = this;
    const across = envelope.top.length;
    const down = this.picture.height;
    for (let i = 0; i < count; i++) {
      const x = curve.x[from + i]!;
      const y = curve.y[from + i]!;
      const placed = Number.isFinite(x) && Number.isFinite(y);
      xs[i] = clampFar(xScale.toUnit(x) * across - 0.5);
      ys[i] = placed && !Number.isNaN(xs[i]!) ? clampFar((1 - yScale.toUnit(y)) * down) : NaN;
    }
  }
}

function clampFar(value: number): number {
  return value < -FAR ? -FAR : value > FAR ? FAR : value;
}

function isPoint(xs: Float64Array, ys: Float64Array, from: number, to: number): boolean {
  for (let i = from + 1; i < to; i++) {
    if (xs[i] !== xs[from] || ys[i] !== ys[from]) return false;
  }
  return true;
}

/** Index of the first value of a sorted column for which a monotone condition holds. */
function firstAbove(sorted: Float64Array, holds: (value: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
