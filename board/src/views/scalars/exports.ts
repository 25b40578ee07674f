/** What a card's menu exports: the picture, every point behind it, and the program that reads these. */

import { type Figure, figureSize, paintFigure, toSvg } from "../../charts/figure";
import { fileName, toCsv, toJson, toPython } from "../../model/export";
import { oneLine } from "../../model/names";
import { styleOf, stylesOf } from "../../model/plot";
import type { Board } from "../../state/board.svelte";
import type { ChartPicture, ScalarCard } from "../../state/card.svelte";
import { fetchEveryPoint } from "../../state/every";
import type { MenuItem } from "../../widgets/Menu.svelte";
import { curvesOf, DrawnCurves } from "./curves";

/** Milliseconds that the card says what was done. */
const SAID_MS = 4_000;
/** Pixels of a PNG in a CSS pixel, at least: it is looked at magnified. */
const LEAST_RATIO = 2;

export function exportItems(board: Board, card: ScalarCard): MenuItem[] {
  const save = (extension: string, blob: () => Promise<Blob>) => () =>
    void telling(card, async () => {
      download(await blob(), fileName(card.tags, extension));
      return null;
    });
  return [
    { text: "Save as PNG", apart: true, run: save("png", () => toPng(board, card)) },
    {
      text: "Save as SVG",
      run: save("svg", async () => new Blob([svgOf(board, card)], { type: "image/svg+xml" })),
    },
    { text: "Save points as CSV", run: save("csv", () => points(board, card, "text/csv", toCsv)) },
    { text: "Save points as JSON", run: save("json", () => points(board, card, "application/json", toJson)) },
    { text: "Copy as Python", run: () => void telling(card, () => copyPython(board, card)) },
  ];
}

/** Do it and say in the card what came of it. */
async function telling(card: ScalarCard, work: () => Promise<string | null>): Promise<void> {
  card.outcome = "Reading the points …";
  try {
    const said = (card.outcome = await work());
    setTimeout(() => {
      if (card.outcome === said) card.outcome = null;
    }, SAID_MS);
  } catch (error) {
    card.outcome = (error as Error).message;
  }
}

function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser reads it later.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function nameOf(board: Board, run: string): string {
  const known = board.runById.get(run);
  if (known === undefined) return run;
  return board.logdirs.length > 1 ? `${known.logdir}/${known.name}` : known.name;
}

/** The runs that the card draws, in the order of the list. */
function drawnRuns(board: Board, card: ScalarCard): string[] {
  return board.drawnRuns(card).sort((a, b) => board.rank(a) - board.rank(b));
}

async function points(board: Board, card: ScalarCard, type: string, write: typeof toCsv): Promise<Blob> {
  const series = await fetchEveryPoint(card.tags, drawnRuns(board, card), board.settings.asked.attempts);
  // A blob for each part: what it holds may be kept out of the page's memory.
  const parts = Array.from(
    write(series, (run) => nameOf(board, run)),
    (part) => new Blob([part]),
  );
  return new Blob(parts, { type });
}

async function copyPython(board: Board, card: ScalarCard): Promise<string> {
  const drawn = drawnRuns(board, card);
  const every = drawn.length === new Set(card.overview?.map(({ run }) => run)).size;
  const text = toPython({
    logdirs: board.logdirs,
    tags: card.tags,
    runs: every ? null : drawn.map((run) => nameOf(board, run)),
    attempts: board.settings.asked.attempts,
  });
  try {
    await navigator.clipboard.writeText(text);
    return "Copied: a program that reads these points.";
  } catch {
    // Without encryption or permission a page may not write to the clipboard.
    download(new Blob([text], { type: "text/x-python" }), fileName(card.tags, "py"));
    return "The browser keeps the clipboard from this page, so the program was saved as a file.";
  }
}

function pictureOf(card: ScalarCard): ChartPicture {
  const picture = card.picture?.();
  if (!picture) throw new Error("Expected the chart to be in sight, found it out of view: scroll to it.");
  return picture;
}

/** Of several tags, how each is dashed; then what the colours stand for: runs in the order of the list, and groups. */
function legendOf(board: Board, card: ScalarCard, { shown }: ChartPicture, muted: string): Figure["legend"] {
  const drawn = new Map<string, Figure["legend"][number]>();
  for (const { series, colour, dash = 0, on } of shown) {
    if (!on || drawn.has(series.run)) continue;
    const name = series.group?.name ?? nameOf(board, series.run);
    drawn.set(series.run, { name: oneLine(name), colour, dash: card.tags.length > 1 ? 0 : dash });
  }
  const place = (run: string): number => Math.min(board.rank(run), Number.MAX_SAFE_INTEGER);
  const tags = card.tags.flatMap((tag) => {
    const dash = card.dashOf(tag);
    return dash === null ? [] : [{ name: oneLine(tag), colour: muted, dash }];
  });
  return [...tags, ...[...drawn].sort(([a], [b]) => place(a) - place(b)).map(([, entry]) => entry)];
}

function figureOf(board: Board, card: ScalarCard, picture: ChartPicture): Figure {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ...picture,
    title: oneLine(card.tags.join(" + ")),
    legend: legendOf(board, card, picture, colour("muted")),
    colours: {
      surface: colour("surface"),
      text: colour("text"),
      muted: colour("muted"),
      grid: colour("grid"),
      axis: colour("axis"),
    },
  };
}

function svgOf(board: Board, card: ScalarCard): string {
  const picture = pictureOf(card);
  const curves = picture.shown
    .filter(({ on }) => on)
    .flatMap((one) =>
      curvesOf(0, one.series).map((curve, i, all) => {
        const raw = i < all.length - 1;
        return { curve, raw, style: styleOf(one, raw) };
      }),
    );
  curves.sort((a, b) => Number(b.raw) - Number(a.raw)); // smoothed curves lie over all raw ones
  return toSvg(figureOf(board, card, picture), curves);
}

async function toPng(board: Board, card: ScalarCard): Promise<Blob> {
  const picture = pictureOf(card);
  const figure = figureOf(board, card, picture);
  const { width, height } = figureSize(figure);
  const ratio = Math.max(LEAST_RATIO, devicePixelRatio);
  const canvas = new OffscreenCanvas(Math.round(width * ratio), Math.round(height * ratio));
  const context = canvas.getContext("2d")!;
  context.scale(ratio, ratio);
  paintFigure(context, figure, await curvesAt(board, picture, ratio));
  return canvas.convertToBlob({ type: "image/png" });
}

/** The curves drawn for this picture: those on the page have its pixels, and may be of the view before. */
async function curvesAt(
  board: Board,
  { shown, view, plot, ids }: ChartPicture,
  ratio: number,
): Promise<HTMLCanvasElement> {
  const canvas = document.createElement("canvas");
  const curves = new DrawnCurves(canvas, board.pool, ids);
  try {
    await curves.draw(shown, view, stylesOf(shown, ids), plot, ratio);
    return canvas;
  } finally {
    curves.destroy();
  }
}
