/** Drawing times in this browser, the board's and Canvas 2D's in turns; benches/drawing.py reads them. */

import { paintList } from "../src/charts/paint";
import { RasterPool } from "../src/charts/pool";
import { drawCurves } from "../src/charts/raster";
import { ChartSurface } from "../src/charts/surface";
import { strokeChart } from "./canvas2d";
import { sweep } from "./charts";

/** Medians in milliseconds for one chart. */
interface Times {
  readonly runs: number;
  /** The rasteriser alone. */
  readonly raster: number;
  /** From switching one run off or on to the bitmap on the canvas, the worker's way included. */
  readonly switched: number;
  readonly canvas2d: number;
}

const [WIDTH, HEIGHT, ROUNDS] = [800, 500, 9];

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!;
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function measure(runs: number, pool: RasterPool, canvases: HTMLCanvasElement[]): Promise<Times> {
  const chart = sweep(`${runs} runs`, runs);
  const curves = new Map(chart.curves.map((curve) => [curve.id, curve]));
  const size = { width: WIDTH, height: HEIGHT, pixelRatio: 1 };
  const surface = new ChartSurface(canvases[0]!, pool);
  surface.resize(WIDTH, HEIGHT, 1);
  surface.setCurves(chart.curves);
  await surface.draw(chart.view, chart.styles);
  canvases[1]!.width = WIDTH;
  canvases[1]!.height = HEIGHT;
  const context = canvases[1]!.getContext("2d")!;
  const times = { raster: [] as number[], switched: [] as number[], canvas2d: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    const styles = chart.styles.map((style) => ({ ...style, visible: style.id !== 3 || round % 2 === 1 }));
    times.raster.push(await timed(() => drawCurves(curves, paintList(styles), chart.view, size)));
    times.switched.push(await timed(() => surface.draw(chart.view, styles)));
    const stroke = () => {
      strokeChart(context, { ...chart, styles }, WIDTH, HEIGHT, 1);
      context.getImageData(0, 0, 1, 1); // waits for the strokes to be drawn
    };
    times.canvas2d.push(await timed(stroke));
  }
  surface.destroy();
  return {
    runs,
    raster: median(times.raster),
    switched: median(times.switched),
    canvas2d: median(times.canvas2d),
  };
}

const pool = new RasterPool((fault) => console.error(`A raster worker died: ${fault.reason}`));
const results: Times[] = [];
for (const runs of [16, 100, 1000]) {
  results.push(await measure(runs, pool, [...document.querySelectorAll("canvas")]));
}
document.body.dataset["times"] = JSON.stringify(results);
