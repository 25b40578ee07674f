/** Which runs are on, for views to read and people to change: a part of the saved view. */

import { isNewRuns, type NewRuns, remember, Remembered, rememberShortly } from "../model/remembered";
import { Selection } from "../model/selection";
import type { Json } from "../model/notation";
import type { Run } from "../wire/types";
import type { SavedView } from "./view.svelte";

/** One run's switch, so that a row depends on its own run only. */
class Switch {
  on: boolean;

  constructor(on: boolean) {
    this.on = $state(on);
  }
}

export class SelectionStore {
  private readonly switches = new Map<string, Switch>();
  private readonly selection = new Selection((run, on) => {
    this.flips++;
    const one = this.switches.get(run);
    if (one) one.on = on;
  });
  /** Counts runs that went on or off. */
  private flips = 0;
  /** What was saved, until there are runs that it is of. */
  private recalled = $state.raw<Json | null>(null);
  private version = $state(0);

  constructor(private readonly view: SavedView) {
    view.keep({
      name: "runs",
      get: () => (this.isEmpty() ? this.recalled : remember(this.now().kept())),
      short: () => (this.isEmpty() ? this.recalled : rememberShortly(this.now().kept())),
      set: (saved) => {
        const found = saved === null ? null : Remembered.read(saved);
        this.recalled = found && saved;
        this.selection.recall(found);
        this.version++;
        return saved !== null && found === null ? "all" : [];
      },
    });
  }

  /** Whether one run is on. Who asks for many does better with `on`. */
  isOn(run: string): boolean {
    const one = this.switches.get(run);
    if (one) return one.on;
    void this.version; // it may come
    return this.selection.on.has(run);
  }

  /** All runs that are on, sub-runs too: to be read, not to be kept, for it changes. */
  get on(): ReadonlySet<string> {
    return this.now().on;
  }

  /** Counts changes, of whatever kind. */
  get changes(): number {
    return this.version;
  }

  /** What new runs do. */
  get newRuns(): NewRuns {
    return this.now().newRuns;
  }

  set newRuns(rule: NewRuns) {
    if (!isNewRuns(rule)) return;
    this.change(() => this.selection.setNewRuns(rule), true);
  }

  /** New runs stay off for now, whatever the rule says: all were switched off, or "only" is in force. */
  get held(): boolean {
    return this.now().held;
  }

  /** The runs of "only these" while it is in force, else null. */
  get onlyThese(): ReadonlySet<string> | null {
    return this.now().only;
  }

  get canUndo(): boolean {
    return this.now().canUndo;
  }

  get canRedo(): boolean {
    return this.now().canRedo;
  }

  /** Learn which runs there are; `complete`: all files have been read. */
  meet(runs: readonly Run[], complete: boolean): void {
    const before = this.flips;
    const isNew = this.selection.meet(runs);
    const told = complete ? this.selection.settle() : null;
    if (told !== null) this.view.say(told);
    // A list that tells nothing new of who is there or on: nothing is drawn, nor kept, again.
    if (!isNew && this.flips === before) return;
    for (const { id } of runs) {
      if (!this.switches.has(id)) this.switches.set(id, new Switch(this.selection.on.has(id)));
    }
    this.version++;
  }

  set(run: string, on: boolean): void {
    this.change(() => this.selection.switch([run], on), false);
  }

  setMany(runs: Iterable<string>, on: boolean): void {
    this.change(() => this.selection.switch(runs, on), true);
  }

  /** Only these; the same again brings back what was on. */
  only(runs: string | Iterable<string>): void {
    this.change(() => this.selection.showOnly(typeof runs === "string" ? [runs] : runs), true);
  }

  invert(runs: Iterable<string>): void {
    this.change(() => this.selection.invert(runs), true);
  }

  undo(): void {
    this.change(() => this.selection.undo(), false);
  }

  redo(): void {
    this.change(() => this.selection.redo(), false);
  }

  /** A big change is one that Back undoes too. */
  private change(change: () => void, isBig: boolean): void {
    if (isBig) this.view.milestone();
    change();
    this.version++;
  }

  /** No runs are known, and so nothing is on or off. */
  private isEmpty(): boolean {
    void this.version;
    return this.switches.size === 0;
  }

  private now(): Selection {
    void this.version;
    return this.selection;
  }
}
