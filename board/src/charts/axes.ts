/** The marks along an axis: ticks with their labels, and where points without a finite value lie. */

import { tickLabels } from "./labels";
import type { Scale } from "./scale";
import { type Quantity, ticks } from "./ticks";

export interface Tick {
  readonly value: number;
  /** CSS pixels from the start of the axis: from the left, or from the top of a vertical axis. */
  readonly position: number;
  readonly text: string;
}

export interface Axis {
  readonly ticks: readonly Tick[];
  /** What the labels are added to, to be written at the axis's end, or null. */
  readonly origin: string | null;
}

export interface AxisOptions {
  readonly direction: "right" | "up";
  /** Length in CSS pixels. */
  readonly length: number;
  readonly quantity?: Quantity;
  /** Width of a label in CSS pixels; an estimate for the board's small figures by default. */
  readonly measure?: (text: string) => number;
}

const LINE_HEIGHT = 28;
const LABEL_GAP = 16;

const estimate = (text: string) => 6.5 * text.length;

/** As many round ticks as have room for their labels side by side. */
export function makeAxis(scale: Scale, options: AxisOptions): Axis {
  const { direction, length, quantity = "number", measure = estimate } = options;
  const upright = direction === "up";
  let count = Math.max(2, Math.floor(length / (upright ? LINE_HEIGHT : 50)));
  for (;;) {
    const values = ticks(scale, count, quantity);
    const { texts, origin } = tickLabels(values, quantity, scale.kind);
    const placed = values.map((value, i) => {
      const unit = scale.toUnit(value);
      return { value, position: (upright ? 1 - unit : unit) * length, text: texts[i]! };
    });
    const room = upright ? LINE_HEIGHT / 2 : LABEL_GAP + Math.max(0, ...texts.map(measure));
    if (count <= 1 || placed.every((tick, i) => i === 0 || gap(tick, placed[i - 1]!) >= room)) {
      return { ticks: placed, origin };
    }
    count--;
  }
}

function gap(a: Tick, b: Tick): number {
  return Math.abs(a.position - b.position);
}

export type NonFinite = "NaN" | "∞" | "−∞";

/** Points without a finite value at one place of the x axis. */
export interface NonFiniteMark {
  readonly kind: NonFinite;
  /** CSS pixels from the left. */
  readonly position: number;
  /** x of the first of them. */
  readonly x: number;
  readonly count: number;
}

/** The points with y = NaN, ∞ or −∞ in the scale's domain, those of a kind on the same pixel taken together. `isMarked`: whether one of them is to be. */
export function nonFiniteMarks(
  x: Float64Array,
  y: Float64Array,
  scale: Scale,
  length: number,
  isMarked?: (index: number) => boolean,
): NonFiniteMark[] {
  const marks = new Map<string, NonFiniteMark>();
  for (let i = 0; i < y.length; i++) {
    const value = y[i]!;
    if (Number.isFinite(value) || isMarked?.(i) === false) continue;
    const unit = scale.toUnit(x[i]!);
    if (!(unit >= 0 && unit <= 1)) continue;
    const kind: NonFinite = Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
    const position = Math.round(unit * length);
    const key = `${kind}${position}`;
    const mark = marks.get(key);
    marks.set(key, { kind, position, x: mark?.x ?? x[i]!, count: (mark?.count ?? 0) + 1 });
  }
  return [...marks.values()];
}
