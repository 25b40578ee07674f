/** How charts are drawn, chosen in the toolbar and remembered by the browser. */

import type { Theme } from "../model/colour";
import type { Axis } from "../wire/types";
import { recall, remember } from "./storage";

export type ThemeChoice = Theme | "system";

const AXES: readonly Axis[] = ["step", "relative", "wall"];
const THEMES: readonly ThemeChoice[] = ["system", "light", "dark"];
export const MAX_SMOOTHING = 0.99;

export class Settings {
  axis = $state<Axis>("step");
  /** Weight of the moving average, 0 to MAX_SMOOTHING. */
  smoothing = $state(0);
  /** Draw what a later attempt superseded. */
  earlierAttempts = $state(false);
  themeChoice = $state<ThemeChoice>("system");
  private systemTheme = $state<Theme>("light");
  theme: Theme = $derived(this.themeChoice === "system" ? this.systemTheme : this.themeChoice);

  constructor() {
    const saved = (recall("settings") ?? {}) as Partial<Record<string, unknown>>;
    this.axis = AXES.find((axis) => axis === saved["axis"]) ?? "step";
    this.themeChoice = THEMES.find((theme) => theme === saved["theme"]) ?? "system";
    this.earlierAttempts = saved["earlierAttempts"] === true;
    const smoothing = saved["smoothing"];
    if (typeof smoothing === "number" && smoothing >= 0 && smoothing <= MAX_SMOOTHING)
      this.smoothing = smoothing;

    const dark = matchMedia("(prefers-color-scheme: dark)");
    this.systemTheme = dark.matches ? "dark" : "light";
    dark.addEventListener("change", () => (this.systemTheme = dark.matches ? "dark" : "light"));
  }

  save(): void {
    remember("settings", {
      axis: this.axis,
      smoothing: this.smoothing,
      earlierAttempts: this.earlierAttempts,
      theme: this.themeChoice,
    });
  }
}
