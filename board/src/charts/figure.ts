/** A chart as a picture of its own, with its axes and a legend: as SVG of what is drawn, or painted over its bitmap. */

import { formatCount } from "../model/format";
import type { Style } from "../model/plot";
import type { Axis } from "./axes";
import { BAND_OPACITY, type Curve, type View } from "./curve";
import { DASHES, GAP, MOST_DASHED } from "./dash";
import { EDGE_UNIT } from "./envelope";
import { makeScale } from "./scale";
import type { Mark } from "./marks";

type Stroke = Pick<Style, "color" | "width" | "opacity" | "dash">;

/** What a curve stands for. */
interface Entry {
  readonly name: string;
  readonly colour: string;
  readonly dash: number;
}

export interface Figure {
  readonly title: string;
  /** What the picture leaves out or alters, in words. */
  readonly notes: readonly string[];
  readonly view: View;
  readonly xAxis: Axis;
  readonly yAxis: Axis;
  readonly marks: readonly Mark[];
  /** CSS pixels of the plot, and of the y axis to its left. */
  readonly plot: { readonly left: number; readonly width: number; readonly height: number };
  readonly legend: readonly Entry[];
  readonly colours: Readonly<Record<"surface" | "text" | "muted" | "grid" | "axis", string>>;
}

const TITLE = 34;
const BOTTOM = 30;
const RIGHT = 14;
const LEGEND_LINE = 17;
/** Names beyond these are counted. */
const LEGEND_MOST = 40;
const LEGEND_COLUMN = 240;
const SWATCH = 28;
const FONT = "system-ui, sans-serif";

/** Something to be painted, from back to front; both kinds of picture are made of these. */
type Item =
  | { readonly kind: "line"; readonly points: readonly [number, number][]; readonly colour: string }
  | ({ readonly kind: "swatch"; readonly x: number; readonly y: number } & Omit<Entry, "name">)
  | {
      readonly kind: "text";
      readonly text: string;
      readonly x: number;
      readonly y: number;
      readonly colour: string;
      readonly size: number;
      readonly anchor: "start" | "middle" | "end";
      readonly bold?: boolean;
    };

export function figureSize({ plot, legend }: Figure): { readonly width: number; readonly height: number } {
  const width = plot.left + plot.width + RIGHT;
  return { width, height: TITLE + plot.height + BOTTOM + legendRows(legend.length, width) * LEGEND_LINE + 8 };
}

function legendColumns(width: number): number {
  return Math.max(1, Math.floor(width / LEGEND_COLUMN));
}

function legendRows(names: number, width: number): number {
  const entries = Math.min(names, LEGEND_MOST) + (names > LEGEND_MOST ? 1 : 0);
  return Math.ceil(entries / legendColumns(width));
}

/** Grid and axis, which lie under the curves. */
function ground({ plot, yAxis, colours }: Figure): Item[] {
  const across = (y: number, colour: string): Item => ({
    kind: "line",
    points: [
      [plot.left, TITLE + y],
      [plot.left + plot.width, TITLE + y],
    ],
    colour,
  });
  return [
    ...yAxis.ticks.map(({ position }) => across(position, colours.grid)),
    across(plot.height, colours.axis),
  ];
}

function lettering(figure: Figure): Item[] {
  const { title, notes, xAxis, yAxis, marks, plot, legend, colours } = figure;
  const { width } = figureSize(figure);
  const small = { kind: "text", size: 11, colour: colours.muted } as const;
  const base = TITLE + plot.height;
  const items: Item[] = [
    { ...small, text: title, x: 12, y: 21, size: 13, colour: colours.text, anchor: "start", bold: true },
    { ...small, text: notes.join(" · "), x: width - RIGHT, y: 21, anchor: "end" },
    ...yAxis.ticks.map(({ text, position }): Item => ({
      ...small,
      text,
      x: plot.left - 8,
      y: TITLE + position + 4,
      anchor: "end",
    })),
    ...xAxis.ticks.map(({ text, position }): Item => ({
      ...small,
      text,
      x: plot.left + position,
      y: base + 16,
      anchor: "middle",
    })),
    ...marks.map(({ kind, position, colour }): Item => ({
      ...small,
      text: kind === "NaN" ? "×" : kind,
      x: plot.left + position,
      y: kind === "∞" ? TITLE + 9 : base - 3,
      colour: colour ?? colours.muted,
      anchor: "middle",
      bold: true,
    })),
  ];
  if (yAxis.origin)
    items.push({ ...small, text: `+ ${yAxis.origin}`, x: plot.left + 4, y: TITLE + 9, anchor: "start" });
  if (xAxis.origin) {
    items.push({ ...small, text: xAxis.origin, x: plot.left + plot.width, y: base - 5, anchor: "end" });
  }
  const columns = legendColumns(width);
  legend.slice(0, LEGEND_MOST).forEach(({ name, colour, dash }, i) => {
    const at = {
      x: 12 + (i % columns) * LEGEND_COLUMN,
      y: base + BOTTOM + Math.floor(i / columns) * LEGEND_LINE + 8,
    };
    items.push({ kind: "swatch", ...at, y: at.y - 4, colour, dash });
    items.push({
      ...small,
      text: cut(name),
      x: at.x + SWATCH + 6,
      y: at.y,
      colour: colours.text,
      anchor: "start",
    });
  });
  const more = legend.length - LEGEND_MOST;
  if (more > 0) {
    const at = LEGEND_MOST;
    items.push({
      ...small,
      text: `and ${formatCount(more)} more`,
      x: 12 + (at % columns) * LEGEND_COLUMN,
      y: base + BOTTOM + Math.floor(at / columns) * LEGEND_LINE + 8,
      anchor: "start",
    });
  }
  return items;
}

