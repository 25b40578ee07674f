/**
 * Which runs are on, and every way to change that.
 *
 * Each run has a switch of its own, which a person set or which is left to the rule for new runs; a sub-run follows its
 * parent's. What the rule makes of a run is worked out, not kept: so it holds for runs whose times become known later,
 * and a change that is taken back leaves nothing behind, whatever runs came meanwhile. The rule is silent while new runs
 * are held back: after "none", until all are on again or a rule is chosen. "Only these" lies over the switches and leaves
 * them as they are.
 */

import { formatCount } from "./format";
import { History } from "./history";
import { areAlike } from "./order";
import type { Kept, NewRuns, Remembered, Selectable } from "./remembered";

/** What holds besides the switches. */
interface Mode {
  readonly newRuns: NewRuns;
  readonly held: boolean;
  readonly only: Only | null;
}

/** "Only these" is in force. */
interface Only {
  readonly runs: ReadonlySet<string>;
  /** They were alone already, nobody knows since when: the same again is to bring back something, which is all. */
  readonly wereAlone: boolean;
}

/** A run's switch; null: it is left to the rule. */
type Choice = boolean | null;
type Choices = ReadonlyMap<string, Choice>;

interface State {
  readonly choices: Choices;
  readonly mode: Mode;
}

interface Step {
  readonly before: State;
  readonly after: State;
}

const AT_FIRST: Mode = { newRuns: "on", held: false, only: null };
const NONE: Choices = new Map();
/** Switches that can be undone, over all steps; each step counts as a hundred. */
const MOST_UNDONE = 500_000;

export class Selection {
  /** Ids of all runs that are on, sub-runs too. It changes with every switch. */
  readonly on: ReadonlySet<string>;
  private readonly lit = new Set<string>();
  /** All runs as they were met last. */
  private runs: readonly Selectable[] = [];
  /** Runs with a switch of their own, and those that follow it. */
  private owners = new Map<string, Selectable>();
  private readonly ownerOf = new Map<string, string>();
  private readonly followers = new Map<string, string[]>();
  private ownersOn = 0;
  /** Of every run that was ever met, but for sub-runs. */
  private readonly choices = new Map<string, Choice>();
  /** Whether runs were on that are not there now. */
  private readonly away = new Map<string, boolean>();
  private mode = AT_FIRST;
  /** What was saved, as long as runs may come that it has a say in. */
  private remembered: Remembered | null = null;
  /** Runs that are as was saved, and that nobody has switched, until all files have been read. */
  private readonly recalled = new Set<string>();
  /** The newest runs of all, so many. */
  private ranked: { readonly count: number; readonly runs: ReadonlySet<string> } | null = null;
  private readonly history = new History<Step>(MOST_UNDONE, ({ after }) => after.choices.size + 100);

  /** `changed` is told of each run that goes on or off, sub-runs too. */
  constructor(private readonly changed: (run: string, on: boolean) => void = () => undefined) {
    this.on = this.lit;
  }

  get newRuns(): NewRuns {
    return this.mode.newRuns;
  }

