/** What the server has told and what the person has chosen: the one state that every view reads. */

import { flushSync, tick, untrack } from "svelte";
import { oncePainted } from "../charts/painted";
import { RasterPool } from "../charts/pool";
import { EVERYTHING, namesNothing, NOTHING, type Pending, runsWith, withChange } from "../model/changes";
import { NameList } from "../model/cut_names";
import { oneLine } from "../model/names";
import { RunOrder, unlessSame } from "../model/order";
import { isSeen, type Series } from "../model/series";
import { ApiError, fetchRuns, fetchTags } from "../wire/client";
import { followChanges, type LiveListener } from "../wire/live";
import type { Change, LogDirectory, Run, RunList, Tag, TagList } from "../wire/types";
import { Baseline } from "./baseline.svelte";
import { breath } from "./breath";
import { ScalarCard } from "./card.svelte";
import { Colours } from "./colours.svelte";
import { Desk } from "./desk.svelte";
import { Doctor } from "./doctor.svelte";
import { Groups } from "./groups.svelte";
import { Hparams } from "./hparams.svelte";
import { Keys } from "./keys.svelte";
import { Link, type XWindow } from "./link.svelte";
import { PanelStore } from "./panel.svelte";
import { SelectionStore } from "./selection.svelte";
import { type PointsAsked, Settings } from "./settings.svelte";
import { placeOf } from "./storage";
import { Switching } from "./switching.svelte";
import { SavedView } from "./view.svelte";

export type Connection =
  { readonly state: "connecting" | "live" } | { readonly state: "lost"; readonly since: Date };

/** What charts go by: the runs whose curves are drawn, and those that only the filter keeps from it. */
interface Drawing {
  draws(run: string): boolean;
  filtersOut(run: string): boolean;
}

const NO_CHANGE: Change = {
  version: 0,
  runs: [],
  series: {},
  any_series: [],
  removed: [],
  tags: false,
  all: false,
};

/** Vertices that cards out of view keep in all, of 36 bytes: who scrolls back sees them at once. */
const KEPT_VERTICES = 3_000_000;

/** At most this often the run list is fetched; the points of changed runs are fetched at once. */
const RUN_LIST_MS = 250;
/** The pause doubles with each answer that refuses, up to this. */
const MOST_PAUSE_MS = 5_000;

/** After all files were read, before the doctor reads them again: charts come first. */
const BEFORE_DOCTOR_MS = 10_000;

export class Board {
  readonly view = new SavedView();
  /** First, as it has the address's room before the others. */
  readonly selection = new SelectionStore(this.view);
  readonly settings = new Settings(this.view);
  readonly hparams = new Hparams();
  readonly groups = new Groups(() => this.listed, this.hparams, this.view);
  readonly colours = new Colours(
    this.groups,
    () => this.settings.theme,
    () => this.panel.arranged,
    this.view,
  );
  readonly baseline = new Baseline(this.view);
  /** What cards ask for: set up in several places. */
  readonly asked: PointsAsked = $derived({ ...this.settings.asked, baseline: this.baseline.asked });
  readonly panel = new PanelStore(this);
  readonly switching = new Switching(this);
  readonly keys = new Keys();
  readonly pool = new RasterPool(({ reason, replaced }) => {
    this.fault = `A part of the page that draws charts stopped (${reason}). ${replaced ? "It was started again." : "Reload the page."}`;
  });

  /** Null until the first answer. */
  runs = $state.raw<readonly Run[] | null>(null);
  logdirs = $state.raw<readonly LogDirectory[]>([]);
  loading = $state.raw({ bytes_read: 0, bytes_total: 0 });
  tags = $state.raw<readonly Tag[]>([]);
  connection = $state.raw<Connection>({ state: "connecting" });
  fault = $state.raw<string | null>(null);
  /** The run under the pointer, in the list or in a chart, or what stands for a group there. */
  hovered = $state<string | null>(null);
  /** What cards have in common at a time. */
  readonly link = new Link();
  /** Seconds since 1970, of the browser's clock; for ages, which are off by as much as it is from the one that logged. */
  now = $state(Date.now() / 1000);

  readonly runById: ReadonlyMap<string, Run> = $derived(
    new Map((this.runs ?? []).map((run) => [run.id, run])),
  );
  private names: readonly string[] = [];
  /** The same list as long as the names are the same. */
  readonly logdirNames: readonly string[] = $derived.by(() => {
    const names = this.logdirs.map(({ name }) => name);
    return (this.names = unlessSame(this.names, names));
  });
  private readonly order = new RunOrder<Run>();
  /** All runs in their order: the same list while none comes, goes or begins. What they log stands in `runById`. */
  readonly listed: readonly Run[] = $derived.by(() => this.order.of(this.runs ?? [], this.logdirNames));
  private readonly ranks = $derived(new Map(this.listed.map((run, place) => [run.id, place])));
  /** What curves are called, by run or by group, wherever one stands for itself. */
  readonly curveNames: NameList = $derived.by(() => {
    const curves = [...this.groups.all, ...this.listed];
    return new NameList(() => curves.map(({ name }) => oneLine(name)));
  });
  readonly doctor = new Doctor(() => this.listed);
  /** The run that the list is to show; a new object each time it is asked to. */
  revealed = $state.raw<{ readonly run: string } | null>(null);
  readonly scalarTags = $derived(this.tags.filter((tag) => tag.kind === "scalar"));
  readonly desk = new Desk(this.view, () => this.scalarTags.map(({ tag }) => tag));
  readonly otherTags = $derived(this.tags.filter((tag) => tag.kind !== "scalar"));

