/** The named charts: what the board's charts look like at their easiest and at their worst. */

import type { Curve, CurveStyle, View } from "../src/charts/curve";

export interface NamedChart {
  readonly name: string;
  /** What to look at. */
  readonly about: string;
  readonly view: View;
  readonly curves: readonly Curve[];
  readonly styles: readonly CurveStyle[];
}

/** Tableau's ten and a few more: the strokes must look right in light and dark colours. */
const COLORS = [
  ...["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f"],
  ...["#bcbd22", "#17becf", "#393b79", "#637939", "#8c6d31", "#843c39", "#7b4173", "#3182bd"],
];

/** Numerical Recipes' generator: the same chart on every machine. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function curve(id: number, count: number, x: (i: number) => number, y: (i: number) => number): Curve {
  return {
    id,
    x: Float64Array.from({ length: count }, (_, i) => x(i)),
    y: Float64Array.from({ length: count }, (_, i) => y(i)),
  };
}

function chart(
  name: string,
  about: string,
  view: View,
  curves: Curve[],
  style: Partial<CurveStyle> = {},
): NamedChart {
  const styles = curves.map(({ id }) => ({
    id,
    color: COLORS[id % COLORS.length]!,
    visible: true,
    ...style,
  }));
  return { name, about, view, curves, styles };
}

const same = (i: number) => i;
const unit: View = { xMin: 0, xMax: 100, yMin: 0, yMax: 1 };

function oneLine(): NamedChart {
  const y = (i: number) => 0.15 + 0.7 * Math.exp(-i / 30) + 0.08 * Math.sin(i / 4);
  return chart("one line", "Even thickness on flat and steep parts alike.", unit, [curve(0, 101, same, y)]);
}

/** Losses of a sweep: each falls at its own pace and has its own noise. */
function losses(runs: number, points: number, noise: number, seed: number): Curve[] {
  const next = random(seed);
  return Array.from({ length: runs }, (_, id) => {
    const [pace, floor] = [10 + 60 * next(), 0.05 + 0.35 * next()];
    const y = (i: number) => floor + 0.55 * Math.exp(-i / (points / 100) / pace) + noise * (next() - 0.5);
    return curve(id, points, (i) => (100 * i) / (points - 1), y);
  });
}

function slopes(): NamedChart {
  const lines = Array.from({ length: 13 }, (_, id) => {
    const angle = ((id - 6) * Math.PI) / 12.5;
    const [dx, dy] = [Math.cos(angle) * 45, Math.sin(angle) * 0.45];
    return curve(
      id,
      2,
      (i) => 50 + (2 * i - 1) * dx,
      (i) => 0.5 + (2 * i - 1) * dy,
    );
  });
  return chart("slopes", "A fan of straight lines: all equally thick, round ends, no steps.", unit, lines);
}

function squareWave(): NamedChart {
  const x = (i: number) => Math.floor((i + 1) / 2) * 7.3;
  const y = (i: number) => (Math.floor(i / 2) % 2 === 0 ? 0.2 : 0.8);
  const stairs = (i: number) => 0.05 + 0.06 * Math.floor(i / 2);
  const curves = [curve(0, 28, x, y), curve(1, 28, x, stairs)];
  return chart(
    "steps",
    "Vertical edges: two vertices on one x. Round corners, even thickness.",
    unit,
    curves,
  );
}

function spikes(): NamedChart {
  const y = (i: number) => (i % 40 === 20 ? 0.95 : i % 40 === 21 ? 0.03 : 0.4 + 0.02 * Math.sin(i));
  return chart("spikes", "A spike is as tall as its point and no fatter than a stroke.", unit, [
    curve(0, 401, (i) => i / 4, y),
  ]);
}

function sawtooth(): NamedChart {
  const tooth = (from: number, to: number) => (i: number) => (i % 2 === 0 ? from : to);
  const x = (period: number) => (i: number) => (i * period) / 12;
  const curves = [1, 2, 4, 8].map((period, id) =>
    curve(id, 1200 / period, x(period), tooth(0.08 + 0.24 * id, 0.22 + 0.24 * id)),
  );
  return chart(
    "sawtooth",
    "Teeth of 1, 2, 4 and 8 CSS pixels: from a solid band to single strokes.",
    unit,
    curves,
  );
}

function dense(): NamedChart {
  const next = random(5);
  const y = (i: number) => 0.5 + 0.35 * Math.sin(i / 3000) * (next() - 0.5) + 0.1 * Math.sin(i / 900);
  return chart("dense", "20,000 noisy points: the band has crisp, unbroken edges.", unit, [
    curve(0, 20_001, (i) => i / 200, y),
  ]);
}

