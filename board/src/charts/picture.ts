/** A pixel buffer with, for each pixel, the curve that owns it. */

import { EDGE_UNIT, type Outline } from "./envelope";
import { shownColumns } from "./hidden";

/** Full coverage of a pixel. */
const FULL = EDGE_UNIT;

/** Coverage from which a curve owns a pixel: half of it. */
const HALF = FULL / 2;

/** One curve as it is painted: its outlines, one for each piece between gaps. */
export interface Stroke {
  readonly outlines: readonly Outline[];
  /** RGBA as 0xAABBGGRR with full alpha. */
  readonly color: number;
  /** 0 to 256. */
  readonly opacity: number;
  /** The id + 1. */
  readonly owner: number;
}

/**
 * `pixels` holds RGBA bytes (premultiplied by alpha until `unpremultiply`), row by row from the top;
 * `owner` holds for each pixel the id + 1 of the last curve painted over at least half of it, or 0.
 */
export class Picture {
  readonly pixels: Int32Array<ArrayBuffer>;
  readonly owner: Uint32Array<ArrayBuffer>;
  /** Change of coverage from row to row within the column at hand. */
  private readonly steps: Int32Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.pixels = new Int32Array(width * height);
    this.owner = new Uint32Array(width * height);
    this.steps = new Int32Array(height + 2);
  }

  /** The pixels as the bytes of an ImageData. */
  get bytes(): Uint8ClampedArray<ArrayBuffer> {
    return new Uint8ClampedArray(this.pixels.buffer);
  }

  /** Paints strokes from back to front. */
  paint(strokes: readonly Stroke[], samplesPerColumn: number): void {
    const shown = shownColumns(strokes, this.width, this.height, samplesPerColumn);
    let at = 0;
    for (const { outlines, color, opacity, owner } of strokes) {
      for (const outline of outlines) {
        this.paintOutline(outline, shown, at, samplesPerColumn, color | 0, opacity | 0, owner | 0);
        at += outline.to - outline.from;
      }
    }
  }

  /**
   * Each sample's interval adds two steps to its column's coverage, one at either edge, split over two
   * rows by where in the pixel the edge lies; the running sum of the steps is then the exact area, for flat
   * edges as for steep ones. Integers make the sum return to zero and the picture the same everywhere.
   */
  private paintOutline(
    { from, to, top, bottom }: Outline,
    shown: Uint8Array,
    at: number,
    samplesPerColumn: number,
    color: number,
    opacity: number,
    curve: number,
  ): void {
    const { pixels, owner, width, steps } = this;
    const shift = Math.log2(samplesPerColumn) | 0;
    const floor = Math.imul(this.height, EDGE_UNIT);
    const redBlue = color & 0xff00ff;
    const greenAlpha = (color >>> 8) & 0xff00ff;
    for (let column = from | 0; column < to; column = (column + 1) | 0) {
      if (shown[(at + column - from) | 0] === 0) continue;
      let highest = floor;
      let lowest = 0;
      let k = Math.imul(column - from, samplesPerColumn);
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
      const last = (lowest + 255) >> 8;
      let row = highest >> 8;
      let pixel = (Math.imul(row, width) + column) | 0;
      let sum = 0;
      for (; row < last; row = (row + 1) | 0, pixel = (pixel + width) | 0) {
        sum = (sum + steps[row]!) | 0;
        steps[row] = 0;
        const part = sum >> shift;
        if (part >= HALF) owner[pixel] = curve;
        const share = Math.imul(part, opacity) >> 8;
        if (share === FULL) {
          pixels[pixel] = color;
          continue;
        }
        // Two channels at a time; a lane of 16 bits holds 255 × 256 plus the half that rounds.
        const under = pixels[pixel]!;
        const rest = FULL - share;
        const evens = (Math.imul(under & 0xff00ff, rest) + Math.imul(redBlue, share) + 0x800080) | 0;
        const odds =
          (Math.imul((under >>> 8) & 0xff00ff, rest) + Math.imul(greenAlpha, share) + 0x800080) | 0;
        pixels[pixel] = ((evens >>> 8) & 0xff00ff) | (odds & 0xff00ff00);
      }
      steps[last] = 0;
      steps[last + 1] = 0;
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
