/**
 * Which runs are on, and every way to change that.
 *
 * Each run has a switch of its own; a sub-run follows its parent's. New runs follow a rule, except while they are held
 * back: after "none" and "only", until all are on again or a rule is chosen. Each change can be undone and redone,
 * whatever runs came meanwhile.
 */

import { History } from "./history";
import type { Kept, NewRuns, Remembered, Selectable } from "./remembered";

/** What holds besides the switches. */
interface Mode {
  readonly newRuns: NewRuns;
  readonly held: boolean;
  readonly only: Only | null;
}

/** "Only these" is in force: what is on, and what the same again brings back. */
interface Only {
  readonly runs: ReadonlySet<string>;
  readonly before: ReadonlySet<string>;
  readonly heldBefore: boolean;
}

interface Step {
  readonly on: readonly string[];
  readonly off: readonly string[];
  readonly before: Mode;
  readonly after: Mode;
}

const AT_FIRST: Mode = { newRuns: "on", held: false, only: null };
/** Switches that can be undone, over all steps; each step counts as a hundred. */
const MOST_UNDONE = 500_000;

export class Selection {
  /** Ids of all runs that are on, sub-runs too. It changes with every switch. */
  readonly on: ReadonlySet<string>;
  private readonly lit = new Set<string>();
  /** Runs with a switch of their own, and those that follow it. */
  private owners = new Map<string, Selectable>();
  private readonly ownerOf = new Map<string, string>();
  private followers = new Map<string, string[]>();
  private ownersOn = 0;
  /** Of every run that was ever met, but for sub-runs. */
  private readonly switches = new Map<string, boolean>();
  private mode = AT_FIRST;
  /** What was saved, as long as runs may come that it has a say in. */
  private remembered: Remembered | null = null;
  /** Runs that were decided by `remembered` before they had begun. */
  private readonly unbegun = new Set<string>();
  /** Runs that came while new ones were held back, and would be on by the rule. */
  private readonly heldBack = new Set<string>();
  /** Runs that are on by the rule of the newest, which takes them back. */
  private byRule = new Set<string>();
  private readonly history = new History<Step>(MOST_UNDONE, ({ on, off }) => on.length + off.length + 100);

  /** `changed` is told of each run that goes on or off, sub-runs too. */
  constructor(private readonly changed: (run: string, on: boolean) => void = () => undefined) {
    this.on = this.lit;
  }

  get newRuns(): NewRuns {
    return this.mode.newRuns;
  }

  /** New runs stay off for now, whatever the rule says. */
  get held(): boolean {
    return this.mode.held;
  }

  /** The runs of "only these" while it is in force. */
  get only(): ReadonlySet<string> | null {
    return this.mode.only?.runs ?? null;
  }

  get canUndo(): boolean {
    return this.history.canUndo;
  }

  get canRedo(): boolean {
    return this.history.canRedo;
  }

  /** The run whose switch this one has. */
  owner(run: string): string {
    return this.ownerOf.get(run) ?? run;
  }

  /** Learn which runs there are. New ones follow what was saved, else the rule; others stay as they are. */
  meet(runs: readonly Selectable[]): void {
    const isFirst = this.owners.size === 0;
    this.place(runs);
    const came: string[] = [];
    const recalled: string[] = [];
    for (const run of this.owners.values()) {
      const begins = run.first_wall_time !== null && this.unbegun.delete(run.id);
      if (this.switches.has(run.id) && !begins) continue;
      const saved = this.remembered?.of(run) ?? null;
      if (saved === null) came.push(run.id);
      else {
        if (run.first_wall_time === null) this.unbegun.add(run.id);
        this.switches.set(run.id, saved);
        recalled.push(run.id);
      }
    }
    if (isFirst) this.claimNewest(recalled);
    this.follow(came);
    this.tally();
  }

  /** Every file has been read: see whether what was saved was of these runs. A sentence if that cannot be told. */
  settle(): string | null {
    if (this.remembered === null) return null;
    const found = this.remembered.check([...this.owners.values()]);
    for (const [run, on] of found?.wrong ?? []) {
      if (on === null) this.follow([run]);
      else this.flip(run, on);
    }
    if (this.remembered.missing(this.owners.keys()).size === 0) this.remembered = null;
    this.unbegun.clear();
    if (found === null || found.wrong.size > 0) return null;
    return found.gone > 0
      ? `${found.gone.toLocaleString("en")} or more of the runs that this link was made for are gone; the others are as it says. Runs that came since with an older date may be on or off.`
      : "Runs with an older date came since this link was made. Those that it was made for are as it says; the others may be on or off.";
  }

