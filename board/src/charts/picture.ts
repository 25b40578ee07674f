/** A pixel buffer with, for each pixel, the curve that owns it. */

import type { DashPattern } from "./dash";
import { EDGE_UNIT, type Outline } from "./envelope";

/** Full coverage of a pixel. */
const FULL = EDGE_UNIT;

/** Alpha from which what lies under a pixel is not looked at: it would show by one part in a hundred at most. */
const OPAQUE = 252;

/** Coverage from which a curve owns a pixel: half of it. */
const HALF = FULL / 2;

/** Columns that are painted together, as many as a cache line holds pixels: what they need stays in the cache. */
const TILE = 32;

/** One curve as it is painted: its outlines, one for each piece between gaps. */
export interface Stroke {
  readonly outlines: readonly Outline[];
  /** RGBA as 0xAABBGGRR with full alpha. */
  readonly color: number;
  /** 0 to 256. */
  readonly opacity: number;
  /** Null if solid, as outlines without a track are. */
  readonly dash: DashPattern | null;
  /** The id + 1. */
  readonly owner: number;
}

/**
 * `pixels` holds RGBA bytes, row by row from the top;
 * `owner` holds for each pixel the id + 1 of the frontmost curve that covers at least half of it, or 0.
 */
export class Picture {
  readonly pixels: Int32Array<ArrayBuffer>;
  readonly owner: Uint32Array<ArrayBuffer>;
  /** Colors, premultiplied by alpha, and owners of the tile at hand, column by column. */
  private readonly colors: Int32Array;
  private readonly owners: Int32Array;
  /** Opacity from row to row within the column at hand, if its line is dashed. */
  private readonly strengths: Int32Array;
  /** Change of coverage from row to row within the column at hand. */
  private readonly steps: Int32Array;
  /** A bit for each pixel of the tile at hand, column by column: set where nothing under it would show. */
  private readonly covered: Int32Array;
  /** The same, set where a stroke was. */
  private readonly touched: Int32Array;
  private readonly wordsPerColumn: number;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.pixels = new Int32Array(width * height);
    this.owner = new Uint32Array(width * height);
    this.colors = new Int32Array(TILE * height);
    this.owners = new Int32Array(TILE * height);
    this.strengths = new Int32Array(height);
    this.steps = new Int32Array(height + 2);
    this.wordsPerColumn = (height >> 5) + 1;
    this.covered = new Int32Array(TILE * this.wordsPerColumn);
    this.touched = new Int32Array(TILE * this.wordsPerColumn);
  }

  /** The pixels as the bytes of an ImageData. */
  get bytes(): Uint8ClampedArray<ArrayBuffer> {
    return new Uint8ClampedArray(this.pixels.buffer);
  }

  /**
   * Paints strokes, given from back to front. The front is painted first and each stroke under what is there: in a
   * crowd, most of it lies under opaque pixels and need not be looked at.
   */
  paint(strokes: readonly Stroke[], samplesPerColumn: number): void {
    for (let tile = 0; tile < this.width; tile += TILE) {
      this.covered.fill(0);
      for (let i = strokes.length - 1; i >= 0; i--) {
        const stroke = strokes[i]!;
        const { outlines } = stroke;
        for (let j = outlines.length - 1; j >= 0; j--) {
          const outline = outlines[j]!;
          const from = Math.max(tile, outline.from);
          const to = Math.min(tile + TILE, outline.to);
          if (from < to) this.paintColumns(outline, stroke, tile, from, to, samplesPerColumn);
        }
      }
      this.finish(tile);
    }
  }

  /** Moves what the strokes touched of the tile at hand into the picture. */
  private finish(tile: number): void {
    const { colors, owners, pixels, owner, touched, wordsPerColumn, width, height } = this;
    const columns = Math.min(TILE, width - tile) | 0;
    for (let column = 0; column < columns; column = (column + 1) | 0) {
      const first = Math.imul(column, wordsPerColumn);
      for (let word = 0; word < wordsPerColumn; word = (word + 1) | 0) {
        let bits = touched[(first + word) | 0]!;
        if (bits === 0) continue;
        touched[(first + word) | 0] = 0;
        while (bits !== 0) {
          const row = ((word << 5) + 31 - Math.clz32(bits & -bits)) | 0;
          bits &= bits - 1;
          const from = (Math.imul(column, height) + row) | 0;
          const at = (Math.imul(row, width) + tile + column) | 0;
          const color = colors[from]!;
          if (color !== 0) {
            pixels[at] = straight(color);
            colors[from] = 0;
          }
          const owned = owners[from]!;
          if (owned !== 0) {
            owner[at] = owned;
            owners[from] = 0;
          }
        }
      }
    }
  }

  /**
   * Each sample's interval adds two steps to its column's coverage, one at either edge, split over two
   * rows by where in the pixel the edge lies; the running sum of the steps is then the exact area, for flat
   * edges as for steep ones. Integers make the sum return to zero and the picture the same everywhere.
   */
  private paintColumns(
    outline: Outline,
    stroke: Stroke,
    tile: number,
    from: number,
    to: number,
    samplesPerColumn: number,
  ): void {
    const { memory, track } = outline;
    const rows = (outline.rows - outline.from) | 0;
    const stride = (2 * samplesPerColumn) | 0;
    const edges = (outline.edges - Math.imul(stride, outline.from)) | 0;
    const { colors, owners, height, steps, strengths, covered, touched, wordsPerColumn } = this;
    const curve = stroke.owner | 0;
    const color = stroke.color | 0;
    const opacity = stroke.opacity | 0;
    const dash = track === undefined ? null : stroke.dash;
    const shift = Math.round(Math.log2(samplesPerColumn)) | 0;
    const redBlue = color & 0xff00ff;
    const green = (color >>> 8) & 0xff;
    for (let column = from | 0; column < to; column = (column + 1) | 0) {
      const extent = memory[(rows + column) | 0]!;
      const first = extent >>> 16;
      const end = extent & 0xffff;
      if (first >= end) continue;
      const words = Math.imul(column - tile, wordsPerColumn);
      let open = 0;
      for (let word = first >> 5; word <= (end - 1) >> 5; word = (word + 1) | 0) {
        const at = (words + word) | 0;
        const mask = rowsOf(word, first, end - 1);
        open |= mask & ~covered[at]!;
        touched[at] = touched[at]! | mask;
      }
      if (open === 0) continue;

      let k = (edges + Math.imul(stride, column)) | 0;
      for (const last = (k + stride) | 0; k < last; k = (k + 2) | 0) {
        const high = memory[k]!;
        const low = memory[k + 1]!;
        if (low === high) continue;
        const highRow = high >> 8;
        const lowRow = low >> 8;
        const highPart = high & 255;
        const lowPart = low & 255;
        steps[highRow] = (steps[highRow]! + EDGE_UNIT - highPart) | 0;
        steps[highRow + 1] = (steps[highRow + 1]! + highPart) | 0;
        steps[lowRow] = (steps[lowRow]! - EDGE_UNIT + lowPart) | 0;
        steps[lowRow + 1] = (steps[lowRow + 1]! - lowPart) | 0;
      }

      if (dash !== null) dash.strengthsAt(track!, column, first, end, strengths);
      let pixel = (Math.imul(column - tile, height) + first) | 0;
      let sum = 0;
      for (let row = first; row < end; row = (row + 1) | 0, pixel = (pixel + 1) | 0) {
        sum = (sum + steps[row]!) | 0;
        steps[row] = 0;
        const part = sum >> shift;
        let owned = owners[pixel]!;
        if (part >= HALF && owned === 0) owners[pixel] = owned = curve;
        const over = colors[pixel]!;
        const strength = dash === null ? part : Math.imul(part, strengths[row]!) >> 8;
        const share = Math.imul(strength, opacity) >> 8;
        const alpha = (Math.imul(255 - (over >>> 24), share) + 128) >> 8;
        if (owned !== 0 && (over >>> 24) + alpha >= OPAQUE) {
          const at = (words + (row >> 5)) | 0;
          covered[at] = covered[at]! | (1 << (row & 31));
        }
        if (alpha === 0) continue;
        // Red and blue at a time, each in a lane of 16 bits; a product of two bytes divided by 255, rounded.
        let lanes = (Math.imul(redBlue, alpha) + 0x800080) | 0;
        lanes = ((lanes + ((lanes >>> 8) & 0xff00ff)) >>> 8) & 0xff00ff;
        let lane = (Math.imul(green, alpha) + 0x80) | 0;
        lane = (lane + (lane >>> 8)) & 0xff00;
        colors[pixel] = (over + ((alpha << 24) | lanes | lane)) | 0;
      }
      steps[end] = 0;
      steps[end + 1] = 0;
    }
  }
}

/** A color that is premultiplied by its alpha as one with straight alpha, which is what an ImageData holds. */
function straight(color: number): number {
  const alpha = color >>> 24;
  if (alpha === 255) return color;
  const half = alpha >> 1;
  const red = Math.min(255, (((color & 255) * 255 + half) / alpha) | 0);
  const green = Math.min(255, ((((color >>> 8) & 255) * 255 + half) / alpha) | 0);
  const blue = Math.min(255, ((((color >>> 16) & 255) * 255 + half) / alpha) | 0);
  return (alpha << 24) | (blue << 16) | (green << 8) | red;
}

/** The bits of the rows `first` to `last` that lie in a word of 32 rows. */
function rowsOf(word: number, first: number, last: number): number {
  const above = first >> 5 === word ? first & 31 : 0;
  const below = last >> 5 === word ? 31 - (last & 31) : 0;
  return (-1 << above) & (-1 >>> below);
}
