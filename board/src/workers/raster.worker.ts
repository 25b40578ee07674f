/** A raster worker: keeps the curves of its charts and turns them into bitmaps. */

import type { Curve } from "../charts/curve";
import type { DrawOrder, Drawing, FromWorker, ToWorker } from "../charts/protocol";
import { drawCurves } from "../charts/raster";

declare const self: DedicatedWorkerGlobalScope;

const charts = new Map<number, Map<number, Curve>>();
const canvas = new OffscreenCanvas(1, 1);
const context = canvas.getContext("2d")!;

function curvesOf(chart: number): Map<number, Curve> {
  let curves = charts.get(chart);
  if (curves === undefined) charts.set(chart, (curves = new Map()));
  return curves;
}

function draw(curves: ReadonlyMap<number, Curve>, { list, view, size }: DrawOrder): Drawing {
  const picture = drawCurves(curves, list, view, size);
  if (canvas.width !== size.width) canvas.width = size.width;
  if (canvas.height !== size.height) canvas.height = size.height;
  context.putImageData(new ImageData(picture.bytes, size.width, size.height), 0, 0);
  return { bitmap: canvas.transferToImageBitmap(), owner: picture.owner };
}

function answer(chart: number, order: DrawOrder): void {
  try {
    const drawing = draw(curvesOf(chart), order);
    const message: FromWorker = { kind: "drawn", chart, drawing };
    self.postMessage(message, [drawing.bitmap, drawing.owner.buffer]);
  } catch (error) {
    const message: FromWorker = { kind: "failed", chart, reason: String(error) };
    self.postMessage(message);
  }
}

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  switch (data.kind) {
    case "curves":
      for (const curve of data.curves) curvesOf(data.chart).set(curve.id, curve);
      break;
    case "remove":
      for (const id of data.ids) curvesOf(data.chart).delete(id);
      break;
    case "draw":
      answer(data.chart, data.order);
      break;
    case "close":
      charts.delete(data.chart);
      break;
  }
};
