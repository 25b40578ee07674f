/**
 * How charts are drawn: what a person can set, what holds unless they do, and how it is kept. The defaults hide and
 * alter nothing: all data, as logged, on linear axes.
 */

import { asText, type Members } from "./members";
import type { Json } from "./notation";
import type { Axis, Smoothing } from "../wire/types";

/** Order of the rows at the crosshair. */
export type TooltipOrder = "nearest" | "descending" | "ascending" | "name";
export type SmoothingKind = Smoothing["kind"];
/** Percent of the values, at either end, that may lie outside the y axis; 0: none. */
export type Clip = 0 | 1 | 5;

export interface ChartSettings {
  readonly axis: Axis;
  /** A tag whose value at the same step is x, in place of the axis. */
  readonly xTag: string | null;
  readonly xLog: boolean;
  /** A zoom of one card's x axis is one of all. */
  readonly linkX: boolean;
  readonly yLog: boolean;
  /** Cards, by key, that differ from `yLog`. */
  readonly yLogOf: ReadonlyMap<string, boolean>;
  readonly clip: Clip;
  readonly smoothing: SmoothingKind;
  /** Of the moving average, 0 to MAX_WEIGHT; 0: none. */
  readonly weight: number;
  /** Sigma or window of the other two kinds on an axis of steps, and on one of time; 0: none. */
  readonly reachSteps: number;
  readonly reachSeconds: number;
  readonly tooltip: TooltipOrder;
  /** Draw what a later attempt superseded. */
  readonly earlierAttempts: boolean;
}

export const AXES: readonly Axis[] = ["step", "relative", "wall"];
export const SMOOTHING_KINDS: readonly SmoothingKind[] = ["ema", "gaussian", "mean"];
export const TOOLTIP_ORDERS: readonly TooltipOrder[] = ["nearest", "descending", "ascending", "name"];
export const CLIPS: readonly Clip[] = [0, 1, 5];
export const MAX_WEIGHT = 0.999;
export const MAX_REACH = 1e12;

export const DEFAULTS: ChartSettings = {
  axis: "step",
  xTag: null,
  xLog: false,
  linkX: false,
  yLog: false,
  yLogOf: new Map(),
  clip: 0,
  smoothing: "ema",
  weight: 0,
  reachSteps: 0,
  reachSeconds: 0,
  tooltip: "nearest",
  earlierAttempts: false,
};

/** How each setting is written, and read from what anyone may have written; undefined: nothing of it is understood. */
const FORMS: { readonly [Name in keyof ChartSettings]: Form<ChartSettings[Name]> } = {
  axis: oneOf(AXES),
  xTag: { read: (members, name) => members.read(name, asText), write: (tag) => tag },
  xLog: flag(),
  linkX: flag(),
  yLog: flag(),
  yLogOf: {
    read: (members, name) => members.record(name, asFlag),
    write: (flags) => (flags.size > 0 ? Object.fromEntries(flags) : null),
  },
  clip: oneOf(CLIPS),
  smoothing: oneOf(SMOOTHING_KINDS),
  weight: within(0, MAX_WEIGHT),
  reachSteps: within(0, MAX_REACH),
  reachSeconds: within(0, MAX_REACH),
  tooltip: oneOf(TOOLTIP_ORDERS),
  earlierAttempts: flag(),
};
const NAMES = Object.keys(FORMS) as (keyof ChartSettings)[];

type Kept = string | number | boolean | null | { [name: string]: boolean };

interface Form<Value> {
  read(members: Members, name: string): Value | undefined;
  write(value: Value): Kept;
}

/** The settings in what was kept; what cannot be read is as if it had not been set. */
export function readSettings(members: Members): ChartSettings {
  const found = NAMES.map((name) => {
    const form = FORMS[name] as Form<unknown>;
    return [name, form.read(members, name) ?? DEFAULTS[name]];
  });
  return Object.fromEntries(found) as ChartSettings;
}

/** What differs from the defaults; null if nothing does. */
export function keptSettings(settings: ChartSettings): Record<string, Kept> | null {
  const kept = NAMES.map((name): [string, Kept] => {
    const form = FORMS[name] as Form<unknown>;
    return [name, settings[name] === DEFAULTS[name] ? null : form.write(settings[name])];
  }).filter(([, value]) => value !== null);
  return kept.length > 0 ? Object.fromEntries(kept) : null;
}

/** What the server is to compute; null: nothing. */
export function smoothingOf(settings: ChartSettings): Smoothing | null {
  const { smoothing: kind, weight } = settings;
  const reach = settings[reachOf(settings)];
  if (kind === "ema") return weight > 0 ? { kind, weight } : null;
  if (reach === 0) return null;
  return kind === "gaussian" ? { kind, sigma: reach } : { kind, window: reach };
}

/** Which reach holds: x of another tag is looked up by step. */
export function reachOf({ axis, xTag }: ChartSettings): "reachSteps" | "reachSeconds" {
  return axis === "step" || xTag !== null ? "reachSteps" : "reachSeconds";
}

/** Whether the y axis of this card is logarithmic. */
export function isYLog({ yLog, yLogOf }: ChartSettings, card: string): boolean {
  return yLogOf.get(card) ?? yLog;
}

/** Places of a slider for a reach: 0 is none, then twelve to a decade from 1 on, each of two digits. */
export const REACH_PLACES = 6 * 12 + 1;

export function reachAt(place: number): number {
  return place <= 0 ? 0 : Number((10 ** ((Math.min(place, REACH_PLACES) - 1) / 12)).toPrecision(2));
}

/** The place nearest to a reach. */
export function placeOf(reach: number): number {
  if (!(reach > 0)) return 0;
  return Math.min(REACH_PLACES, Math.max(1, Math.round(Math.log10(reach) * 12) + 1));
}

function asFlag(saved: Json): boolean | undefined {
  return typeof saved === "boolean" ? saved : undefined;
}

function flag(): Form<boolean> {
  return { read: (members, name) => members.read(name, asFlag), write: (value) => value };
}

function oneOf<Value extends string | number>(values: readonly Value[]): Form<Value> {
  return { read: (members, name) => members.one(name, values), write: (value) => value };
}

function within(min: number, max: number): Form<number> {
  const read = (saved: Json): number | undefined =>
    typeof saved === "number" && saved >= min && saved <= max ? saved : undefined;
  return { read: (members, name) => members.read(name, read), write: (value) => value };
}
