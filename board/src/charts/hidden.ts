/** What of a chart's strokes is hidden by strokes in front: in a crowd, most of it. */

import { EDGE_UNIT, type Outline } from "./envelope";
import type { Stroke } from "./picture";

/** Strokes from which it pays to look at what they hide; fewer are painted sooner than looked at. */
const CROWD = 256;

/**
 * For each pixel column of each stroke's outlines, in their order: 1 if something of it may show, else 0.
 *
 * From front to back, the pixels that one opaque stroke covers wholly are noted. Where a stroke meets no
 * other pixels it need not be painted: it would be overwritten to the last bit.
 */
export function shownColumns(
  strokes: readonly Stroke[],
  width: number,
  height: number,
  samplesPerColumn: number,
): Uint8Array {
  let at = 0;
  for (const { outlines } of strokes) for (const { from, to } of outlines) at += to - from;
  if (strokes.length < CROWD) return new Uint8Array(at).fill(1);
  const shown = new Uint8Array(at);
  const covered = new Covered(width, height, samplesPerColumn);
  for (let i = strokes.length - 1; i >= 0; i--) {
    const { outlines, opacity } = strokes[i]!;
    for (let j = outlines.length - 1; j >= 0; j--) {
      const outline = outlines[j]!;
      at -= outline.to - outline.from;
      covered.add(outline, opacity === EDGE_UNIT, shown, at);
    }
  }
  return shown;
}

/** The pixels that are wholly covered so far: a bit for each, column by column. */
class Covered {
  private readonly words: Int32Array;
  private readonly wordsPerColumn: number;
  private readonly floor: number;

  constructor(
    width: number,
    height: number,
    private readonly samplesPerColumn: number,
  ) {
    this.wordsPerColumn = (height >> 5) + 1;
    this.words = new Int32Array(width * this.wordsPerColumn);
    this.floor = height * EDGE_UNIT;
  }

  add({ from, to, top, bottom }: Outline, opaque: boolean, shown: Uint8Array, at: number): void {
    const { words, wordsPerColumn, samplesPerColumn, floor } = this;
    let k = 0;
    for (let column = from | 0; column < to; column = (column + 1) | 0, at = (at + 1) | 0) {
      let highest = floor;
      let lowest = 0;
      // The part that is covered at every sample, and therefore wholly.
      let innerHighest = 0;
      let innerLowest = floor;
      for (const end = (k + samplesPerColumn) | 0; k < end; k = (k + 1) | 0) {
        const high = Math.max(top[k]!, 0);
        const low = Math.min(bottom[k]!, floor);
        innerHighest = Math.max(innerHighest, high);
        innerLowest = Math.min(innerLowest, low);
        if (low <= high) continue;
        highest = Math.min(highest, high);
        lowest = Math.max(lowest, low);
      }
      if (lowest <= highest) continue;
      const start = Math.imul(column, wordsPerColumn);
      let first = highest >> 8;
      let last = (lowest - 1) >> 8;
      for (let word = first >> 5; word <= last >> 5; word = (word + 1) | 0) {
        const rows = rowsOf(word, first, last);
        if ((words[(start + word) | 0]! & rows) === rows) continue;
        shown[at] = 1;
        break;
      }
      if (!opaque || shown[at] === 0) continue;
      first = (innerHighest + EDGE_UNIT - 1) >> 8;
      last = (innerLowest >> 8) - 1;
      if (last < first) continue;
      for (let word = first >> 5; word <= last >> 5; word = (word + 1) | 0) {
        words[(start + word) | 0] = words[(start + word) | 0]! | rowsOf(word, first, last);
      }
    }
  }
}

/** The bits of the rows `first` to `last` that lie in a word of 32 rows. */
function rowsOf(word: number, first: number, last: number): number {
  const above = first >> 5 === word ? first & 31 : 0;
  const below = last >> 5 === word ? 31 - (last & 31) : 0;
  return (-1 << above) & (-1 >>> below);
}
