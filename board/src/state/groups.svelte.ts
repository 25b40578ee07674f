/** How runs are grouped and groups are drawn: a part of the saved view. */

import {
  type Groupable,
  groupBy,
  type Grouping,
  grouping,
  type GroupRule,
  NO_GROUPS,
  readRule,
  type RuleFault,
  UNGROUPED,
  unlessSameGroups,
  writeRule,
} from "../model/groups";
import { BANDS, bandsOf, type GroupBand, groupId, type GroupLine } from "../model/group_series";
import { Members, type Refused } from "../model/members";
import type { Json } from "../model/notation";
import type { Hparams } from "./hparams.svelte";
import type { Part, SavedView } from "./view.svelte";

const DRAWN_AS = ["curves", "mean", "median", "told"] as const;
export type DrawnAs = (typeof DRAWN_AS)[number];
export const COLOURED_BY = ["group", "run"] as const;
export type ColouredBy = (typeof COLOURED_BY)[number];

export class Groups implements Part {
  readonly name = "groups";
  /** As a person chose it. If it is wrong, the last one that was right stays in force. */
  rule = $state.raw<GroupRule>(NO_GROUPS);
  drawAs = $state<DrawnAs>("curves");
  private chosenBand = $state<GroupBand>("min-max");
  colourBy = $state<ColouredBy>("group");

  private readonly found = $derived(groupBy(this.rule, (run, name) => this.hparams.of(run, name)));
  /** What is wrong with the rule as chosen. */
  readonly fault: RuleFault | null = $derived.by(() => {
    if ("fault" in this.found) return this.found.fault;
    return "fault" in this.grouped ? this.grouped.fault : null;
  });
  private last: { rule: GroupRule; of: (run: Groupable) => string | null } = {
    rule: NO_GROUPS,
    of: () => null,
  };
  private readonly inForce = $derived.by(() => {
    if ("of" in this.found) this.last = { rule: this.rule, of: this.found.of };
    return this.last;
  });
  private readonly grouped = $derived.by(() => grouping(this.runs(), this.inForce.of, this.inForce.rule));
  private readonly grouping: Grouping = $derived.by(() => {
    if ("fault" in this.grouped) return this.lastGrouping;
    return (this.lastGrouping = unlessSameGroups(this.lastGrouping, this.grouped));
  });
  private lastGrouping = UNGROUPED;

  constructor(
    private readonly runs: () => readonly Groupable[],
    private readonly hparams: Hparams,
    view: SavedView,
  ) {
    view.keep(this);
    $effect.root(() => {
      $effect(() => {
        if (this.rule.by === "hparam") hparams.want();
      });
    });
  }

  /** Whether runs are grouped at all. */
  get on(): boolean {
    return this.inForce.rule.by !== "none";
  }

  /** In natural order of their names. */
  get all(): Grouping["groups"] {
    return this.grouping.groups;
  }

  /** The run's group; null: it has none. */
  of(run: string): string | null {
    return this.grouping.of.get(run) ?? null;
  }

  /** What stands for the run's group where a run's id stands else; null: it has none. */
  idOf(run: string): string | null {
    const group = this.of(run);
    return group === null ? null : groupId(group);
  }

  /** The line that stands for a group where one does. */
  get line(): GroupLine {
    return this.drawAs === "curves" ? "mean" : this.drawAs;
  }

  /** Bands that there are around the line. */
  get bands(): readonly GroupBand[] {
    return bandsOf(this.line);
  }

  /** The one that was chosen, as long as the line has it. */
  get band(): GroupBand {
    return this.bands.includes(this.chosenBand) ? this.chosenBand : "min-max";
  }

  set band(band: GroupBand) {
    this.chosenBand = band;
  }

  get(): Json | null {
    const rule = writeRule(this.rule);
    const changed: Record<string, Json> = {
      ...(rule === null ? {} : { rule }),
      ...(this.drawAs === "curves" ? {} : { drawAs: this.drawAs }),
      ...(this.chosenBand === "min-max" ? {} : { band: this.chosenBand }),
      ...(this.colourBy === "group" ? {} : { colourBy: this.colourBy }),
    };
    return Object.keys(changed).length === 0 ? null : changed;
  }

  set(saved: Json | null): Refused {
    const members = new Members(saved);
    this.rule = members.read("rule", (rule) => readRule(rule) ?? undefined) ?? NO_GROUPS;
    this.drawAs = members.one("drawAs", DRAWN_AS) ?? "curves";
    this.chosenBand = members.one("band", BANDS) ?? "min-max";
    this.colourBy = members.one("colourBy", COLOURED_BY) ?? "group";
    return members.refused;
  }
}