  /** Counts how often what is switched or listed was painted. */
  private painted = $state(0);
  private lastDrawing: { readonly of: readonly unknown[]; readonly drawing: Drawing } | null = null;
  /** A switched box, or a typed letter, is painted before cards go through thousands of curves. */
  readonly drawing: Drawing = $derived.by(() => {
    void this.painted;
    const of = [this.listed, ...untrack(() => [this.selection.changes, this.panel.passing])];
    if (this.lastDrawing && unlessSame(this.lastDrawing.of, of) !== of) return this.lastDrawing.drawing;
    const [on, passing] = untrack(() => [this.selection.on, this.panel.passing]);
    const passes = (run: string): boolean => passing?.has(run) ?? true;
    const drawing: Drawing = {
      draws: (run) => on.has(run) && passes(run),
      filtersOut: (run) => on.has(run) && !passes(run),
    };
    this.lastDrawing = { of, drawing };
    return drawing;
  });

  private readonly cards = new Map<string, ScalarCard>();
  private cardList = $state.raw<readonly ScalarCard[]>([]);
  /** Runs of which a card in view has points; null as long as that is not known. */
  readonly runsWithDataHere: ReadonlySet<string> | null = $derived.by(() => {
    const cards = this.cardList.filter((card) => card.inView && card.fault === null);
    if (cards.length === 0 || cards.some(({ overview }) => overview === null)) return null;
    return new Set(cards.flatMap((card) => this.seenOf(card).map(({ run }) => run)));
  });
  /** The greatest x of all cards. */
  readonly newest: number = $derived(
    this.cardList.reduce((most, { newest }) => Math.max(most, newest), -Infinity),
  );
  /** Of the run list at hand. */
  private version = 0;
  private pending: Pending = EVERYTHING;
  private fetching = false;
  /** By the page's clock. */
  private nextFetch = 0;
  private pause = RUN_LIST_MS;
  /** The last event that was taken in; before the first one, the version of the first answer. */
  private lastEvent: string | null = null;

  constructor() {
    let due = false;
    $effect.root(() => {
      $effect(() => {
        void [this.selection.changes, this.panel.listing];
        if (due) return;
        due = true;
        oncePainted(() => {
          due = false;
          this.painted++;
          this.panel.settle();
          flushSync(); // charts are drawn in this task, and not after another frame
        });
      });
    });
  }

  /** The series of a card of which there is something to see: where the baseline has nothing, others have not either. */
  private seenOf({ overview, xTag }: ScalarCard): readonly Series[] {
    const series = (overview ?? []).filter(isSeen);
    const { asked } = this.baseline;
    if (xTag === null || asked === null) return series; // compared already
    const tags = new Set(series.filter(({ run }) => run === asked.run).map(({ tag }) => tag));
    return series.filter(({ tag }) => tags.has(tag));
  }

  /** Whether the run is in the run list. */
  knows(run: string): boolean {
    return this.colours.knows(run);
  }

  /** Whether the run's curves are to be drawn: it is on, and the filter lets it through. Charts go by `drawing`. */
  draws(run: string): boolean {
    return this.selection.on.has(run) && this.panel.passes(run);
  }

  /** The runs that a card draws, of those that it has points of. */
  drawnRuns(card: ScalarCard): string[] {
    const runs = new Set(card.overview?.map(({ run }) => run));
    return [...runs].filter((run) => this.knows(run) && this.draws(run));
  }

  colour(run: string): string {
    return this.colours.of(run);
  }

  /** Index of the dash pattern of the run's curves; 0: a solid line. */
  dash(run: string): number {
    return this.colours.dash(run);
  }

  /** The card that shows these tags together. */
  card(tags: readonly string[]): ScalarCard {
    const key = JSON.stringify(tags);
    let card = this.cards.get(key);
    if (!card) {
      this.cards.set(key, (card = new ScalarCard(tags)));
      // A view may ask for a card while it is being laid out, when no state may change.
      queueMicrotask(() => (this.cardList = [...this.cards.values()]));
    }
    return card;
  }

  /** A card came into view or left it. Those that left last keep their points. */
  show(card: ScalarCard, inView: boolean): void {
    if (card.inView === inView) return;
    card.show(inView);
    const key = JSON.stringify(card.tags);
    this.cards.delete(key);
    this.cards.set(key, card);
    if (inView || card.overview === null) return;
    let room = KEPT_VERTICES;
    for (const other of [...this.cards.values()].reverse()) {
      if (other.inView || other.overview === null) continue;
      room -= other.size;
      if (room < 0) other.letGo();
    }
  }

