/** The points of a card's tags: fetched while it is in view, one request at a time, and kept up to date. */

import type { View } from "../charts/curve";
import { DASHES } from "../charts/dash";
import type { Figure } from "../charts/figure";
import type { Extent } from "../charts/viewport";
import { narrowestColumn } from "../charts/window";
import { cardKey } from "../model/desk";
import { joinByStep } from "../model/join";
import { joined, logPieces, type Piece } from "../model/pieces";
import type { CurveIds, Shown } from "../model/plot";
import { type Series, toSeries, withSeries } from "../model/series";
import { ApiError, fetchScalars } from "../wire/client";
import type { Axis, Baseline, ScalarQuery } from "../wire/types";
import { breath } from "./breath";
import { Queue } from "./queue";
import { XWindow } from "./link.svelte";
import type { PointsAsked } from "./settings.svelte";

/** A part of the x axis in full resolution, and the pieces that it is asked for in. */
interface Wanted {
  readonly xMin: number;
  readonly xMax: number;
  readonly pieces: readonly Piece[];
}

/** What is said of a tag: as logged. */
interface Said {
  readonly displayName: string;
  readonly description: string;
}

interface Detail extends Wanted {
  readonly series: readonly Series[];
}

/** What a chart shows just now, for those who export it. */
export interface ChartPicture extends Pick<Figure, "notes" | "view" | "xAxis" | "yAxis" | "marks" | "plot"> {
  readonly shown: readonly Shown[];
  readonly ids: CurveIds;
}

type Dirt = Set<string> | "every run";

/** Pixel columns of the widest picture that the server draws. */
const WIDEST = 16_384;
const LONGEST_RETRY_MS = 1_000;
/** Series from which reading an answer and drawing it are more than one task should take. */
const MANY = 1_000;
/** Of all cards: were all asked for at once, the first would be drawn when the last is. */
const questions = new Queue(2);

/** When its turn came nobody looked at the card any more. */
class OutOfView extends Error {}

export class ScalarCard {
  /** Every run's points over the whole x axis; null until the first answer. */
  overview = $state.raw<readonly Series[] | null>(null);
  detail = $state.raw<Detail | null>(null);
  /** The parts of the axes that a person chose. */
  readonly x = new XWindow();
  y = $state.raw<Extent | null>(null);
  /** The greatest x of what was drawn of it last. */
  newest = $state(-Infinity);
  /** The step whose values stand in the table below; null: none. */
  pinned = $state.raw<bigint | null>(null);
  /** What the writers of its tags say of these, by tag; of one that nothing is said of there is nothing. */
  said = $state.raw<ReadonlyMap<string, Said>>(new Map());
  fault = $state.raw<string | null>(null);
  /** Ids of runs of which points could not be read just now. */
  incomplete = $state.raw<readonly string[]>([]);

  inView = $state(false);
  /** What came of something that was asked of the card. */
  outcome = $state.raw<string | null>(null);
  /** Null while no chart shows it. */
  picture: (() => ChartPicture) | null = null;

  private dirt: Dirt = "every run";
  private wanted: Wanted | null = null;
  private running = false;
  private width = 0;
  private asked: PointsAsked = {
    ...{ axis: "step", xTag: null, smoothing: null, attempts: "latest" },
    ...{ baseline: null, quantiles: false },
  };
  /** The axis of the series at hand; a new choice holds from its first answer on. */
  axis = $state.raw<Axis>("step");
  xTag = $state.raw<string | null>(null);
  /** What the series at hand were compared with by the server; null: they are as logged. */
  baseline = $state.raw<Baseline | null>(null);

  constructor(readonly tags: readonly string[]) {}

  /** Index of the dash pattern that tells the curves of a tag from those of the card's others; null: it has no other. */
  dashOf(tag: string): number | null {
    return this.tags.length > 1 ? this.tags.indexOf(tag) % DASHES.length : null;
  }

