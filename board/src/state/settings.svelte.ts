/** How charts are drawn, a part of the saved view; and the theme, which is the browser's for every log directory. */

import type { Theme } from "../model/colour";
import { Members, type Refused } from "../model/members";
import type { Json } from "../model/notation";
import {
  type ChartSettings,
  DEFAULTS,
  isYLog,
  keptSettings,
  readSettings,
  smoothingOf,
} from "../model/settings";
import type { Attempts, Axis, Baseline, Smoothing } from "../wire/types";
import { recall, remember } from "./storage";
import type { Part, SavedView } from "./view.svelte";

export type ThemeChoice = Theme | "system";

const THEMES: readonly ThemeChoice[] = ["system", "light", "dark"];

/** What an answer's points depend on. */
export interface PointsAsked {
  readonly axis: Axis;
  /** Another tag that is x in place of the axis, which is that of steps then. */
  readonly xTag: string | null;
  readonly smoothing: Smoothing | null;
  readonly attempts: Attempts;
  /** What curves are compared with; null: they are as logged. */
  readonly baseline: Baseline | null;
  /** How all values are spread, not only those that are drawn. */
  readonly quantiles: boolean;
}

export class Settings implements Part {
  readonly name = "chart";
  chart = $state.raw<ChartSettings>(DEFAULTS);
  themeChoice = $state<ThemeChoice>("system");
  private systemTheme = $state<Theme>("light");
  theme: Theme = $derived(this.themeChoice === "system" ? this.systemTheme : this.themeChoice);

  /** The part of it that is set here. */
  readonly asked: Omit<PointsAsked, "baseline"> = $derived({
    axis: this.chart.xTag === null ? this.chart.axis : "step",
    xTag: this.chart.xTag,
    smoothing: smoothingOf(this.chart),
    attempts: this.chart.earlierAttempts ? "all" : "latest",
    quantiles: this.chart.clip > 0 && this.chart.xTag === null,
  });

  constructor(view: SavedView) {
    view.keep(this);
    const saved = recall("theme");
    this.themeChoice = THEMES.find((theme) => theme === saved) ?? "system";

    const dark = matchMedia("(prefers-color-scheme: dark)");
    this.systemTheme = dark.matches ? "dark" : "light";
    dark.addEventListener("change", () => (this.systemTheme = dark.matches ? "dark" : "light"));
  }

  get(): Json | null {
    return keptSettings(this.chart);
  }

  set(saved: Json | null): Refused {
    const members = new Members(saved);
    this.chart = readSettings(members);
    return members.refused;
  }

  change(some: Partial<ChartSettings>): void {
    this.chart = { ...this.chart, ...some };
  }

  setTheme(choice: ThemeChoice): void {
    this.themeChoice = choice;
    remember("theme", choice);
  }

  isYLog(card: string): boolean {
    return isYLog(this.chart, card);
  }

  /** Makes one card's y axis logarithmic, or linear, whatever holds for the others. */
  setYLog(card: string, log: boolean): void {
    const yLogOf = new Map(this.chart.yLogOf);
    if (log === this.chart.yLog) yLogOf.delete(card);
    else yLogOf.set(card, log);
    this.change({ yLogOf });
  }
}