  switch(runs: Iterable<string>, on: boolean): void {
    const wanted = new Map<string, boolean>();
    for (const run of runs) wanted.set(this.owner(run), on);
    this.change(wanted, (mode) => {
      const held = this.ownersOn === this.owners.size ? false : this.ownersOn === 0 ? true : mode.held;
      return { ...mode, held, only: null };
    });
  }

  invert(runs: Iterable<string>): void {
    const wanted = new Map<string, boolean>();
    for (const run of runs) wanted.set(this.owner(run), !this.lit.has(run));
    this.change(wanted, (mode) => ({ ...mode, only: null }));
  }

  /** Switch on only these; the same again brings back what was on before, and lets in what came meanwhile. */
  showOnly(runs: Iterable<string>): void {
    const chosen = new Set([...runs].map((run) => this.owner(run)));
    const { only, held } = this.mode;
    if (only !== null && areSame(only.runs, chosen)) {
      this.change(this.wanting(only.before), (mode) => ({ ...mode, held: only.heldBefore, only: null }));
      return;
    }
    const on = new Set([...this.owners.keys()].filter((run) => this.lit.has(run)));
    // Alone already, and nobody knows since when: the same again is to bring back something.
    const isAlone = areSame(on, chosen);
    const before = only?.before ?? (isAlone ? new Set(this.owners.keys()) : on);
    const heldBefore = only?.heldBefore ?? (isAlone ? false : held);
    const next = { runs: chosen, before, heldBefore };
    this.change(this.wanting(chosen), (mode) => ({ ...mode, held: true, only: next }));
  }

  /** Choose what new runs do. For the newest it holds at once for all that are there. */
  setNewRuns(newRuns: NewRuns): void {
    this.heldBack.clear();
    const wanted = typeof newRuns === "object" ? this.wanting(this.newest(newRuns.newest)) : new Map();
    this.change(wanted, () => ({ newRuns, held: false, only: null }));
  }

  undo(): void {
    const step = this.history.undo();
    if (step) this.take(step.off, step.on, step.before);
  }

  redo(): void {
    const step = this.history.redo();
    if (step) this.take(step.on, step.off, step.after);
  }

  /** As it was saved; null: as it is by default. A change like any other, once there are runs. */
  recall(saved: Remembered | null): void {
    this.remembered = saved;
    const { newRuns, held } = saved ?? AT_FIRST;
    const mode = { newRuns, held, only: null };
    if (this.owners.size === 0) {
      this.mode = mode;
      return;
    }
    const isNewOn = !held && newRuns !== "off";
    const wanted = new Map<string, boolean>();
    for (const run of this.owners.values()) {
      wanted.set(run.id, saved === null ? true : (saved.of(run) ?? isNewOn));
    }
    this.change(wanted, () => mode);
  }

  /** What is to be kept. */
  kept(): Kept {
    const switches = new Map<string, boolean>();
    let newest: number | null = null;
    for (const { id, first_wall_time: begun } of this.owners.values()) {
      switches.set(id, this.lit.has(id));
      if (begun !== null && (newest === null || begun > newest)) newest = begun;
    }
    const away = this.remembered?.missing(this.owners.keys()) ?? new Map<string, boolean>();
    for (const [run, on] of this.switches)
      if (!this.owners.has(run) && !this.ownerOf.has(run)) away.set(run, on);
    return { switches, away, newRuns: this.mode.newRuns, held: this.mode.held, newest };
  }

  /** Find out whose switch each run has. */
  private place(runs: readonly Selectable[]): void {
    const ids = new Set(runs.map(({ id }) => id));
    this.owners = new Map();
    this.followers = new Map();
    this.ownerOf.clear();
    for (const run of runs) {
      if (run.parent === null || !ids.has(run.parent)) this.owners.set(run.id, run);
      else {
        this.ownerOf.set(run.id, run.parent);
        this.followers.set(run.parent, [...(this.followers.get(run.parent) ?? []), run.id]);
      }
    }
  }

  /** All runs: those in `on` on, the others off. */
  private wanting(on: ReadonlySet<string>): Map<string, boolean> {
    return new Map([...this.owners.keys()].map((run) => [run, on.has(run)]));
  }

