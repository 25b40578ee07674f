/** The hyper-parameters of all runs: fetched once something asks for them, and again when they may have changed. */

import { runsWith } from "../model/changes";
import { ApiError, fetchHparams } from "../wire/client";
import type { Change, Hparam } from "../wire/types";

/** The series that holds them (spec/api.md, GET /api/hparams). */
const TAG = "_hparams_/session_start_info";
/** At most this often they are asked for again. */
const AGAIN_MS = 1_000;

export class Hparams {
  /** By run; null until the first answer. Nothing is asked before `want`. */
  ofRuns = $state.raw<ReadonlyMap<string, Readonly<Record<string, Hparam>>> | null>(null);
  fault = $state.raw<string | null>(null);
  /** Names of all, with how many values each has over the runs. */
  readonly names: ReadonlyMap<string, number> = $derived.by(() => {
    const values = new Map<string, Set<Hparam>>();
    for (const hparams of this.ofRuns?.values() ?? []) {
      for (const [name, value] of Object.entries(hparams)) {
        const known = values.get(name);
        if (known) known.add(value);
        else values.set(name, new Set([value]));
      }
    }
    return new Map([...values].map(([name, known]) => [name, known.size]));
  });

  private wanted = false;
  private dirty = true;
  private running = false;

  /** Something shows them: from now on they are kept up to date. */
  want(): void {
    this.wanted = true;
    void this.work();
  }

  changed(change: Change): void {
    if (change.all || change.removed.length > 0 || runsWith(change, [TAG]).length > 0) this.dirty = true;
    void this.work();
  }

  /** Null: the run has none of that name; undefined: no run has. */
  of(run: string, name: string): Hparam | null | undefined {
    if (!this.names.has(name)) return undefined;
    const hparams = this.ofRuns!.get(run);
    return hparams && Object.hasOwn(hparams, name) ? hparams[name] : null;
  }

  private async work(): Promise<void> {
    if (this.running || !this.wanted) return;
    this.running = true;
    while (this.dirty) {
      this.dirty = false;
      try {
        this.ofRuns = new Map(Object.entries((await fetchHparams()).runs));
        this.fault = null;
      } catch (error) {
        this.dirty = true;
        const unreachable = error instanceof ApiError && error.status === 0;
        this.fault = unreachable ? null : (error as Error).message;
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
    this.running = false;
  }
}