  /** New runs stay off for now, whatever the rule says. */
  get held(): boolean {
    return isHeld(this.mode);
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

  /**
   * Learn which runs there are; false: there is nothing new in that. New ones are as was saved, else left to the rule;
   * others keep their switches.
   */
  meet(runs: readonly Selectable[]): boolean {
    if (areAlike(runs, this.runs)) return false;
    this.runs = runs;
    this.ranked = null;
    this.place(runs);
    for (const run of this.owners.values()) {
      // What was saved is asked again until all is read: a run may have begun meanwhile.
      if (this.choices.has(run.id) && !this.recalled.has(run.id)) continue;
      const saved = this.remembered?.of(run) ?? null;
      this.choices.set(run.id, saved);
      if (saved !== null) this.recalled.add(run.id);
    }
    this.tally();
    return true;
  }

  /** Every file has been read: see whether what was saved was of these runs. A sentence if that cannot be told. */
  settle(): string | null {
    if (this.remembered === null) return null;
    const found = this.remembered.check([...this.owners.values()]);
    for (const [run, on] of found?.wrong ?? []) this.choices.set(run, on);
    for (const run of this.ofTheRule(this.remembered, this.mode))
      if (this.recalled.has(run) && this.choices.get(run)) this.choices.set(run, null);
    for (const run of this.owners.keys()) this.show(run);
    if (this.remembered.missing(this.owners.keys()).size === 0) this.remembered = null;
    this.recalled.clear();
    if (found === null || found.wrong.size > 0) return null;
    return found.gone > 0
      ? `${formatCount(found.gone)} or more of the runs that this link was made for are gone; the others are as it says. Runs that came since with an older date may be on or off.`
      : "Runs with an older date came since this link was made. Those that it was made for are as it says; the others may be on or off.";
  }

  switch(runs: Iterable<string>, on: boolean): void {
    const wanted = new Map<string, Choice>();
    for (const run of runs) wanted.set(this.owner(run), on);
    let count = this.ownersOn;
    for (const run of wanted.keys())
      if (this.owners.has(run)) count += Number(on) - Number(this.lit.has(run));
    const held = count === this.owners.size ? false : count === 0 ? true : this.held;
    const { newRuns } = this.mode;
    // All are on, and the rule holds again: it may take back the newest, as after a reload.
    if (this.held && !held && typeof newRuns === "object")
      for (const run of this.newest(newRuns.newest)) wanted.set(run, null);
    this.switchSome(wanted, held);
  }

  invert(runs: Iterable<string>): void {
    const wanted = new Map<string, boolean>();
    for (const run of runs) wanted.set(this.owner(run), !this.lit.has(run));
    this.switchSome(wanted, this.held);
  }

  /** Switch on only these; the same again brings back what was on before, and lets in what came meanwhile. */
  showOnly(runs: Iterable<string>): void {
    const chosen = new Set([...runs].map((run) => this.owner(run)));
    const { only, newRuns } = this.mode;
    if (only === null || !areSame(only.runs, chosen)) {
      const wereAlone = only?.wereAlone ?? this.areAlone(chosen);
      this.change(NONE, { ...this.mode, only: { runs: chosen, wereAlone } });
    } else if (only.wereAlone) this.change(this.all(true), { newRuns, held: false, only: null });
    else this.change(NONE, { ...this.mode, only: null });
  }

  /** Choose what new runs do. Of the newest it holds at once for all that are there, else for none of them. */
  setNewRuns(newRuns: NewRuns): void {
    const mode = { newRuns, held: false, only: null };
    this.change(typeof newRuns === "object" ? this.all(null) : this.staying(mode), mode);
  }

  undo(): void {
    const step = this.history.undo();
    if (step) this.take(step.before);
  }

  redo(): void {
    const step = this.history.redo();
    if (step) this.take(step.after);
  }

  /** As it was saved; null: as it is by default. A change like any other, once there are runs. */
  recall(saved: Remembered | null): void {
    this.remembered = saved;
    const { newRuns, held } = saved ?? AT_FIRST;
    const mode = { newRuns, held, only: saved?.only ? { runs: saved.only, wereAlone: false } : null };
    if (this.owners.size === 0) {
      this.mode = mode;
      return;
    }
    const choices = this.all(null);
    if (saved !== null) {
      for (const run of this.owners.values()) choices.set(run.id, saved.of(run));
      for (const run of this.ofTheRule(saved, mode)) if (choices.get(run)) choices.set(run, null);
    }
    this.change(choices, mode);
    for (const [run, choice] of choices) if (choice !== null) this.recalled.add(run);
  }

  /** What is to be kept. */
  kept(): Kept {
    const switches = new Map<string, boolean>();
    let newest: number | null = null;
    for (const { id, first_wall_time: begun } of this.owners.values()) {
      switches.set(id, this.lit.has(id));
      if (begun !== null && (newest === null || begun > newest)) newest = begun;
    }
    const { mode } = this;
    const beneath = { ...mode, only: null };
    const only = mode.only &&
      !mode.only.wereAlone && {
        runs: mode.only.runs,
        switches: new Map([...switches.keys()].map((run) => [run, this.isOn(run, beneath)])),
        held: mode.held,
      };
    const away = this.remembered?.missing(this.owners.keys()) ?? new Map<string, boolean>();
    for (const [run, on] of this.away) if (!this.ownerOf.has(run)) away.set(run, this.choices.get(run) ?? on);
    return { switches, away, newRuns: mode.newRuns, held: this.held, newest, only: only || null };
  }

  /** Find out whose switch each run has. */
  private place(runs: readonly Selectable[]): void {
    const ids = new Set(runs.map(({ id }) => id));
    for (const run of this.owners.keys()) if (!ids.has(run)) this.away.set(run, this.lit.has(run));
    this.owners = new Map();
    this.followers.clear();
    this.ownerOf.clear();
    for (const run of runs) {
      this.away.delete(run.id);
      if (run.parent === null || !ids.has(run.parent)) this.owners.set(run.id, run);
      else {
        this.ownerOf.set(run.id, run.parent);
        const beside = this.followers.get(run.parent);
        if (beside) beside.push(run.id);
        else this.followers.set(run.parent, [run.id]);
      }
    }
  }

  private all(choice: Choice): Map<string, Choice> {
    return new Map([...this.owners.keys()].map((run) => [run, choice]));
  }

  private areAlone(chosen: ReadonlySet<string>): boolean {
    return this.ownersOn === chosen.size && [...chosen].every((run) => this.lit.has(run));
  }

  /** Switch these; what else is on stays so, also if "only these" had switched it. */
  private switchSome(wanted: Choices, held: boolean): void {
    const mode = { newRuns: this.mode.newRuns, held, only: null };
    this.change(new Map([...this.staying(mode), ...wanted]), mode);
  }

  /** The switches that leave each run as it is when this comes to hold. */
  private staying(mode: Mode): Map<string, boolean> {
    const staying = new Map<string, boolean>();
    if (haveSameEffect(mode, this.mode)) return staying;
    for (const run of this.owners.keys()) {
      const on = this.lit.has(run);
      if (this.isOn(run, mode) !== on) staying.set(run, on);
    }
    return staying;
  }

  /** Take a new step. */
  private change(choices: Choices, mode: Mode): void {
    const after = { choices, mode };
    const earlier = new Map([...choices.keys()].map((run) => [run, this.choices.get(run) ?? null]));
    const before = { choices: earlier, mode: this.mode };
    const isSeen = this.take(after) || !followAlike(before.mode, mode);
    if (isSeen) this.history.add({ before, after });
    // Nothing to see, and so nothing to undo.
    else this.take(mode.only === null ? before : { choices: earlier, mode });
  }

  /** Whether a run went on or off by it. */
  private take({ choices, mode }: State): boolean {
    const isAsBefore = haveSameEffect(mode, this.mode);
    for (const [run, choice] of choices) {
      this.choices.set(run, choice);
      this.recalled.delete(run);
    }
    this.mode = mode;
    let changed = false;
    for (const run of (isAsBefore ? choices : this.owners).keys()) if (this.show(run)) changed = true;
    return changed;
  }

  private isOn(run: string, mode = this.mode): boolean {
    if (mode.only !== null) return mode.only.runs.has(run);
    const choice = this.choices.get(run) ?? null;
    if (choice !== null) return choice;
    if (mode.held || mode.newRuns === "off") return false;
    return mode.newRuns === "on" || this.newest(mode.newRuns.newest).has(run);
  }

  /**
   * Runs that the rule of the newest may take back: they were the newest of those that are as was saved, and will not be
   * once others come.
   */
  private ofTheRule(saved: Remembered, { newRuns, held }: Mode): Iterable<string> {
    if (held || typeof newRuns !== "object") return [];
    return newestOf(
      [...this.owners.values()].filter((run) => saved.of(run) !== null),
      newRuns.newest,
    );
  }

  private newest(count: number): ReadonlySet<string> {
    if (this.ranked?.count !== count)
      this.ranked = { count, runs: newestOf([...this.owners.values()], count) };
    return this.ranked.runs;
  }

  /** Bring what is on in line with a run's switch; whether that changed it. */
  private show(run: string): boolean {
    const on = this.isOn(run);
    if (!this.owners.has(run) || this.lit.has(run) === on) return false;
    this.ownersOn += on ? 1 : -1;
    for (const one of [run, ...(this.followers.get(run) ?? [])]) this.light(one, on);
    return true;
  }

  private light(run: string, on: boolean): void {
    if (this.lit.has(run) === on) return;
    if (on) this.lit.add(run);
    else this.lit.delete(run);
    this.changed(run, on);
  }

  /** Bring what is on in line with the switches and with which runs there are. */
  private tally(): void {
    const on = new Set<string>();
    this.ownersOn = 0;
    for (const run of this.owners.keys()) {
      if (!this.isOn(run)) continue;
      this.ownersOn++;
      on.add(run);
      for (const follower of this.followers.get(run) ?? []) on.add(follower);
    }
    for (const run of [...this.lit]) if (!on.has(run)) this.light(run, false);
    for (const run of on) this.light(run, true);
  }
}

/** The newest runs; one that has not begun is newer than any that has. */
function newestOf(runs: readonly Selectable[], count: number): Set<string> {
  const begun = ({ first_wall_time: at }: Selectable): number => at ?? Infinity;
  const sorted = [...runs].sort((a, b) =>
    begun(a) === begun(b) ? (a.id < b.id ? -1 : 1) : begun(b) - begun(a),
  );
  return new Set(sorted.slice(0, count).map(({ id }) => id));
}

function areSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((one) => b.has(one));
}

function isHeld({ held, only }: Mode): boolean {
  return held || only !== null;
}

/** Whether new runs do the same. */
function followAlike(a: Mode, b: Mode): boolean {
  return JSON.stringify(a.newRuns) === JSON.stringify(b.newRuns) && isHeld(a) === isHeld(b);
}

/** Whether every run is on in the one as it is in the other. */
function haveSameEffect(a: Mode, b: Mode): boolean {
  return followAlike(a, b) && a.only === b.only;
}
