/** The colour and the dashes of each run and group: given out by their names, or a person's own, which are kept. */

import {
  type Coloured,
  colourSlots,
  dashesApart,
  isColour,
  keepSlots,
  readSlots,
  slotColour,
  slotDash,
  type Theme,
  unlessSameSlots,
  visible,
  writeSlots,
} from "../model/colour";
import { groupId } from "../model/group_series";
import { Members, type Refused } from "../model/members";
import type { Json } from "../model/notation";
import type { Groups } from "./groups.svelte";
import { recall, remember } from "./storage";
import type { Part, SavedView } from "./view.svelte";

export class Colours implements Part {
  readonly name = "colours";
  /** By run id, or group; as chosen, which may be fainter than what can be seen. */
  private own = $state.raw<ReadonlyMap<string, string>>(new Map());
  /** Changed only when a colour or the set of runs does: every chart in view is drawn again for it. */
  private slots = $state.raw<Map<string, number>>(new Map());
  private begun = $state.raw<ReadonlyMap<string, number | null>>(new Map());
  private runs: readonly Coloured[] = [];
  /** Of all runs ever met here, those that went as well; null before the first. */
  private kept: Map<string, number> | null = null;
  /** Dashes of runs in the list beside others that would look the same. */
  private readonly apart = $derived.by(() => {
    const found = dashesApart(this.listed(), (run) => this.slotFor(run));
    return (this.lastApart = unlessSameSlots(this.lastApart, found));
  });
  private lastApart = new Map<string, number>();

  /** Groups take colours as runs do; the oldest is the one with the oldest run. */
  private readonly groupSlots = $derived.by(() => this.findGroupSlots());
  private lastGroupSlots = new Map<string, number>();

  constructor(
    private readonly groups: Groups,
    private readonly theme: () => Theme,
    /** Runs as they stand in the run list. */
    private readonly listed: () => readonly string[],
    view: SavedView,
  ) {
    view.keep(this);
  }

  /**
   * Learn which runs there are, in their order; the same list tells nothing new. The browser remembers the colour of every
   * run that was met here.
   *
   * @param place where, for these log directories
   */
  meet(runs: readonly Coloured[], place: string): void {
    if (runs === this.runs) return;
    this.runs = runs;
    this.begun = new Map(runs.map((run) => [run.id, run.first_wall_time]));
    const kept = (this.kept ??= new Map());
    if (runs.some(({ id }) => !kept.has(id))) takeIn(kept, place);
    const slots = colourSlots(runs, kept);
    this.slots = unlessSameSlots(this.slots, slots);
    // Not now: thousands of runs are yet to be laid out.
    if (keepSlots(kept, slots)) {
      setTimeout(() => {
        takeIn(kept, place);
        keepSlots(kept, slots);
        remember(place, writeSlots(kept));
      });
    }
  }

  /** Whether the run is in the run list. */
  knows(run: string): boolean {
    return this.slots.has(run);
  }

  /** The run's own colour if a person gave it one, else its group's where groups are coloured, else by its id. */
  of(run: string): string {
    const own = this.own.get(run);
    if (own !== undefined) return visible(own, this.theme());
    const group = this.groupFor(run);
    return group === null ? slotColour(this.slots.get(run) ?? 0, this.theme()) : this.ofGroup(group);
  }

  /** Index of the run's dash pattern; 0: a solid line. */
  dash(run: string): number {
    if (this.own.has(run)) return 0;
    const group = this.groupFor(run);
    if (group !== null) return this.dashOfGroup(group);
    return this.apart.get(run) ?? slotDash(this.slots.get(run) ?? 0);
  }

  ofGroup(group: string): string {
    const own = this.own.get(groupId(group));
    return own === undefined
      ? slotColour(this.groupSlots.get(group) ?? 0, this.theme())
      : visible(own, this.theme());
  }

  dashOfGroup(group: string): number {
    return this.own.has(groupId(group)) ? 0 : slotDash(this.groupSlots.get(group) ?? 0);
  }

  /** Whether a person gave the run a colour of its own. */
  isOwn(run: string): boolean {
    return this.own.has(run);
  }

  isOwnOfGroup(group: string): boolean {
    return this.own.has(groupId(group));
  }

  /** Give the run a colour, `#rrggbb`; null: the one by its id again. */
  setOwn(run: string, colour: string | null): void {
    const own = new Map(this.own);
    if (colour === null || !isColour(colour)) own.delete(run);
    else own.set(run, colour);
    this.own = own;
  }

  setOwnOfGroup(group: string, colour: string | null): void {
    this.setOwn(groupId(group), colour);
  }

  get(): Json | null {
    return this.own.size === 0 ? null : Object.fromEntries(this.own);
  }

  set(saved: Json | null): Refused {
    const members = new Members(saved);
    const colour = (name: string): string | undefined =>
      members.read(name, (found) => (isColour(found) ? found : undefined));
    this.own = new Map(
      members.names
        .flatMap((name) => [[name, colour(name)] as const])
        .filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    return members.refused;
  }

  private findGroupSlots(): Map<string, number> {
    const groups = this.groups.all.map(({ name, runs }) => {
      let oldest = Infinity;
      for (const run of runs) oldest = Math.min(oldest, this.begun.get(run) ?? Infinity);
      return { id: name, first_wall_time: oldest === Infinity ? null : oldest };
    });
    return (this.lastGroupSlots = unlessSameSlots(
      this.lastGroupSlots,
      colourSlots(groups, this.lastGroupSlots),
    ));
  }

  /** Null: what it looks like does not come of its slot. */
  private slotFor(run: string): number | null {
    if (this.own.has(run) || this.groupFor(run) !== null) return null;
    return this.slots.get(run) ?? null;
  }

  private groupFor(run: string): string | null {
    return this.groups.on && this.groups.colourBy === "group" ? this.groups.of(run) : null;
  }
}

/** Other tabs of the board may have met runs that this one has not: they keep their colours. */
function takeIn(kept: Map<string, number>, place: string): void {
  for (const [run, slot] of readSlots(recall(place))) if (!kept.has(run)) kept.set(run, slot);
}