/** The end of a name tells runs apart, so it is the beginning that is cut. */
function cut(name: string): string {
  return name.length > 34 ? `…${name.slice(-33)}` : name;
}

/** Paint the figure around the picture of its curves. */
export function paintFigure(
  context: OffscreenCanvasRenderingContext2D,
  figure: Figure,
  curves: CanvasImageSource,
): void {
  const { width, height } = figureSize(figure);
  const { plot, colours } = figure;
  context.fillStyle = colours.surface;
  context.fillRect(0, 0, width, height);
  for (const item of ground(figure)) paint(context, item);
  context.drawImage(curves, plot.left, TITLE, plot.width, plot.height);
  for (const item of lettering(figure)) paint(context, item);
}

function paint(context: OffscreenCanvasRenderingContext2D, item: Item): void {
  if (item.kind === "line") {
    context.strokeStyle = item.colour;
    context.beginPath();
    for (const [x, y] of item.points) context.lineTo(x, Math.round(y) + 0.5);
    context.stroke();
  } else if (item.kind === "swatch") {
    context.strokeStyle = item.colour;
    context.lineWidth = 3;
    context.setLineDash([...dashOf(item.dash)]);
    context.beginPath();
    context.moveTo(item.x, item.y + 0.5);
    context.lineTo(item.x + SWATCH, item.y + 0.5);
    context.stroke();
    context.setLineDash([]);
    context.lineWidth = 1;
  } else {
    context.fillStyle = item.colour;
    context.font = `${item.bold ? 600 : 400} ${item.size}px ${FONT}`;
    context.textAlign = item.anchor === "middle" ? "center" : item.anchor;
    context.fillText(item.text, item.x, item.y);
  }
}

