/** The column rasteriser: curves to pixels, the same on every machine. Knows neither DOM nor worker. */

import type { Curve, View } from "./curve";
import { Arena, Envelope, type Outline } from "./envelope";
import type { PaintList } from "./paint";
import { Picture, type Stroke } from "./picture";
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

/**
 * Draws the curves of `list` that `curves` holds; an id that it does not hold has no points and is skipped.
 * Outlines are kept in `outlines` for the next picture of the same chart.
 */
export function drawCurves(
  curves: ReadonlyMap<number, Curve>,
  list: PaintList,
  view: View,
  size: RasterSize,
  outlines = new Outlines(),
): Picture {
  const samples = samplesFor(list.ids.length);
  outlines.meet(view, size, samples);
  const strokes: Stroke[] = [];
  for (let i = 0; i < list.ids.length; i++) {
    const id = list.ids[i]!;
    const curve = curves.get(id);
    if (curve === undefined) continue;
    const outline = outlines.of(curve, list.widths[i]!);
    strokes.push({ outlines: outline, color: list.colors[i]!, opacity: list.opacities[i]!, owner: id + 1 });
  }
  const picture = new Picture(size.width, size.height);
  picture.paint(strokes, samples);
  return picture;
}

/** The outlines of one chart's curves for one view: switching or colouring a run outlines nothing anew. */
export class Outlines {
  private readonly arena = new Arena();
  private key = "";
  private pen: Pen | null = null;
  private known = new WeakMap<Curve, { readonly width: number; readonly outlines: readonly Outline[] }>();
  /** Words of the arena that the first picture of this view took. */
  private first = 0;

  /** Sets what outlines depend on besides curve and width, and forgets those for anything else. */
  meet(view: View, size: RasterSize, samples: number): void {
    const { xMin, xMax, yMin, yMax, xScale, yScale } = view;
    const { width, height, pixelRatio } = size;
    const kinds = [xScale, yScale].map((kind) => (typeof kind === "object" ? kind.symlog : kind));
    const key = [xMin, xMax, yMin, yMax, ...kinds, width, height, pixelRatio, samples].join();
    if (key !== this.key) {
      this.key = key;
      this.pen = new Pen(new Envelope(width, height, samples), view, size);
    } else {
      this.first ||= this.arena.used;
      if (this.arena.used <= 2 * this.first) return;
    }
    // Either all is to be outlined anew, or more than half of the arena belongs to curves that are gone.
    this.known = new WeakMap();
    this.arena.clear();
    this.first = 0;
  }

  /** @param width in CSS pixels */
  of(curve: Curve, width: number): readonly Outline[] {
    const known = this.known.get(curve);
    if (known?.width === width) return known.outlines;
    const outlines = this.pen!.outline(curve, width, this.arena);
    this.known.set(curve, { width, outlines });
    return outlines;
  }
}

class Pen {
  private readonly xScale: Scale;
  private readonly yScale: Scale;
  private xs = new Float64Array(1024); // in samples
  private ys = new Float64Array(1024); // in device pixels downwards

  constructor(
    private readonly envelope: Envelope,
    view: View,
    private readonly size: RasterSize,
  ) {
    this.xScale = makeScale(view.xMin, view.xMax, view.xScale);
    this.yScale = makeScale(view.yMin, view.yMax, view.yScale);
  }

  outline(curve: Curve, cssWidth: number, arena: Arena): Outline[] {
    const outlines: Outline[] = [];
    const [from, to] = this.inView(curve.x);
    const count = to - from;
    this.project(curve, from, count);
    const width = cssWidth * this.size.pixelRatio;
    const { xs, ys } = this;
    for (let start = 0; start < count; start++) {
      if (Number.isNaN(xs[start]! + ys[start]!)) continue;
      let end = start + 1;
      while (end < count && !Number.isNaN(xs[end]! + ys[end]!)) end++;
      let radius = width / 2;
      if (isPoint(xs, ys, start, end)) {
        radius *= DOT_WIDTH;
        this.envelope.addDot(xs[start]!, ys[start]!, radius);
      } else {
        this.envelope.setWidth(width);
        this.envelope.addLine(xs, ys, start, end);
      }
      // Taken before the next piece: across a gap, the two would become one interval.
      const { samplesPerColumn } = this.envelope;
      const first = Math.max(0, Math.floor((xs[start]! + 0.5) / samplesPerColumn - radius));
      const last = Math.floor((xs[end - 1]! + 0.5) / samplesPerColumn + radius);
      const past = Math.min(this.size.width, last + 1);
      if (first < past) outlines.push(this.envelope.take(first, past, arena));
      start = end;
    }
    return outlines;
  }

  /** The vertices that can show: those in the domain and, as lines come from outside, one on either side. */
  private inView(x: Float64Array): [number, number] {
    const margin = (2 * DOT_WIDTH * this.size.pixelRatio) / this.size.width;
    const from = firstAbove(x, (value) => this.xScale.toUnit(value) >= -margin);
    const to = firstAbove(x, (value) => this.xScale.toUnit(value) > 1 + margin);
    return [Math.max(0, from - 1), Math.min(x.length, to + 1)];
  }

  /** Fills xs and ys; what has no place is NaN. */
  private project(curve: Curve, from: number, count: number): void {
    if (this.xs.length < count) {
      this.xs = new Float64Array(2 * count);
      this.ys = new Float64Array(2 * count);
    }
    const across = this.envelope.top.length;
    const down = this.size.height;
    place(curve.x, from, count, this.xScale, across, -0.5, this.xs);
    place(curve.y, from, count, this.yScale, -down, down, this.ys);
  }
}

/** Fills `placed` with where `count` values lie: at `factor` × their units + `shift`, NaN without a finite place. */
function place(
  values: Float64Array,
  from: number,
  count: number,
  scale: Scale,
  factor: number,
  shift: number,
  placed: Float64Array,
): void {
  for (let i = 0; i < count; i++) {
    const value = values[from + i]!;
    const at = Number.isFinite(value) ? scale.toUnit(value) * factor + shift : NaN;
    placed[i] = at < -FAR ? -FAR : at > FAR ? FAR : at;
  }
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
