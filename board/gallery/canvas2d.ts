/** The yardstick: the same chart stroked with Canvas 2D's own paths. */

import { BAND_OPACITY, type Curve, STROKE_WIDTH, type View } from "../src/charts/curve";
import { DASHES, GAP } from "../src/charts/dash";
import { EDGE_UNIT } from "../src/charts/envelope";
import { makeScale } from "../src/charts/scale";
import type { NamedChart } from "./charts";

const DOT_WIDTH = 3;

export function strokeChart(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  chart: NamedChart,
  width: number,
  height: number,
  pixelRatio: number,
): void {
  context.clearRect(0, 0, width, height);
  context.lineJoin = "round";
  context.lineCap = "round";
  const curves = new Map(chart.curves.map((curve) => [curve.id, curve]));
  const order = chart.styles.filter((style) => style.visible);
  order.sort((a, b) => Number(a.front ?? false) - Number(b.front ?? false));
  for (const { id, color, width: stroke = STROKE_WIDTH, bandOpacity = BAND_OPACITY } of order) {
    context.fillStyle = color;
    context.lineWidth = stroke * pixelRatio;
    context.globalAlpha = bandOpacity;
    fillBand(context, curves.get(id)!, chart.view, width, height);
  }
  for (const style of order) {
    context.strokeStyle = context.fillStyle = style.color;
    context.globalAlpha = style.opacity ?? 1;
    context.lineWidth = (style.width ?? STROKE_WIDTH) * pixelRatio;
    const dashes = DASHES[style.dash ?? 0]!.map((length) => length * pixelRatio);
    if (dashes.length > 0) {
      context.globalAlpha *= GAP / EDGE_UNIT;
      strokeCurve(context, curves.get(style.id)!, chart.view, width, height);
      context.globalAlpha = style.opacity ?? 1;
    }
    context.lineCap = dashes.length > 0 ? "butt" : "round";
    context.setLineDash(dashes);
    strokeCurve(context, curves.get(style.id)!, chart.view, width, height);
    context.setLineDash([]);
    context.lineCap = "round";
  }
  context.globalAlpha = 1;
}

/** The same, stroked eight times as large and averaged down: the exact area of every stroke, nearly. */
export function strokeChartExactly(
  context: CanvasRenderingContext2D,
  chart: NamedChart,
  width: number,
  height: number,
  pixelRatio: number,
): void {
  let large = new OffscreenCanvas(8 * width, 8 * height);
  strokeChart(large.getContext("2d")!, chart, large.width, large.height, 8 * pixelRatio);
  while (large.width > width) {
    // Halving with bilinear filtering is the mean of two by two pixels.
    const half = new OffscreenCanvas(large.width / 2, large.height / 2);
    half.getContext("2d")!.drawImage(large, 0, 0, half.width, half.height);
    large = half;
  }
  context.drawImage(large, 0, 0);
}

function fillBand(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  { x, low, high }: Curve,
  view: View,
  width: number,
  height: number,
): void {
  if (!low || !high) return;
  const xScale = makeScale(view.xMin, view.xMax, view.xScale);
  const yScale = makeScale(view.yMin, view.yMax, view.yScale);
  const place = (i: number, y: number): [number, number] => [
    xScale.toUnit(x[i]!) * width,
    y <= 0 && view.yScale === "log" ? 1e6 : (1 - yScale.toUnit(y)) * height,
  ];
  for (let start = 0; start < x.length; start++) {
    let end = start;
    while (end < x.length && Number.isFinite(low[end]! + high[end]!)) end++;
    if (end - start === 1) {
      context.fillRect(
        place(start, 0)[0] - context.lineWidth / 2,
        place(start, high[start]!)[1] - context.lineWidth / 2,
        context.lineWidth,
        place(start, low[start]!)[1] - place(start, high[start]!)[1] + context.lineWidth,
      );
    } else if (end > start) {
      context.beginPath();
      for (let i = start; i < end; i++) context.lineTo(...place(i, high[i]!));
      for (let i = end - 1; i >= start; i--) context.lineTo(...place(i, low[i]!));
      context.fill();
    }
    start = end;
  }
}

function strokeCurve(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  { x, y }: Curve,
  view: View,
  width: number,
  height: number,
): void {
  const xScale = makeScale(view.xMin, view.xMax, view.xScale);
  const yScale = makeScale(view.yMin, view.yMax, view.yScale);
  // Skia loses precision far outside its canvas.
  const limit = (value: number) => Math.max(-1e6, Math.min(1e6, value));
  const points: [number, number][] = [];
  const finish = () => {
    if (points.length === 1) {
      context.beginPath();
      context.arc(...points[0]!, (context.lineWidth / 2) * DOT_WIDTH, 0, 2 * Math.PI);
      context.fill();
    } else if (points.length > 1) {
      context.beginPath();
      for (const point of points) context.lineTo(...point);
      context.stroke();
    }
    points.length = 0;
  };
  for (let i = 0; i < x.length; i++) {
    const [px, py] = [xScale.toUnit(x[i]!) * width, (1 - yScale.toUnit(y[i]!)) * height];
    if (Number.isFinite(y[i]!) && !Number.isNaN(py)) points.push([limit(px), limit(py)]);
    else finish();
  }
  finish();
}
