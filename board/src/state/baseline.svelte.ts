/** The run that others are compared with, and how: a part of the saved view. */

import { type Compare, COMPARISONS } from "../model/baseline";
import { Members, type Refused } from "../model/members";
import type { Json } from "../model/notation";
import type { Baseline as Compared } from "../wire/types";
import type { Part, SavedView } from "./view.svelte";

export class Baseline implements Part {
  readonly name = "baseline";
  /** Id of the run; null: none is pinned. */
  run = $state<string | null>(null);
  /** How the others are drawn while a run is pinned. */
  compare = $state<Compare>("none");

  /** What curves are compared with; null: they are drawn as logged. */
  readonly asked: Compared | null = $derived(
    this.run === null || this.compare === "none" ? null : { run: this.run, compare: this.compare },
  );

  constructor(view: SavedView) {
    view.keep(this);
  }

  /** Pin a run; the same again, or null, pins none. */
  pin(run: string | null): void {
    this.run = run === this.run ? null : run;
    if (this.run === null) this.compare = "none";
  }

  get(): Json | null {
    if (this.run === null) return null;
    return this.compare === "none" ? this.run : { run: this.run, compare: this.compare };
  }

  set(saved: Json | null): Refused {
    const members = new Members(typeof saved === "string" ? { run: saved } : saved);
    const isId = (run: Json): run is string => typeof run === "string" && /^[0-9a-v]{13}$/.test(run);
    this.run = members.read("run", (run) => (isId(run) ? run : undefined)) ?? null;
    const compare = members.one("compare", COMPARISONS) ?? "none";
    this.compare = this.run === null ? "none" : compare;
    return members.refused;
  }
}