  /** Take a new step; `next` says, once the switches are set, what else holds after it. */
  private change(wanted: ReadonlyMap<string, boolean>, next: (mode: Mode) => Mode): void {
    const on: string[] = [];
    const off: string[] = [];
    for (const [run, is] of wanted) if (this.lit.has(run) !== is) (is ? on : off).push(run);
    const before = this.mode;
    this.apply(on, off);
    const after = next(before);
    if (on.length + off.length > 0 || !followAlike(before, after)) {
      this.history.add({ on, off, before, after });
      this.enter(after);
    } else if (after.only !== null) this.mode = after; // nothing to see, and so nothing to undo
  }

  private take(on: readonly string[], off: readonly string[], mode: Mode): void {
    this.apply(on, off);
    this.enter(mode);
  }

  private apply(on: readonly string[], off: readonly string[]): void {
    for (const run of [...on, ...off]) {
      this.byRule.delete(run);
      this.heldBack.delete(run);
      this.unbegun.delete(run);
    }
    for (const run of on) this.flip(run, true);
    for (const run of off) this.flip(run, false);
  }

  private enter(mode: Mode): void {
    const before = this.mode;
    this.mode = mode;
    if (before.held && !mode.held) {
      const came = [...this.heldBack];
      this.claimNewest([...this.owners.keys()].filter((run) => !this.heldBack.has(run)));
      this.heldBack.clear();
      this.follow(came);
    } else if (mode.newRuns !== before.newRuns) this.claimNewest(this.owners.keys());
    if (mode.only === null) return;
    // Redone after other runs came: they wait, as if they came now.
    for (const run of this.owners.keys()) {
      if (!this.lit.has(run) || mode.only.runs.has(run)) continue;
      this.flip(run, false);
      this.heldBack.add(run);
    }
  }

  /** What the rule makes of runs that came. */
  private follow(came: readonly string[]): void {
    const { newRuns, held } = this.mode;
    const on = !held && newRuns !== "off";
    for (const run of came) {
      this.flip(run, on);
      if (held && newRuns !== "off") this.heldBack.add(run);
      if (on && newRuns !== "on") this.byRule.add(run);
    }
    if (came.length === 0 || !on || newRuns === "on") return;
    const newest = this.newest(newRuns.newest);
    for (const run of this.byRule) {
      if (newest.has(run)) continue;
      this.byRule.delete(run);
      this.flip(run, false);
    }
  }

  /** The rule of the newest holds from now on: what it would have switched on is its to take back. */
  private claimNewest(runs: Iterable<string>): void {
    const { newRuns } = this.mode;
    if (typeof newRuns !== "object") return;
    const newest = this.newest(newRuns.newest, runs);
    this.byRule = new Set([...newest].filter((run) => this.switches.get(run)));
  }

  private newest(count: number, runs: Iterable<string> = this.owners.keys()): Set<string> {
    const begun = (run: string): number => this.owners.get(run)?.first_wall_time ?? Infinity;
    const sorted = [...runs].sort((a, b) => (begun(a) === begun(b) ? (a < b ? -1 : 1) : begun(b) - begun(a)));
    return new Set(sorted.slice(0, count));
  }

  /** Set a switch, of a run on the board or of one that is away. */
  private flip(run: string, on: boolean): void {
    this.switches.set(run, on);
    if (!this.owners.has(run) || this.lit.has(run) === on) return;
    this.ownersOn += on ? 1 : -1;
    for (const one of [run, ...(this.followers.get(run) ?? [])]) {
      if (on) this.lit.add(one);
      else this.lit.delete(one);
      this.changed(one, on);
    }
  }

  /** Bring what is on in line with the switches and with which runs there are. */
  private tally(): void {
    const on = new Set<string>();
    this.ownersOn = 0;
    for (const run of this.owners.keys()) {
      if (!this.switches.get(run)) continue;
      this.ownersOn++;
      on.add(run);
      for (const follower of this.followers.get(run) ?? []) on.add(follower);
    }
    for (const run of [...this.lit]) {
      if (on.has(run)) continue;
      this.lit.delete(run);
      this.changed(run, false);
    }
    for (const run of on) {
      if (this.lit.has(run)) continue;
      this.lit.add(run);
      this.changed(run, true);
    }
  }
}

function areSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((one) => b.has(one));
}

function followAlike(a: Mode, b: Mode): boolean {
  return JSON.stringify(a.newRuns) === JSON.stringify(b.newRuns) && a.held === b.held;
}
