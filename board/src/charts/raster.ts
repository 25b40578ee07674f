/** The column rasteriser: curves to pixels, the same on every machine. Knows neither DOM nor worker. */

import type { Curve, View } from "./curve";
import { DASHES, DashPattern, MOST_DASHED } from "./dash";
import { Outlines } from "./outlines";
import type { PaintList } from "./paint";
import { Picture, type Stroke } from "./picture";

/** Sample lines in a pixel column: with few curves one looks at each stroke, beyond at the crowd. */
function samplesFor(curves: number): number {
  return curves <= 32 ? 16 : curves <= 256 ? 4 : 2;
}

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
  const dashed = list.ids.length <= MOST_DASHED;
  const patterns = DASHES.map((_, i) => (i === 0 || !dashed ? null : new DashPattern(i, size.pixelRatio)));
  const bands: Stroke[] = [];
  const lines: Stroke[] = [];
  for (let i = 0; i < list.ids.length; i++) {
    const id = list.ids[i]!;
    const curve = curves.get(id);
    if (curve === undefined) continue;
    const color = list.colors[i]!;
    const owner = id + 1;
    const dash = patterns[list.dashes[i]! % patterns.length]!;
    const line = outlines.line(curve, list.widths[i]!, dash !== null);
    lines.push({ outlines: line, color, opacity: list.opacities[i]!, dash, owner });
    if (curve.low === undefined || curve.high === undefined) continue;
    const band = outlines.band(curve, list.widths[i]!);
    bands.push({ outlines: band, color, opacity: list.bandOpacities[i]!, dash: null, owner });
  }
  const picture = new Picture(size.width, size.height);
  picture.paint([...bands, ...lines], samples);
  return picture;
}