  /** By which settings know this card. */
  get key(): string {
    return cardKey(this.tags);
  }

  /** What x is: windows and crosshairs hold on their own axis only. */
  get axisName(): string {
    return this.xTag === null ? this.axis : `tag:${this.xTag}`;
  }

  /** Tags whose points it needs. */
  get needed(): string[] {
    const { xTag } = this.asked;
    return xTag === null ? [...this.tags] : [...new Set([...this.tags, xTag])];
  }

  /** The card came into view or left it. Out of view nothing is fetched; what changed meanwhile is fetched on return. */
  show(inView: boolean): void {
    this.inView = inView;
    void this.work();
  }

  /** Vertices at hand. */
  get size(): number {
    const series = [...(this.overview ?? []), ...(this.detail?.series ?? [])];
    return series.reduce((sum, { x }) => sum + x.length, 0);
  }

  /** Keep no points: they are fetched again when the card comes back into view. */
  letGo(): void {
    this.overview = null;
    this.detail = null;
    this.dirt = "every run";
  }

  /** As asked for, which is as many as the plot has or a few more. */
  get columns(): number {
    return this.width;
  }

  /** Pixel columns of the plot. */
  resize(width: number): void {
    const columns = Math.ceil(width / 64) * 64; // so that dragging a window's edge does not fetch at every pixel
    const isWider = columns > this.width;
    this.width = columns;
    if (isWider) this.markDirty(null);
  }

  /** How points are to be: what is at hand stays until it is there. */
  ask(points: PointsAsked): void {
    if (JSON.stringify(points) === JSON.stringify(this.asked)) return;
    this.asked = points;
    this.markDirty(null);
  }

  /** These runs have new points; null: everything is to be fetched again, as it is when the baseline has new ones. */
  markDirty(runs: readonly string[] | null): void {
    const { baseline } = this.asked;
    if (runs === null || (baseline !== null && runs.includes(baseline.run))) this.dirt = "every run";
    else if (this.dirt !== "every run") for (const run of runs) this.dirt.add(run);
    void this.work();
  }

  forget(runs: ReadonlySet<string>): void {
    if (this.overview?.some((series) => runs.has(series.run))) {
      this.overview = this.overview.filter((series) => !runs.has(series.run));
    }
  }

  /**
   * The window on show, over so many pixel columns: fetch it in full resolution if the overview, or what was made of it,
   * is too coarse for it. `grain` is that of the coarsest curve on show.
   */
  look(view: View, columns: number, grain: number): void {
    const narrowest = narrowestColumn(view, columns);
    const { xMin, xMax, xScale = "linear" } = view;
    const coarse = this.overview !== null && grain * 0.9 > narrowest;
    const linear = typeof xScale === "object" ? xScale.symlog : 0;
    const pieces = xScale === "linear" ? [{ from: xMin, to: xMax }] : logPieces(xMin, xMax, linear);
    const wanted = coarse ? { xMin, xMax, pieces } : null;
    if (JSON.stringify(wanted) === JSON.stringify(this.wanted)) return;
    this.wanted = wanted;
    if (wanted === null) this.detail = null;
    void this.work();
  }

  /** One request after the other until nothing is left to fetch. */
  private async work(): Promise<void> {
    if (this.running) return;
    this.running = true;
    let retryMs = 250;
    while (this.inView && this.width > 0) {
      const dirt = this.dirt;
      const wanted = this.wanted;
      const stale = dirt === "every run" || dirt.size > 0;
      if (!stale && (wanted === null || this.covers(wanted))) break;
      this.dirt = new Set();
      try {
        if (stale) await this.fetchOverview(dirt);
        if (wanted !== null) await this.fetchDetail(wanted, this.covers(wanted) ? dirt : "every run");
        this.fault = null;
        retryMs = 250;
      } catch (error) {
        this.markDirtyAgain(dirt);
        if (error instanceof OutOfView) continue;
        this.fault =
          error instanceof ApiError && error.status === 0 ? null : String((error as Error).message);
        await new Promise((resolve) => setTimeout(resolve, retryMs));
        retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
      }
    }
    this.running = false;
  }

