/** The hyper-parameters of all runs: fetched once something asks for them, and again when they may have changed. */

import { runsWith } from "../model/changes";
import { fetchHparams } from "../wire/client";
import type { Change, Hparam } from "../wire/types";
import { Asking } from "./asking.svelte";

/** The series that hold them (spec/api.md, GET /api/hparams). */
const TAGS = ["_hparams_/session_start_info", "_hparams_/known"];
/** At most this often they are asked for again. */
const AGAIN_MS = 1_000;

export class Hparams {
  /** By run; null until the first answer. Nothing is asked before `want`. */
  ofRuns = $state.raw<ReadonlyMap<string, Readonly<Record<string, Hparam>>> | null>(null);
  /** Runs of which they could not be read: nobody knows whether these have any. */
  unread = $state.raw<ReadonlySet<string>>(new Set());
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
  private readonly asking = new Asking(async () => {
    const { runs, incomplete } = await fetchHparams();
    this.ofRuns = new Map(Object.entries(runs));
    this.unread = new Set(incomplete);
  }, AGAIN_MS);

  get fault(): string | null {
    return this.asking.fault;
  }

  /** Something shows them: from now on they are kept up to date. */
  want(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.asking.again();
  }

  changed(change: Change): void {
    const concerns = change.all || change.removed.length > 0 || runsWith(change, TAGS).length > 0;
    if (this.wanted && concerns) this.asking.again();
  }

  /** Null: the run has none of that name, or it could not be read; undefined: no run has. */
  of(run: string, name: string): Hparam | null | undefined {
    if (!this.names.has(name)) return undefined;
    const hparams = this.ofRuns!.get(run);
    return hparams && Object.hasOwn(hparams, name) ? hparams[name] : null;
  }
}