  /** Where a run stands among all. */
  rank(run: string): number {
    return this.ranks.get(run) ?? Infinity;
  }

  /** Have the run list show a run, and give its row the focus. */
  reveal(run: string): void {
    this.revealed = { run };
  }

  /** Make a run the baseline that others are read against; null, or the one that is, makes none. */
  compareWith(run: string | null): void {
    this.baseline.pin(run);
    if (this.baseline.run !== null && this.baseline.compare === "none") this.baseline.compare = "difference";
  }

  /** The part of the x axis that a card shows: its own, or that of all cards. */
  xWindow(card: ScalarCard): XWindow {
    return this.settings.chart.linkX ? this.link.x : card.x;
  }

  isZoomed(card: ScalarCard): boolean {
    return card.y !== null || this.xWindow(card).on(card.axisName) !== null;
  }

  resetZoom(card: ScalarCard): void {
    this.xWindow(card).reset();
    card.y = null;
  }

  /**
   * Follow the server while the page is seen, until the returned function is called. A hidden tab does not: a browser
   * holds at most six connections to a server, a stream keeps one, and the seventh tab would wait for ever.
   */
  start(): () => void {
    let stop: (() => void) | null = null;
    const followIfSeen = (): void => {
      if (document.visibilityState === "visible") stop ??= this.follow();
      else {
        stop?.();
        stop = null;
      }
    };
    followIfSeen();
    document.addEventListener("visibilitychange", followIfSeen);
    const clock = setInterval(() => (this.now = Date.now() / 1000), 1000);
    return () => {
      document.removeEventListener("visibilitychange", followIfSeen);
      stop?.();
      clearInterval(clock);
    };
  }

  /** What is there is asked for at once. A stream begins with an event that says what changed since. */
  private follow(): () => void {
    let stop: (() => void) | null = null;
    let ended = false;
    void this.catchUp().then(() => {
      if (!ended) stop = followChanges(this.listener, this.lastEvent);
    });
    return () => {
      ended = true;
      stop?.();
    };
  }

  private readonly listener: LiveListener = {
    open: () => (this.connection = { state: "live" }),
    change: (change, id) => {
      this.lastEvent = id;
      // The first event of a stream says what changed since, which may be nothing.
      if (!namesNothing(change) || change.version > this.version) this.take(change);
    },
    lost: () => {
      if (this.connection.state !== "lost") this.connection = { state: "lost", since: new Date() };
    },
  };

  private take(change: Change): void {
    this.pending = withChange(this.pending, change);
    this.hparams.changed(change);
    this.panel.scalars.changed(change);
    for (const card of this.cards.values()) {
      const runs = change.all ? null : runsWith(change, card.needed);
      if (runs?.length !== 0) card.markDirty(runs);
      if (change.removed.length > 0) card.forget(new Set(change.removed));
    }
    void this.catchUp();
  }

  /** Fetch run list and tags until no change is pending, or the server cannot be reached. */
  private async catchUp(): Promise<void> {
    if (this.fetching) return;
    this.fetching = true;
    while (this.pending !== NOTHING) {
      await until(this.nextFetch);
      const { tags, all } = this.pending;
      this.pending = NOTHING;
      try {
        await this.meet(await Promise.all([fetchRuns(), tags || all ? fetchTags() : null]));
        this.fault = null;
        this.pause = RUN_LIST_MS;
      } catch (error) {
        this.pending = withChange(this.pending, { ...NO_CHANGE, tags, all });
        // An unreachable server shows as the lost connection; its first event fetches what is pending.
        if (error instanceof ApiError && error.status === 0) break;
        this.fault = (error as Error).message;
        this.pause = Math.min(2 * this.pause, MOST_PAUSE_MS);
      } finally {
        this.nextFetch = performance.now() + this.pause;
      }
    }
    this.fetching = false;
  }

  private async meet([list, tagList]: readonly [RunList, TagList | null]): Promise<void> {
    this.version = list.version;
    this.lastEvent ??= String(Math.min(list.version, tagList?.version ?? list.version));
    this.logdirs = list.logdirs;
    this.loading = list.loading;
    this.view.meet(list.logdirs);
    if (tagList) this.tags = tagList.tags;
    // Cards that are new ask for their points, which the server works out while the run list is laid out.
    if (tagList) await tick();
    const read = isRead(list);
    if (read) setTimeout(() => this.doctor.want(), BEFORE_DOCTOR_MS);
    this.selection.meet(list.runs, read);
    await breath();
    this.colours.meet(this.order.of(list.runs, this.logdirNames), placeOf("colours", list.logdirs));
    await breath();
    this.runs = list.runs;
  }
}

async function until(time: number): Promise<void> {
  const rest = time - performance.now();
  if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
}

/** Whether every file that was found has been read, as far as it goes. */
function isRead({ logdirs, loading, runs }: RunList): boolean {
  return (
    loading.bytes_read >= loading.bytes_total &&
    logdirs.every(({ state }) => state !== "loading") &&
    runs.every(({ state }) => state !== "loading")
  );
}
