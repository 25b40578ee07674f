/** What a chart and its raster worker say to each other. */

import type { View } from "./curve";
import type { PackedCurves } from "./pack";
import type { PaintList } from "./paint";
import type { RasterSize } from "./raster";

/** `chart` tells apart the charts that share a worker. */
export type ToWorker =
  | { readonly kind: "curves"; readonly chart: number; readonly curves: PackedCurves }
  | { readonly kind: "remove"; readonly chart: number; readonly ids: readonly number[] }
  | { readonly kind: "draw"; readonly chart: number; readonly order: DrawOrder }
  | { readonly kind: "close"; readonly chart: number };

export interface DrawOrder {
  readonly list: PaintList;
  readonly view: View;
  readonly size: RasterSize;
}

export type FromWorker =
  | { readonly kind: "drawn"; readonly chart: number; readonly drawing: Drawing }
  | { readonly kind: "failed"; readonly chart: number; readonly reason: string };

export interface Drawing {
  readonly bitmap: ImageBitmap;
  /** For each device pixel, row by row, the id + 1 of the curve that owns it, or 0. */
  readonly owner: Uint32Array<ArrayBuffer>;
}