function gaps(): NamedChart {
  const wave = (i: number) => 0.5 + 0.3 * Math.sin(i / 7);
  const broken = (i: number) => (i % 12 === 0 || (i > 60 && i % 2 === 1) ? NaN : wave(i));
  const lone = (i: number) => (i % 10 === 5 ? 0.1 : NaN);
  const infinite = (i: number) => (i % 9 === 4 ? Infinity : i % 9 === 8 ? -Infinity : 0.93);
  const curves = [curve(0, 101, same, broken), curve(1, 101, same, lone), curve(2, 101, same, infinite)];
  return chart("gaps", "NaN and ∞ break the line; a lone point is a dot.", unit, [
    ...curves,
    curve(
      3,
      1,
      () => 97,
      () => 0.3,
    ),
  ]);
}

function logLoss(): NamedChart {
  const next = random(11);
  const curves = [0, 1, 2].map((id) =>
    curve(
      id,
      301,
      (i) => i / 3,
      (i) => 10 ** (1 - id - i / 60 + 0.3 * (next() - 0.5)) * (i === 100 ? 0 : 1),
    ),
  );
  return chart(
    "log y",
    "Zero has no place on a log axis and breaks the line.",
    {
      xMin: 0,
      xMax: 100,
      yMin: 1e-7,
      yMax: 100,
      yScale: "log",
    },
    curves,
  );
}

function symlogGap(): NamedChart {
  const next = random(13);
  // A difference that dies out on both sides of zero, and one that crosses it for good.
  const ringing = (i: number) => 300 * Math.exp(-i / 20) * Math.cos(i / 5) + 0.02 * (next() - 0.5);
  const crossing = (i: number) => 0.002 * (i - 150) * Math.abs(i - 150);
  return chart(
    "symlog y",
    "Linear between −0.1 and 0.1, by the logarithm outside: no kink where they meet.",
    { xMin: 0, xMax: 100, yMin: -500, yMax: 500, yScale: { symlog: 0.1 } },
    [curve(0, 401, (i) => i / 4, ringing), curve(1, 301, (i) => i / 3, crossing)],
  );
}

function tiny(): NamedChart {
  const y = (i: number) => 1e-300 * (2 + Math.sin(i / 6)) + 5e-324;
  return chart("tiny values", "Around 1e−300.", { xMin: 0, xMax: 100, yMin: 0, yMax: 4e-300 }, [
    curve(0, 101, same, y),
  ]);
}

function largeSteps(): NamedChart {
  const view = { xMin: 1e15, xMax: 1e15 + 50, yMin: 0, yMax: 1 };
  return chart("large steps", "Steps around 1e15, one apart: every vertex in its place.", view, [
    curve(
      0,
      51,
      (i) => 1e15 + i,
      (i) => (i % 2 === 0 ? 0.3 : 0.7),
    ),
    curve(
      1,
      51,
      (i) => 1e15 + i,
      (i) => 0.15 + 0.014 * i,
    ),
  ]);
}

function outside(): NamedChart {
  const values = [0.5, 1e300, 0.5, -1e300, 0.4, 40, 0.6, -30, 0.5, 1.7e308, -1.7e308, 0.5];
  return chart("outside", "Values far outside leave and enter the plot where they must.", unit, [
    curve(
      0,
      values.length,
      (i) => 9 * i,
      (i) => values[i]!,
    ),
    curve(
      1,
      2,
      (i) => -1e9 + 2e9 * i,
      (i) => i,
    ),
  ]);
}

function emphasis(): NamedChart {
  const curves = losses(12, 200, 0.06, 3);
  const base = chart("emphasis", "One curve in front and thicker, the others faded.", unit, curves, {
    opacity: 0.35,
  });
  const front = { id: 4, color: COLORS[3]!, visible: true, width: 2.5, front: true };
  return { ...base, styles: base.styles.map((style) => (style.id === 4 ? front : style)) };
}

