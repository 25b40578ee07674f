/** Every point of some series, however many: asked for in parts that no answer has to thin out. */

import { joined, type Piece } from "../model/pieces";
import { type Series, toSeries } from "../model/series";
import { fetchScalars } from "../wire/client";
import type { Attempts } from "../wire/types";

/** The widest picture the server draws, at four vertices a column. */
const WIDTH = 16_384;

interface Part {
  readonly piece: Piece;
  readonly series: readonly Series[];
}

/** By run, tag and attempt, in the order given; of each, by step. Throws ApiError, FrameError or Error. */
export async function fetchEveryPoint(
  tags: readonly string[],
  runs: readonly string[],
  attempts: Attempts,
): Promise<Series[]> {
  const found: Series[] = [];
  for (const run of runs) {
    // One by one, so that none makes the picture of another coarse.
    for (const tag of tags) {
      const parts = await between(tag, run, attempts, null);
      found.push(
        ...joined(
          parts.map(({ piece }) => piece),
          parts.map(({ series }) => series),
        ),
      );
    }
  }
  return found;
}

/** The parts of a stretch of steps, ascending; null: of all. */
async function between(tag: string, run: string, attempts: Attempts, asked: Piece | null): Promise<Part[]> {
  const columns = await fetchScalars({
    tags: [tag],
    runs: [run],
    axis: "step",
    x_min: asked?.from ?? null,
    x_max: asked?.to ?? null,
    width: WIDTH,
    smoothing: null,
    attempts,
    baseline: null,
    quantiles: false,
  });
  const { pictures, incomplete, series } = columns.header;
  if (incomplete.includes(run)) {
    throw new Error(
      "Some points could not be read just now; their files are being read anew. Try again in a moment.",
    );
  }
  const piece = asked ?? { from: pictures[0]?.x_min ?? 0, to: pictures[0]?.x_max ?? 0 };
  if (!series.some(({ thinned }) => thinned)) return [{ piece, series: toSeries(columns) }];
  const middle = Math.floor(piece.from / 2 + piece.to / 2);
  if (!(middle > piece.from && middle < piece.to)) {
    throw new Error(
      `Expected at most ${4 * WIDTH} points of “${tag}” at one step, found more around step ${middle}. lightboard.open in Python gives them all.`,
    );
  }
  return [
    ...(await between(tag, run, attempts, { from: piece.from, to: middle })),
    ...(await between(tag, run, attempts, { from: middle, to: piece.to })),
  ];
}
