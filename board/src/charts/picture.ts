/** A pixel buffer with, for each pixel, the curve that owns it. */

import type { Envelope } from "./envelope";

/** Vertical resolution of an edge within one pixel. Coverage runs from 0 to this, so it is a power of two. */
const FULL = 256;

/** Coverage from which a curve owns a pixel: half of it. */
const HALF = FULL / 2;

/**
 * `pixels` holds RGBA bytes (premultiplied by alpha until `unpremultiply`), row by row from the top;
 * `owner` holds for each pixel the id + 1 of the last curve painted over at least half of it, or 0.
 */
export class Picture {
  readonly pixels: Uint32Array<ArrayBuffer>;
  readonly owner: Uint32Array<ArrayBuffer>;
  private readonly steps: Int32Array; // change of coverage from row to row within one column

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.pixels = new Uint32Array(width * height);
    this.owner = new Uint32Array(width * height);
    this.steps = new Int32Array(height + 2);
  }

  /** The pixels as the bytes of an ImageData. */
  get bytes(): Uint8ClampedArray<ArrayBuffer> {
    return new Uint8ClampedArray(this.pixels.buffer);
  }

  /**
   * Paints the pixel columns `from` to `to - 1` of an envelope and empties them there.
   *
   * Each sample's interval adds two steps to the column's coverage, one at either edge, split over two
   * rows by where in the pixel the edge lies; the running sum of the steps is then the exact area, for flat
   * edges as for steep ones. Integers make the sum return to zero and the picture the same everywhere.
   *
   * @param color RGBA as 0xAABBGGRR with full alpha
   * @param opacity 0 to 256
   */
  paint(envelope: Envelope, from: number, to: number, color: number, opacity: number, owner: number): void {
    const { top, bottom, samplesPerColumn } = envelope;
    const { width, height, steps, pixels, owner: owners } = this;
    const shift = Math.log2(samplesPerColumn);
    const redBlue = color & 0xff00ff;
    const greenAlpha = (color >>> 8) & 0xff00ff;
    for (let column = from, k = from * samplesPerColumn; column < to; column++) {
      let firstRow = height;
      let lastRow = -1;
      for (const end = k + samplesPerColumn; k < end; k++) {
        const high = Math.max(top[k]!, 0);
        const low = Math.min(bottom[k]!, height);
        top[k] = Infinity;
        bottom[k] = -Infinity;
        if (!(low > high)) continue;
        const start = (high * FULL + 0.5) | 0;
        const stop = (low * FULL + 0.5) | 0;
        const startRow = start >> 8;
        const stopRow = stop >> 8;
        const startPart = start & 255;
        const stopPart = stop & 255;
        steps[startRow]! += FULL - startPart;
        steps[startRow + 1]! += startPart;
        steps[stopRow]! -= FULL - stopPart;
        steps[stopRow + 1]! -= stopPart;
        if (startRow < firstRow) firstRow = startRow;
        if (stopRow > lastRow) lastRow = stopRow;
      }
      let sum = 0;
      for (let row = firstRow, at = firstRow * width + column; row <= lastRow; row++, at += width) {
        sum += steps[row]!;
        steps[row] = 0;
        const coverage = sum >> shift;
        if (coverage === 0) continue;
        if (coverage >= HALF) owners[at] = owner;
        const share = (coverage * opacity) >> 8;
        if (share === FULL) {
          pixels[at] = color;
          continue;
        }
        // Two channels at a time; a lane of 16 bits holds 255 × 256 plus the half that rounds.
        const under = pixels[at]!;
        const rest = FULL - share;
        const evens = Math.imul(under & 0xff00ff, rest) + Math.imul(redBlue, share) + 0x800080;
        const odds = Math.imul((under >>> 8) & 0xff00ff, rest) + Math.imul(greenAlpha, share) + 0x800080;
        pixels[at] = ((evens >>> 8) & 0xff00ff) | (odds & 0xff00ff00);
      }
      if (lastRow >= 0) steps[lastRow + 1] = 0;
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
