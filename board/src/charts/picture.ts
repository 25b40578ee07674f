/** A pixel buffer with, for each pixel, the curve that owns it. */

import { type Envelope, EDGE_UNIT } from "./envelope";

/** Full coverage of a pixel. */
const FULL = EDGE_UNIT;

/** Coverage from which a curve owns a pixel: half of it. */
const HALF = FULL / 2;

/**
 * `pixels` holds RGBA bytes (premultiplied by alpha until `unpremultiply`), row by row from the top;
 * `owner` holds for each pixel the id + 1 of the last curve painted over at least half of it, or 0.
 */
export class Picture {
  readonly pixels: Int32Array<ArrayBuffer>;
  readonly owner: Uint32Array<ArrayBuffer>;
  private readonly spans: Spans;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.pixels = new Int32Array(width * height);
    this.owner = new Uint32Array(width * height);
    this.spans = new Spans(width, height);
  }

  /** The pixels as the bytes of an ImageData. */
  get bytes(): Uint8ClampedArray<ArrayBuffer> {
    return new Uint8ClampedArray(this.pixels.buffer);
  }

  /**
   * Paints the pixel columns `from` to `to - 1` of an envelope and empties them there.
   *
   * @param color RGBA as 0xAABBGGRR with full alpha
   * @param opacity 0 to 256
   */
  paint(envelope: Envelope, from: number, to: number, color: number, opacity: number, owner: number): void {
    this.spans.cover(envelope, from | 0, to | 0);
    this.blend(from | 0, to | 0, color | 0, opacity | 0, owner | 0);
  }

  private blend(from: number, to: number, color: number, opacity: number, curve: number): void {
    const { pixels, owner, width } = this;
    const { firsts, ends, coverage } = this.spans;
    const redBlue = color & 0xff00ff;
    const greenAlpha = (color >>> 8) & 0xff00ff;
    let i = 0;
    for (let column = from; column < to; column = (column + 1) | 0) {
      const end = ends[column]!;
      let at = (Math.imul(firsts[column]!, width) + column) | 0;
      for (; i < end; i = (i + 1) | 0, at = (at + width) | 0) {
        const part = coverage[i]!;
        if (part >= HALF) owner[at] = curve;
        const share = Math.imul(part, opacity) >> 8;
        if (share === FULL) {
          pixels[at] = color;
          continue;
        }
        // Two channels at a time; a lane of 16 bits holds 255 × 256 plus the half that rounds.
        const under = pixels[at]!;
        const rest = FULL - share;
        const evens = (Math.imul(under & 0xff00ff, rest) + Math.imul(redBlue, share) + 0x800080) | 0;
        const odds =
          (Math.imul((under >>> 8) & 0xff00ff, rest) + Math.imul(greenAlpha, share) + 0x800080) | 0;
        pixels[at] = ((evens >>> 8) & 0xff00ff) | (odds & 0xff00ff00);
      }
    }
  }

  /** Turns premultiplied into straight alpha, which is what an ImageData holds. */
  unpremultiply(): void {
    const { pixels } = this;
    for (let i = 0; i < pixels.length; i++) {
      const pixel = pixels[i]!;
      const alpha = pixel >>> 24;
      if (alpha === 0 || alpha === 255) continue;
      const half = alpha >> 1;
      const red = Math.min(255, (((pixel & 255) * 255 + half) / alpha) | 0);
      const green = Math.min(255, ((((pixel >>> 8) & 255) * 255 + half) / alpha) | 0);
      const blue = Math.min(255, ((((pixel >>> 16) & 255) * 255 + half) / alpha) | 0);
      pixels[i] = (alpha << 24) | (blue << 16) | (green << 8) | red;
    }
  }
}

/** The pixels of one stroke: in each column one run of rows, each with its coverage from 0 to FULL. */
class Spans {
  /** First row of each column's run. */
  readonly firsts: Int32Array;
  /** Where each column's run ends in `coverage`; the runs lie there one after another. */
  readonly ends: Int32Array;
  readonly coverage: Uint16Array;
  /** Change of coverage from row to row within one column. */
  private readonly steps: Int32Array;

  constructor(
    width: number,
    private readonly height: number,
  ) {
    this.firsts = new Int32Array(width);
    this.ends = new Int32Array(width);
    this.coverage = new Uint16Array(width * height);
    this.steps = new Int32Array(height + 2);
  }

  /**
   * Measures an envelope's columns `from` to `to - 1` and empties them there.
   *
   * Each sample's interval adds two steps to its column's coverage, one at either edge, split over two
   * rows by where in the pixel the edge lies; the running sum of the steps is then the exact area, for flat
   * edges as for steep ones. Integers make the sum return to zero and the picture the same everywhere.
   */
  cover(envelope: Envelope, from: number, to: number): void {
    const { top, bottom, samplesPerColumn, shift } = envelope;
    const { firsts, ends, coverage, steps } = this;
    const floor = Math.imul(this.height, EDGE_UNIT);
    let used = 0;
    let k = Math.imul(from, samplesPerColumn);
    for (let column = from; column < to; column = (column + 1) | 0) {
      let highest = floor;
      let lowest = 0;
      for (const end = (k + samplesPerColumn) | 0; k < end; k = (k + 1) | 0) {
        const high = Math.max(top[k]!, 0);
        const low = Math.min(bottom[k]!, floor);
        if (low <= high) continue;
        const highRow = high >> 8;
        const lowRow = low >> 8;
        const highPart = high & 255;
        const lowPart = low & 255;
        steps[highRow] = (steps[highRow]! + EDGE_UNIT - highPart) | 0;
        steps[highRow + 1] = (steps[highRow + 1]! + highPart) | 0;
        steps[lowRow] = (steps[lowRow]! - EDGE_UNIT + lowPart) | 0;
        steps[lowRow + 1] = (steps[lowRow + 1]! - lowPart) | 0;
        highest = Math.min(highest, high);
        lowest = Math.max(lowest, low);
      }
      const first = highest >> 8;
      const last = (lowest + 255) >> 8;
      firsts[column] = first;
      let sum = 0;
      for (let row = first; row < last; row = (row + 1) | 0) {
        sum = (sum + steps[row]!) | 0;
        steps[row] = 0;
        coverage[used] = sum >> shift;
        used = (used + 1) | 0;
      }
      steps[last] = 0;
      steps[last + 1] = 0;
      ends[column] = used;
    }
    envelope.clear(from * samplesPerColumn, to * samplesPerColumn);
  }
}
