/**
 * The selection with its two homes: the address, which can be shared, and the browser's storage, keyed by the log
 * directories. The address wins. Switching many runs at once makes a new history entry, so that Back undoes it.
 */

import {
  ALL_ON,
  fromAddress,
  isOn,
  resolved,
  type Selection,
  toAddress,
  withRun,
  withRuns,
} from "../model/selection";
import type { LogDirectory, Run } from "../wire/types";
import { recall, remember } from "./storage";

export class SelectionStore {
  current = $state.raw<Selection>(fromAddress(location.hash) ?? ALL_ON);
  private known: string[] = [];
  private storageKey: string | null = null;

  constructor() {
    addEventListener("hashchange", () => {
      this.current = resolved(fromAddress(location.hash) ?? ALL_ON, this.known);
      this.store();
    });
  }

  isOn(run: string): boolean {
    return isOn(this.current, run);
  }

  /** Learn which runs there are. The first time, recall the selection unless the address has one. */
  meet(logdirs: readonly LogDirectory[], runs: readonly Run[]): void {
    this.known = runs.map((run) => run.id);
    const first = this.storageKey === null;
    this.storageKey = `selection.${JSON.stringify(logdirs.map(({ name, path }) => [name, path]))}`;
    if (first && fromAddress(location.hash) === null) {
      const saved = recall(this.storageKey);
      if (typeof saved === "string") this.current = fromAddress(saved) ?? ALL_ON;
    }
    this.current = resolved(this.current, this.known);
    if (first) this.store();
  }

  set(run: string, on: boolean): void {
    this.current = withRun(this.current, run, on);
    this.store();
  }

  setMany(runs: Iterable<string>, on: boolean): void {
    const before = this.address();
    this.current = withRuns(this.current, runs, on, this.known);
    if (this.address() !== before) history.pushState(null, "", this.address());
    this.store();
  }

  private store(): void {
    history.replaceState(null, "", this.address());
    if (this.storageKey !== null) remember(this.storageKey, toAddress(this.current, []));
  }

  private address(): string {
    const selection = toAddress(this.current, this.known);
    return location.pathname + location.search + (selection && `#${selection}`);
  }
}
