/**
 * The gallery page. `?dark` for the dark ground, `?chart=name` for one chart alone, `?exact` to compare with
 * the exact area of the strokes instead of Canvas 2D's.
 */

import { RasterPool } from "../src/charts/pool";
import { ChartSurface } from "../src/charts/surface";
import { strokeChart, strokeChartExactly } from "./canvas2d";
import { CHARTS, FEW, type NamedChart } from "./charts";

const [WIDTH, HEIGHT] = [400, 250];

const query = new URLSearchParams(location.search);
const only = query.get("chart");
document.documentElement.classList.toggle("dark", query.has("dark"));

const pool = new RasterPool((fault) => console.error(`A raster worker died: ${fault.reason}`));

function element<K extends keyof HTMLElementTagNameMap>(name: K, parent: Element): HTMLElementTagNameMap[K] {
  return parent.appendChild(document.createElement(name));
}

async function show(chart: NamedChart, parent: Element): Promise<void> {
  const section = element("section", parent);
  section.dataset["chart"] = chart.name;
  element("h2", section).textContent = chart.name;
  element("p", section).textContent = chart.about;
  const pair = element("div", section);
  pair.className = "pair";
  const ours = element("canvas", pair);
  const theirs = element("canvas", pair);
  ours.className = "board";
  theirs.className = "canvas2d";
  const ratio = devicePixelRatio;
  const surface = new ChartSurface(ours, pool);
  surface.resize(WIDTH, HEIGHT, ratio);
  surface.setCurves(chart.curves);
  await surface.draw(chart.view, chart.styles);
  theirs.width = WIDTH * ratio;
  theirs.height = HEIGHT * ratio;
  const stroke = query.has("exact") ? strokeChartExactly : strokeChart;
  stroke(theirs.getContext("2d")!, chart, theirs.width, theirs.height, ratio);
}

const main = document.querySelector("main")!;
for (const chart of query.has("exact") ? FEW : CHARTS) {
  if (only === null || only === chart.name) await show(chart, main);
}
document.body.dataset["state"] = "drawn";