  private covers(wanted: Wanted): boolean {
    return this.detail?.pieces === wanted.pieces;
  }

  private markDirtyAgain(dirt: Dirt): void {
    if (dirt === "every run" || this.dirt === "every run") this.dirt = "every run";
    else for (const run of dirt) this.dirt.add(run);
  }

  private async fetchOverview(dirt: Dirt): Promise<void> {
    const asked = dirt === "every run" ? null : dirt;
    const { axis, xTag } = this.asked;
    const baseline = this.comparedByServer();
    const {
      series: came,
      incomplete,
      said,
    } = await this.fetch({
      runs: asked && [...asked],
      axis,
      x_min: null,
      x_max: null,
    });
    if (axis !== this.axis || xTag !== this.xTag || !isSame(baseline, this.baseline)) {
      this.axis = axis;
      this.xTag = xTag;
      this.baseline = baseline;
      this.y = null;
      this.detail = null;
      this.wanted = null;
    }
    // Runs may say different things: those that are asked again have no say over the others.
    const known = asked === null ? [] : this.said;
    if (said.size > 0 || this.said.size > 0) this.said = new Map([...said, ...known]);
    this.overview = withSeries(this.overview ?? [], asked, came);
    this.incomplete = asked
      ? [...new Set([...this.incomplete.filter((run) => !asked.has(run)), ...incomplete])]
      : incomplete;
  }

  private async fetchDetail(wanted: Wanted, dirt: Dirt): Promise<void> {
    const asked = dirt === "every run" ? null : dirt;
    const { axis, xTag } = this.asked;
    const isOfOverview = (): boolean =>
      axis === this.axis && xTag === this.xTag && isSame(this.comparedByServer(), this.baseline);
    if (!isOfOverview()) return;
    const answers: Series[][] = [];
    for (const { from, to } of wanted.pieces) {
      const { series } = await this.fetch({ runs: asked && [...asked], axis, x_min: from, x_max: to });
      if (this.wanted !== wanted || !isOfOverview()) return;
      answers.push(series);
    }
    const came = answers.length === 1 ? answers[0]! : joined(wanted.pieces, answers);
    this.detail = { ...wanted, series: withSeries(this.detail?.series ?? [], asked, came) };
  }

  private async fetch(
    query: Pick<ScalarQuery, "runs" | "axis" | "x_min" | "x_max">,
  ): Promise<{ series: Series[]; incomplete: readonly string[]; said: ReadonlyMap<string, Said> }> {
    const { smoothing, attempts, xTag, quantiles } = this.asked;
    const asked: ScalarQuery = {
      ...query,
      tags: this.needed,
      // Points are found by their step: thinned out, two tags would have few in common.
      width: xTag === null ? this.width : WIDEST,
      smoothing,
      attempts,
      baseline: this.comparedByServer(),
      quantiles,
    };
    const columns = await questions.take(() => {
      if (!this.inView) throw new OutOfView();
      return fetchScalars(asked);
    });
    const series = toSeries(columns, quantiles ? { from: asked.x_min, to: asked.x_max } : null);
    if (series.length > MANY) await breath();
    return {
      series: xTag === null ? series : joinByStep(series, this.tags, xTag),
      incomplete: columns.header.incomplete,
      said: new Map(
        columns.header.pictures
          .filter(({ display_name, description }) => display_name || description)
          .map(({ tag, display_name, description }) => [tag, { displayName: display_name, description }]),
      ),
    };
  }

  /** Over another tag, points are compared once they have their x: here. */
  private comparedByServer(): Baseline | null {
    return this.asked.xTag === null ? this.asked.baseline : null;
  }
}

function isSame(a: Baseline | null, b: Baseline | null): boolean {
  return a?.run === b?.run && a?.compare === b?.compare;
}
