/** Drawing in few words, for tests. */

import type { Curve, CurveStyle, View } from "../../src/charts/curve";
import { paintList } from "../../src/charts/paint";
import type { Picture } from "../../src/charts/picture";
import { drawCurves } from "../../src/charts/raster";

export const WIDTH = 120;
export const HEIGHT = 90;

/** One unit of data space is one pixel; y grows upwards. */
export const PIXELS: View = { xMin: 0, xMax: WIDTH, yMin: 0, yMax: HEIGHT };

export function curve(id: number, points: readonly (readonly [number, number])[]): Curve {
  return { id, x: Float64Array.from(points, ([x]) => x), y: Float64Array.from(points, ([, y]) => y) };
}

export function draw(
  curves: readonly Curve[],
  view: View = PIXELS,
  style: Partial<CurveStyle> = {},
  pixelRatio = 1,
): Picture {
  const styles = curves.map(({ id }) => ({ id, color: "#204060", visible: true, ...style }));
  const size = { width: WIDTH, height: HEIGHT, pixelRatio };
  return drawCurves(new Map(curves.map((one) => [one.id, one])), paintList(styles), view, size);
}

/** Alpha of every pixel, 0 to 255. */
export function alphas(picture: Picture): number[] {
  return Array.from(picture.pixels, (pixel) => pixel >>> 24);
}

/** Covered area in pixels. */
export function ink(picture: Picture): number {
  return alphas(picture).reduce((sum, alpha) => sum + alpha / 255, 0);
}

/** Largest difference of two pictures' alphas. */
export function farthest(a: readonly number[], b: readonly number[]): number {
  return a.reduce((most, alpha, i) => Math.max(most, Math.abs(alpha - b[i]!)), 0);
}

/** A plane of the plot's size, read through a change of place. */
export function moved(
  plane: readonly number[],
  place: (row: number, column: number) => [number, number],
): number[] {
  return plane.map((_, i) => {
    const [row, column] = place(Math.floor(i / WIDTH), i % WIDTH);
    return plane[row * WIDTH + column]!;
  });
}
