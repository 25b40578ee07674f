/** From the vertices of curves to the outlines of their strokes and bands, which are kept for the view on show. */

import type { Curve, View } from "./curve";
import { dashTrack } from "./dash";
import { Arena, Envelope, type Outline } from "./envelope";
import type { RasterSize } from "./raster";
import { makeScale, type Scale } from "./scale";

/** Far beyond any plot, near enough that differences and products of positions stay exact and finite. */
const FAR = 1e12;

/** A dot is this much wider than the stroke, so that a lone point is seen among lines. */
const DOT_WIDTH = 3;

/** The outlines of one chart's curves for one view: switching or colouring a run outlines nothing anew. */
export class Outlines {
  private readonly arena = new Arena();
  private key = "";
  private pen: Pen | null = null;
  private lines = new WeakMap<Curve, Known>();
  private bands = new WeakMap<Curve, Known>();
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
    this.lines = new WeakMap();
    this.bands = new WeakMap();
    this.arena.clear();
    this.first = 0;
  }

  /** @param width in CSS pixels */
  line(curve: Curve, width: number, dashed: boolean): readonly Outline[] {
    const known = this.lines.get(curve);
    if (known?.width === width && known.dashed === dashed) return known.outlines;
    const outlines = this.pen!.line(curve, width, dashed, this.arena);
    this.lines.set(curve, { width, dashed, outlines });
    return outlines;
  }

  band(curve: Curve, width: number): readonly Outline[] {
    const known = this.bands.get(curve);
    if (known?.width === width) return known.outlines;
    const outlines = this.pen!.band(curve, width, this.arena);
    this.bands.set(curve, { width, dashed: false, outlines });
    return outlines;
  }
}

interface Known {
  readonly width: number;
  readonly dashed: boolean;
  readonly outlines: readonly Outline[];
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

  line(curve: Curve, cssWidth: number, dashed: boolean, arena: Arena): Outline[] {
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
      const point = isPoint(xs, ys, start, end);
      if (point) {
        radius *= DOT_WIDTH;
        this.envelope.addDot(xs[start]!, ys[start]!, radius);
      } else {
        this.envelope.setWidth(width);
        this.envelope.addLine(xs, ys, start, end);
      }
      // Taken before the next piece: across a gap, the two would become one interval.
      const outline = this.take(xs[start]!, xs[end - 1]!, radius, arena);
      // A dot has no length that a dash could be measured along: it is solid.
      if (outline && dashed && !point) {
        const { samplesPerColumn } = this.envelope;
        const columns = { ...outline, reach: Math.max(1, Math.ceil(radius)) };
        const track = dashTrack(xs, ys, start, end, columns, samplesPerColumn, this.size.height);
        outlines.push({ ...outline, track });
      } else if (outline) outlines.push(outline);
      start = end;
    }
    return outlines;
  }

  /** The band of a curve that has one; where it is narrower than a sample, an upright line. */
  band(curve: Curve, cssWidth: number, arena: Arena): Outline[] {
    const outlines: Outline[] = [];
    const [from, to] = this.inView(curve.x);
    const count = to - from;
    this.project(curve, from, count);
    const { xs } = this;
    const highs = new Float64Array(count);
    const lows = new Float64Array(count);
    this.placeRows(curve.high!, from, count, highs);
    this.placeRows(curve.low!, from, count, lows);
    for (let i = 0; i < count; i++) {
      // What a log axis has no place for lies below the plot, however large that is.
      const low = curve.low![from + i]!;
      if (Number.isNaN(lows[i]!) && low <= 0 && low > -Infinity) lows[i] = FAR;
    }
    const missing = (i: number) => Number.isNaN(xs[i]! + highs[i]! + lows[i]!);
    const width = cssWidth * this.size.pixelRatio;
    for (let start = 0; start < count; start++) {
      if (missing(start)) continue;
      let end = start + 1;
      while (end < count && !missing(end)) end++;
      const [first, last] = [xs[start]!, xs[end - 1]!];
      let radius = 0;
      // What is narrower could lie between two samples, and would not be seen.
      if (last - first >= 1) this.envelope.addBand(xs, highs, lows, start, end);
      else {
        const ends = Float64Array.of(FAR, -FAR);
        for (let i = start; i < end; i++) {
          ends[0] = Math.min(ends[0]!, highs[i]!, lows[i]!);
          ends[1] = Math.max(ends[1]!, highs[i]!, lows[i]!);
        }
        radius = width / 2;
        this.envelope.setWidth(width);
        this.envelope.addLine(Float64Array.of(first, first), ends, 0, 2);
      }
      const outline = this.take(first, last, radius, arena);
      if (outline) outlines.push(outline);
      start = end;
    }
    return outlines;
  }

  /** What was drawn between two X with this much around, or null if that is outside the plot. */
  private take(first: number, last: number, radius: number, arena: Arena): Outline | null {
    const { samplesPerColumn } = this.envelope;
    const from = Math.max(0, Math.floor((first + 0.5) / samplesPerColumn - radius));
    const to = Math.min(this.size.width, Math.floor((last + 0.5) / samplesPerColumn + radius) + 1);
    return from < to ? this.envelope.take(from, to, arena) : null;
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
    place(curve.x, from, count, this.xScale, this.envelope.top.length, -0.5, this.xs);
    this.placeRows(curve.y, from, count, this.ys);
  }

  private placeRows(values: Float64Array, from: number, count: number, placed: Float64Array): void {
    const { height } = this.size;
    place(values, from, count, this.yScale, -height, height, placed);
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