/** The curves as lines through their vertices: what is drawn, at any size. */
export function toSvg(
  figure: Figure,
  curves: readonly { readonly curve: Curve; readonly style: Stroke }[],
): string {
  const { width, height } = figureSize(figure);
  const { plot, colours } = figure;
  const dashed = curves.length <= MOST_DASHED;
  const bands = curves.flatMap(({ curve, style }) => bandsOf(figure, curve, style.color));
  const lines = curves.flatMap(({ curve, style }) =>
    strokesOf(figure, curve, dashed ? style : { ...style, dash: 0 }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT}">
<title>${escaped(figure.title)}</title>
<rect width="${width}" height="${height}" fill="${colours.surface}"/>
${ground(figure).map(svgItem).join("\n")}
<clipPath id="plot"><rect width="${plot.width}" height="${plot.height}"/></clipPath>
<g transform="translate(${plot.left} ${TITLE})" clip-path="url(#plot)" fill="none" stroke-linejoin="round" stroke-linecap="round">
${[...bands, ...lines].join("\n")}
</g>
${lettering(figure).map(svgItem).join("\n")}
</svg>
`;
}

function svgItem(item: Item): string {
  if (item.kind === "line") {
    const points = item.points.map(([x, y]) => `${rounded(x)},${rounded(y)}`).join(" ");
    return `<polyline points="${points}" stroke="${item.colour}" fill="none"/>`;
  }
  if (item.kind === "swatch")
    return `<line x1="${item.x}" y1="${item.y + 0.5}" x2="${item.x + SWATCH}" y2="${item.y + 0.5}" stroke="${item.colour}" stroke-width="3"${svgDash(item.dash)}/>`;
  const weight = item.bold ? ' font-weight="600"' : "";
  return `<text x="${rounded(item.x)}" y="${rounded(item.y)}" font-size="${item.size}" fill="${item.colour}" text-anchor="${item.anchor}"${weight}>${escaped(item.text)}</text>`;
}

/** Lengths of dash and gap in turn; of a solid line, none. */
function dashOf(index: number): readonly number[] {
  return DASHES[index % DASHES.length]!;
}

/** Round ends would make dashes longer, and gaps shorter, than they are. */
function svgDash(index: number): string {
  const lengths = dashOf(index);
  return lengths.length === 0 ? "" : ` stroke-dasharray="${lengths.join(" ")}" stroke-linecap="butt"`;
}

/** Those in view and, as lines come from outside, one on either side. */
function inView({ view }: Figure, x: Float64Array): { readonly from: number; readonly to: number } {
  const past = x.findIndex((value) => value > view.xMax);
  return {
    from: Math.max(0, x.findIndex((value) => value >= view.xMin) - 1),
    to: past < 0 ? x.length : past + 1,
  };
}

/** Pieces of the band around a curve, between where it breaks. */
function bandsOf(figure: Figure, { x, low, high }: Curve, colour: string): string[] {
  if (!low || !high) return [];
  const { view, plot } = figure;
  const xScale = makeScale(view.xMin, view.xMax, view.xScale);
  const yScale = makeScale(view.yMin, view.yMax, view.yScale);
  const pieces: string[] = [];
  let [upper, lower]: string[][] = [[], []];
  const end = (): void => {
    // A vertex alone between gaps is an upright line, which has an outline but no area.
    const line = upper!.length === 1 ? `stroke="${colour}" stroke-width="1.5" ` : "";
    const points = [...upper!, ...lower!.reverse()].join(" ");
    if (points)
      pieces.push(`<polygon points="${points}" fill="${colour}" ${line}opacity="${BAND_OPACITY}"/>`);
    [upper, lower] = [[], []];
  };
  const { from, to } = inView(figure, x);
  for (let i = from; i < to; i++) {
    const across = xScale.toUnit(x[i]!);
    const top = yScale.toUnit(high[i]!);
    const bottom = yScale.toUnit(low[i]!);
    // What a log axis has no place for lies below the plot.
    const base = Number.isFinite(bottom) || !(low[i]! <= 0 && low[i]! > -Infinity) ? bottom : -1e6;
    if (!Number.isFinite(across + top + base)) {
      end();
      continue;
    }
    const left = rounded(far(across) * plot.width);
    upper!.push(`${left},${rounded((1 - far(top)) * plot.height)}`);
    lower!.push(`${left},${rounded((1 - far(base)) * plot.height)}`);
  }
  end();
  return pieces;
}

/** Lines, and a dot for a vertex that stands alone; a vertex without a place breaks the line. */
function strokesOf(figure: Figure, { x, y }: Curve, style: Stroke): string[] {
  const { view, plot } = figure;
  const xScale = makeScale(view.xMin, view.xMax, view.xScale);
  const yScale = makeScale(view.yMin, view.yMax, view.yScale);
  const strokes: string[] = [];
  let points: string[] = [];
  const end = (): void => {
    if (points.length === 1) {
      const [cx, cy] = points[0]!.split(",");
      strokes.push(
        `<circle cx="${cx}" cy="${cy}" r="${1.5 * style.width}" fill="${style.color}" opacity="${rounded(style.opacity)}"/>`,
      );
    } else if (points.length > 1) {
      const dash = svgDash(style.dash);
      const line = (opacity: number, dash: string): string =>
        `<polyline points="${points.join(" ")}" stroke="${style.color}" stroke-width="${style.width}" opacity="${rounded(opacity)}"${dash}/>`;
      if (dash) strokes.push(line((style.opacity * GAP) / EDGE_UNIT, "")); // gaps are faint, as on the page
      strokes.push(line(style.opacity, dash));
    }
    points = [];
  };
  const { from, to } = inView(figure, x);
  for (let i = from; i < to; i++) {
    const [across, up] = [xScale.toUnit(x[i]!), yScale.toUnit(y[i]!)];
    if (!Number.isFinite(across) || !Number.isFinite(up)) end();
    else points.push(`${rounded(far(across) * plot.width)},${rounded((1 - far(up)) * plot.height)}`);
  }
  end();
  return strokes;
}

/** So far outside that no slope shows it, and small enough for programs that read SVG. */
function far(unit: number): number {
  return Math.max(-1e6, Math.min(1e6, unit));
}

function rounded(value: number): string {
  return String(Math.round(value * 100) / 100);
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Logged text, without what XML has no place for. */
function escaped(text: string): string {
  const allowed = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu, "\ufffd");
  return allowed.replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}