/** Each pattern on flat, slanted, upright, noisy and dense parts. */
function dashes(): NamedChart {
  const next = random(17);
  const shape = (i: number) => {
    if (i < 200) return 0.05 + 0.0005 * i * Math.sin(i / 25);
    if (i < 300) return i % 50 < 25 ? 0.02 : 0.2;
    if (i < 600) return 0.1 + (i % 3 === 0 ? 0.16 * (next() - 0.5) : 0.02);
    return 0.1 + 0.12 * (next() - 0.5);
  };
  const x = (i: number) => (i < 600 ? i / 8 : 75 + (i - 600) / 160);
  const curves = [0, 1, 2, 3].map((id) => curve(id, 4600, x, (i) => 0.76 - 0.225 * id + shape(i)));
  const base = chart(
    "dashes",
    "Solid and three patterns: told apart on every part, spikes never hidden.",
    unit,
    curves,
  );
  return { ...base, styles: base.styles.map((style) => ({ ...style, dash: style.id })) };
}

function dashedSlopes(): NamedChart {
  const lines = Array.from({ length: 12 }, (_, id) => {
    const angle = ((id - 5.5) * Math.PI) / 12;
    const [x, y] = [10 + 16 * (id % 6), 0.27 + 0.46 * Math.floor(id / 6)];
    const [dx, dy] = [7 * Math.cos(angle), 0.2 * Math.sin(angle)];
    return curve(
      id,
      2,
      (i) => x + (2 * i - 1) * dx,
      (i) => y + (2 * i - 1) * dy,
    );
  });
  const about = "Dashes are as long on steep lines as on flat ones, and end square.";
  const base = chart("dashed slopes", about, unit, lines, { width: 2.5 });
  return { ...base, styles: base.styles.map((style) => ({ ...style, dash: 1 + (style.id % 3) })) };
}

function withBand(line: Curve, spread: (i: number) => [number, number]): Curve {
  const at = (side: 0 | 1) => line.y.map((y, i) => y + spread(i)[side]);
  return { ...line, low: at(0), high: at(1) };
}

function bands(): NamedChart {
  const curves = losses(4, 200, 0.05, 21).map((line, id) =>
    withBand(line, (i) => [-0.02 - 0.0004 * i, 0.03 + 0.03 * Math.sin(i / 9 + id) ** 2]),
  );
  return chart("bands", "Each line over all bands; where bands overlap, both are seen.", unit, curves);
}

function brokenBands(): NamedChart {
  const wave = (level: number) => (i: number) => level + 0.1 * Math.sin(i / 9);
  const gap = (i: number) => (i % 25 > 19 || (i > 60 && i % 25 !== 5) ? NaN : 0.08);
  const curves = [
    withBand(curve(0, 101, same, wave(0.75)), (i) => [-gap(i), gap(i)]),
    withBand(
      curve(1, 101, same, (i) => (i % 30 < 26 ? wave(0.4)(i) : NaN)),
      () => [-0.06, 0.06],
    ),
    withBand(
      curve(
        2,
        60,
        (i) => Math.floor(i / 2) * 3,
        (i) => (Math.floor(i / 4) % 2 === 0 ? 0.08 : 0.2),
      ),
      () => [-0.03, 0.03],
    ),
  ];
  return chart(
    "broken bands",
    "A band ends where it is not known; a lone vertex has an upright one.",
    unit,
    curves,
    {
      bandOpacity: 0.35,
    },
  );
}

function logBand(): NamedChart {
  const line = curve(
    0,
    301,
    (i) => i / 3,
    (i) => 10 ** (1 - i / 100),
  );
  const view: View = { xMin: 0, xMax: 100, yMin: 1e-3, yMax: 100, yScale: "log" };
  return chart("band on a log axis", "Where mean − SD is below zero the band reaches to the bottom.", view, [
    withBand(line, (i) => [-0.5 * 10 ** (1 - i / 150), 0.5 * 10 ** (1 - i / 150)]),
  ]);
}

/** At most 16 curves: these are held against Canvas 2D. */
export const FEW: readonly NamedChart[] = [
  oneLine(),
  slopes(),
  squareWave(),
  spikes(),
  sawtooth(),
  dense(),
  chart("sixteen noisy curves", "Crossings stay legible.", unit, losses(16, 200, 0.12, 1)),
  gaps(),
  logLoss(),
  symlogGap(),
  tiny(),
  largeSteps(),
  outside(),
  emphasis(),
  dashes(),
  dashedSlopes(),
  bands(),
  brokenBands(),
  logBand(),
];

/** Runs of 200 points each, as a sweep leaves them. */
export function sweep(name: string, runs: number): NamedChart {
  return chart(name, `${runs} runs × 200 points.`, unit, losses(runs, 200, 0.04, 2));
}

const CROWD = sweep("a thousand runs", 1000);

export const CHARTS: readonly NamedChart[] = [...FEW, CROWD];
