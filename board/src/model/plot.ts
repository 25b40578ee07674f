/** What a chart shows of its series: styles, window, and the values under the crosshair. */

import { type Bounds, nearest, type Series, seriesKey, union } from "./series";

/** A series with what the person's choices make of it. */
export interface Shown {
  readonly series: Series;
  readonly colour: string;
  /** Index of a dash pattern; solid if absent. */
  readonly dash?: number;
  readonly on: boolean;
}

/** What follows a place on the x axis. */
export interface Reading {
  readonly series: Series;
  readonly colour: string;
  /** Index of a dash pattern. */
  readonly dash: number;
  readonly index: number;
  /** What the curve shows there: the moving average, or the value itself. */
  readonly y: number;
}

/** Opacity of a curve that another one of its run supersedes, and of raw values. */
const SUPERSEDED = 0.45;
const RAW = 0.22;
const STROKE = 1.5;
const EMPHASIS = 2.5;
/** Ids of moving averages, and of values where there is none, so that they lie over all raw curves. */
const MAIN = 2 ** 24;

/** Curve ids that stay the same for an attempt's tag as long as the page is open. */
export class CurveIds {
  private readonly ids = new Map<string, number>();
  /** Of series that were asked for before: every picture asks for all of them. */
  private readonly known = new WeakMap<Series, number>();
  private readonly runs: string[] = [];

  /** The main curve's id; the raw curve's is `rawId` of it. */
  of(series: Series): number {
    const known = this.known.get(series);
    if (known !== undefined) return known;
    const key = seriesKey(series);
    let id = this.ids.get(key);
    if (id === undefined) {
      id = this.runs.push(series.run) - 1;
      this.ids.set(key, id);
    }
    this.known.set(series, MAIN + id);
    return MAIN + id;
  }

  runOf(curve: number): string | null {
    return this.runs[curve % MAIN] ?? null;
  }
}

export function rawId(main: number): number {
  return main - MAIN;
}

export interface Style {
  readonly id: number;
  readonly color: string;
  readonly visible: boolean;
  readonly width: number;
  readonly opacity: number;
  readonly dash: number;
}

export function stylesOf(shown: readonly Shown[], ids: CurveIds): Style[] {
  const styles: Style[] = [];
  for (const one of shown) {
    const id = ids.of(one.series);
    if (one.series.smoothed) styles.push({ ...styleOf(one, true), id: rawId(id) });
    styles.push({ ...styleOf(one, false), id });
  }
  return styles;
}

/** How a series' main curve, or the raw one behind it, is painted. */
export function styleOf({ series, colour, dash = 0, on }: Shown, raw: boolean): Omit<Style, "id"> {
  const opacity = (series.superseded ? SUPERSEDED : 1) * (raw ? RAW : 1);
  return { color: colour, visible: on, width: STROKE, opacity, dash };
}

/** The curves of a run that stands out: drawn once more, over all others, which are dimmed meanwhile. */
export function frontStyles(shown: readonly Shown[], ids: CurveIds): Style[] {
  return stylesOf(shown, ids).map((style) => (style.id >= MAIN ? { ...style, width: EMPHASIS } : style));
}

/** Bounds of what is on; of everything if nothing is, so that an empty chart keeps its axes. */
export function windowOf(shown: readonly Shown[]): Bounds | null {
  const on = union(shown.filter((one) => one.on).map(({ series }) => series.bounds));
  const found = on ?? union(shown.map(({ series }) => series.bounds));
  return found && found.yMin > found.yMax ? { ...found, yMin: 0, yMax: 1 } : found;
}

/** The step of a reading; null: of a group over time, whose runs have none in common. */
export function stepOf({ series, index }: Reading): number | bigint | null {
  return series.group?.overTime ? null : series.step[index]!;
}

/** The reading that is least far away; one without a place is farther than any other. Null: there is none. */
export function nearestOf(
  readings: readonly Reading[],
  distance: (reading: Reading) => number,
): Reading | null {
  let [nearest, least]: [Reading | null, number] = [null, Infinity];
  for (const reading of readings) {
    const away = comparable(distance(reading));
    if (away < least) [nearest, least] = [reading, away];
  }
  return nearest;
}

/** A number to sort by: what is none comes last. */
export function comparable(key: number): number {
  return Number.isNaN(key) ? Number.MAX_VALUE : Math.max(-Number.MAX_VALUE, Math.min(key, Number.MAX_VALUE));
}

/** The visible series' values at `x`; none for a series that ends more than `slack` before or after it. */
export function readingsAt(shown: readonly Shown[], x: number, slack: number): Reading[] {
  const readings: Reading[] = [];
  for (const { series, colour, dash = 0, on } of shown) {
    if (!on || series.x.length === 0) continue;
    if (x < series.x[0]! - slack || x > series.x[series.x.length - 1]! + slack) continue;
    const index = nearest(series.x, x);
    readings.push({ series, colour, dash, index, y: (series.smoothed ?? series.value)[index]! });
  }
  return readings;
}
