/** What the groups of a card's runs have in common: asked for while groups are drawn, one request at a time. */

import { type GroupBand, type GroupLine, toGroupSeries } from "../model/group_series";
import type { Shown } from "../model/plot";
import type { Series } from "../model/series";
import { fetchGroups, type GroupColumns } from "../wire/client";
import type { GroupQuery } from "../wire/types";
import { Asking } from "./asking.svelte";
import type { Board } from "./board.svelte";
import type { ScalarCard } from "./card.svelte";

/** The groups of one card, drawn in place of their runs. */
export class CardGroups {
  private readonly overview = new Answer();
  private readonly detail = new Answer();

  constructor(
    private readonly board: Board,
    private readonly card: ScalarCard,
  ) {}

  /** Whether groups are drawn as one curve each. Over another tag they are not: there, runs have no x in common. */
  get on(): boolean {
    const { groups } = this.board;
    return groups.on && groups.drawAs !== "curves" && this.card.xTag === null;
  }

  get fault(): string | null {
    return this.on ? (this.overview.fault ?? this.detail.fault) : null;
  }

  /** Nobody looks at the card any more. */
  end(): void {
    this.overview.rest();
    this.detail.rest();
  }

  /** Ask for what is to be drawn now; to be called again when anything that is read here changes. */
  ask(asleep: boolean): void {
    const { board, card } = this;
    const { overview, detail } = card;
    // A group tells of its runs that are drawn; what else is shown beside it changes nothing.
    const { draws } = board.drawing;
    const groups = board.groups.all
      .map(({ name, runs }) => ({ name, runs: runs.filter(draws) }))
      .filter(({ runs }) => runs.length > 0);
    if (asleep) return this.end();
    if (!this.on || overview === null || groups.length === 0) {
      this.overview.ask(null, null);
      this.detail.ask(null, null);
      return;
    }
    const { axis, columns: width } = card;
    const { smoothing } = board.settings.asked;
    const query: GroupQuery = {
      ...{ tags: [...card.tags], groups, axis, width, smoothing },
      ...{ x_min: null, x_max: null, alignment: null, baseline: board.baseline.asked },
    };
    this.overview.ask(query, overview);
    this.detail.ask(detail && { ...query, x_min: detail.xMin, x_max: detail.xMax }, detail?.series);
  }

  /** The groups, and the runs that are in none, each as it is. */
  shown(alone: (series: readonly Series[]) => Shown[], closely: boolean): Shown[] {
    const { board, card } = this;
    const { groups, colours } = board;
    const runs = (closely ? card.detail?.series : card.overview) ?? [];
    const found = (closely ? this.detail.columns : null) ?? this.overview.columns;
    // After another axis was chosen, its runs are there before its groups.
    const columns = found?.header.axis === card.axis ? found : null;
    return [
      ...alone(runs.filter(({ run }) => groups.of(run) === null)),
      ...(columns ? series(columns, groups.line, groups.band) : []).map((one) => ({
        series: one,
        colour: colours.ofGroup(one.group!.name),
        dash: card.dashOf(one.tag) ?? colours.dashOfGroup(one.group!.name),
        on: true,
      })),
    ];
  }
}

/** Cut from the answer that is at hand: another line or band asks for nothing, another colour cuts nothing anew. */
function series(columns: GroupColumns, line: GroupLine, band: GroupBand): readonly Series[] {
  const look = `${line} ${band}`;
  let known = cuts.get(columns);
  if (known?.look !== look) cuts.set(columns, (known = { look, series: toGroupSeries(columns, line, band) }));
  return known.series;
}

const cuts = new WeakMap<GroupColumns, { readonly look: string; readonly series: readonly Series[] }>();

/** The latest answer to the latest question. */
class Answer {
  /** Null until it is there. What is at hand stays until its successor is there. */
  columns = $state.raw<GroupColumns | null>(null);
  private wanted: Question | null = null;
  private answered: Question | null = null;
  private readonly asking = new Asking(() => this.fetch(), 0);

  get fault(): string | null {
    return this.asking.fault;
  }

  /**
   * @param query null: nothing is to be known
   * @param points another one whenever what the answer is made from may have changed
   */
  ask(query: GroupQuery | null, points: unknown): void {
    const before = this.wanted;
    this.wanted = query && { query, key: JSON.stringify(query), points };
    if (this.wanted === null) {
      this.columns = this.answered = this.asking.fault = null;
      this.asking.rest();
    } else if (before?.key === this.wanted.key)
      this.asking.again(); // what was refused waits, whatever points come
    else this.asking.atOnce();
  }

  /** Nobody looks: what is at hand stays. */
  rest(): void {
    this.wanted = null;
    this.asking.rest();
  }

  private async fetch(): Promise<void> {
    const asked = this.wanted;
    if (asked === null || same(asked, this.answered)) return;
    const columns = await fetchGroups(asked.query);
    if (this.wanted === null) return;
    this.columns = columns;
    this.answered = asked;
  }
}

interface Question {
  readonly query: GroupQuery;
  /** The query as text. */
  readonly key: string;
  readonly points: unknown;
}

function same(a: Question, b: Question | null): boolean {
  return a.points === b?.points && a.key === b?.key;
}
