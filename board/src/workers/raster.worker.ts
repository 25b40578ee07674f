/** A raster worker: keeps the curves of its charts and turns them into bitmaps. */

import type { Curve } from "../charts/curve";
import type { DrawOrder, Drawing, FromWorker, ToWorker } from "../charts/protocol";
import { Outlines } from "../charts/outlines";
import { unpackCurves } from "../charts/pack";
import { drawCurves } from "../charts/raster";

declare const self: DedicatedWorkerGlobalScope;

interface Chart {
  readonly curves: Map<number, Curve>;
  readonly outlines: Outlines;
}

const charts = new Map<number, Chart>();
const canvas = new OffscreenCanvas(1, 1);
const context = canvas.getContext("2d")!;

function chartOf(number: number): Chart {
  let chart = charts.get(number);
  if (chart === undefined) charts.set(number, (chart = { curves: new Map(), outlines: new Outlines() }));
  return chart;
}

function draw({ curves, outlines }: Chart, { list, view, size }: DrawOrder): Drawing {
  const picture = drawCurves(curves, list, view, size, outlines);
  if (canvas.width !== size.width) canvas.width = size.width;
  if (canvas.height !== size.height) canvas.height = size.height;
  context.putImageData(new ImageData(picture.bytes, size.width, size.height), 0, 0);
  return { bitmap: canvas.transferToImageBitmap(), owner: picture.owner };
}

function answer(chart: number, order: DrawOrder): void {
  try {
    const drawing = draw(chartOf(chart), order);
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
      for (const curve of unpackCurves(data.curves)) chartOf(data.chart).curves.set(curve.id, curve);
      break;
    case "remove":
      for (const id of data.ids) chartOf(data.chart).curves.delete(id);
      break;
    case "draw":
      answer(data.chart, data.order);
      break;
    case "close":
      charts.delete(data.chart);
      break;
  }
};
