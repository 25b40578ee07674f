/** Which runs are on: a part of the saved view. Switching many at once is a milestone, so that Back undoes it. */

import type { Json } from "../model/notation";
import {
  ALL_ON,
  fromText,
  isOn,
  resolved,
  type Selection,
  toText,
  withRun,
  withRuns,
} from "../model/selection";
import type { Run } from "../wire/types";
import type { Part, SavedView } from "./view.svelte";

export class SelectionStore implements Part {
  readonly name = "runs";
  current = $state.raw<Selection>(ALL_ON);
  private known: string[] = [];

  constructor(private readonly view: SavedView) {
    view.keep(this);
  }

  isOn(run: string): boolean {
    return isOn(this.current, run);
  }

  /** Learn which runs there are. */
  meet(runs: readonly Run[]): void {
    this.known = runs.map((run) => run.id);
    this.current = resolved(this.current, this.known);
  }

  set(run: string, on: boolean): void;
  set(saved: Json | null): void;
  set(run: Json | null, on?: boolean): void {
    if (on === undefined) this.current = resolved(fromText(run) ?? ALL_ON, this.known);
    else this.current = withRun(this.current, String(run), on);
  }

  setMany(runs: Iterable<string>, on: boolean): void {
    this.view.milestone();
    this.current = withRuns(this.current, runs, on, this.known);
  }

  get(): string | null {
    return toText(this.current, []);
  }

  short(): string | null {
    return toText(this.current, this.known);
  }
}
