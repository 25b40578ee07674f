/** The run panel: what is typed, sorted and folded there, and the rows and the account that follow from it. */

import { untrack } from "svelte";
import {
  type Account,
  accountOf,
  type Entry,
  type Part as AccountPart,
  partOf,
  type Standing,
} from "../model/account";
import { BY_NAME, type Cell, cellOf, hparamOf, type Known, type Sort, sorted } from "../model/columns";
import {
  EMPTY_FILTER,
  type Filter,
  type FilterError,
  judged,
  parseFilter,
  scalarColumn,
} from "../model/filter";
import { counted } from "../model/format";
import { Members, type Refused } from "../model/members";
import type { Json } from "../model/notation";
import { DEFAULT_SETUP, type PanelSetup, readSetup, type ShownColumn, writeSetup } from "../model/panel";
import { type Groups, onBefore, type Row, type Rows, rowsOf } from "../model/rows";
import type { Run } from "../wire/types";
import type { Board } from "./board.svelte";
import { ScalarValues } from "./scalar_values.svelte";
import type { Part } from "./view.svelte";

/** Folded rows, above which an address leaves them out. */
const FEW = 20;

export class PanelStore implements Part {
  readonly name = "panel";
  readonly scalars = new ScalarValues();

  private setup = $state.raw<PanelSetup>(DEFAULT_SETUP);
  // Each by itself, so that a letter of the filter that lets the same runs through lays out no row.
  readonly sort: Sort = $derived(this.setup.sort);
  private readonly isTree = $derived(this.setup.tree);
  private readonly shownColumns = $derived(this.setup.columns);
  private readonly closed = $derived(this.setup.closed);
  /** An entry of the account whose runs are listed: as they were when it was chosen, whatever is switched since. */
  chosen = $state.raw<{ readonly name: string; readonly runs: ReadonlySet<string> } | null>(null);
  /** A person is at the list: rows stay where they are, though what they are sorted by goes on. */
  held = $state(false);

  private readonly draft = $derived(parseFilter(this.setup.filter));
  private readonly misread: FilterError | null = $derived.by(() =>
    "error" in this.draft ? this.draft.error : this.unknownColumn(this.draft.filter),
  );
  /** Columns that are shown, sorted by, or read by the filter, the one typed and the one in force. */
  private readonly columnsInUse: readonly string[] = $derived.by(() => {
    const typed = "filter" in this.draft ? this.draft.filter.columns : [];
    const read = [...typed, ...this.filter.columns].map(({ name }) => name);
    return [...new Set([...this.columns.map(({ id }) => id), this.sort.column, ...read])];
  });
  /** The filter as typed asks for values that are on their way: without them it would let no run through. */
  private readonly isWaiting = $derived.by(
    () => "filter" in this.draft && this.draft.filter.columns.some(({ name }) => this.isOnItsWay(name)),
  );
  private lastFilter = EMPTY_FILTER;
  readonly filter: Filter = $derived.by(() => {
    if ("filter" in this.draft && this.misread === null && !this.isWaiting)
      this.lastFilter = this.draft.filter;
    return this.lastFilter;
  });

  private lastPassing: ReadonlySet<string> | null = null;
  private readonly judged = $derived.by(() => judged(() => this.findPassing()));
  /** The runs that the filter lets through; null: all. The same while it lets the same ones through. */
  readonly passing: ReadonlySet<string> | null = $derived(
    "found" in this.judged ? this.judged.found : this.lastPassing,
  );
  /** What is wrong with the filter as typed. What the last one that was right let through stays. */
  readonly problem: FilterError | null = $derived(
    this.misread ?? ("error" in this.judged ? this.judged.error : null),
  );

  private readonly groups: Groups | null = $derived.by(() => {
    const { groups } = this.board;
    if (!groups.on) return null;
    const byName = this.sort.column === "name" && !this.sort.descending;
    return { of: (run) => groups.of(run), order: byName ? groups.all.map(({ name }) => name) : null };
  });
  private lastOrder: readonly Run[] = [];
  private readonly order: readonly Run[] = $derived.by(() => this.findOrder());
  readonly rows: Rows = $derived.by(() =>
    rowsOf(this.order, {
      tree: this.tree,
      logdirs: this.board.logdirNames,
      groups: this.groups,
      closed: this.closed,
    }),
  );
  /** What is listed, and how: another object whenever that is otherwise than by what runs log. */
  readonly listing: object = $derived.by(() => {
    const { passing, chosen, sort, tree, groups } = this;
    return { passing, chosen, sort, tree, groups, waits: this.isOnItsWay(sort.column) };
  });
  private settled = $state.raw<object | null>(null);
  /**
   * Ids of runs in the order of their rows, as it was when something else was listed, or they were sorted otherwise: what is
   * logged since moves rows, but no dash.
   */
  readonly arranged: readonly string[] = $derived.by(() => {
    void [this.board.listed, this.settled];
    return untrack(() => this.rows.order);
  });
  private readonly onBefore = $derived.by(() =>
    onBefore(this.rows.order, (run) => this.board.selection.on.has(run)),
  );
  readonly account: Account = $derived.by(() => accountOf(this.board.runs ?? [], this.standing));

  private readonly standing: Standing = {
    isOn: (run) => this.board.selection.on.has(run),
    passes: (run) => this.passes(run),
    hasDataHere: (run) => this.board.runsWithDataHere?.has(run) ?? true,
  };

  private readonly known: Known;

  constructor(private readonly board: Board) {
    this.known = {
      get now() {
        return board.now;
      },
      hparam: (run, name) => this.hparam(run, name),
      scalar: (run, of, tag) => this.scalars.of(run.id, of, tag),
    };
    board.view.keep(this);
    $effect.root(() => {
      $effect(() => this.scalars.want(this.columnsInUse.flatMap((id) => scalarColumn(id)?.tag ?? [])));
      $effect(() => {
        if (this.columnsInUse.some((id) => hparamOf(id) !== null)) board.hparams.want();
      });
    });
  }

  // What a person set up.

  get typed(): string {
    return this.setup.filter;
  }
  set typed(filter: string) {
    this.chosen = null;
    this.setup = { ...this.setup, filter };
  }
  get tree(): boolean {
    return this.isTree;
  }
  set tree(tree: boolean) {
    this.setup = { ...this.setup, tree };
  }
  get columns(): readonly ShownColumn[] {
    return this.shownColumns;
  }
  set columns(columns: readonly ShownColumn[]) {
    this.setup = { ...this.setup, columns };
  }

  /** By this column, then the other way round, then by name again. Names begin at the start, all else with the most. */
  sortBy(column: string): void {
    const first = column !== "name";
    const { sort } = this;
    const [isThis, isFirst] = [sort.column === column, sort.descending === first];
    const next = !isThis ? { column, descending: first } : isFirst ? { column, descending: !first } : BY_NAME;
    this.setup = { ...this.setup, sort: next };
  }

  /** Show or fold away what a row holds. */
  setOpen(row: Row, open: boolean): void {
    const closed = new Set(this.closed);
    if (open) closed.delete(row.key);
    else closed.add(row.key);
    this.setup = { ...this.setup, closed };
  }

  /** Have the run listed, whatever it is folded away in; false: the filter leaves it out. */
  list(run: string): boolean {
    if (!this.passes(run)) return false;
    if (this.chosen?.runs.has(run) === false) this.chosen = null;
    const place = this.rows.order.indexOf(run);
    const folds = ({ key, open, from, to }: Row): boolean =>
      open === false && key !== run && from <= place && place < to;
    // What is within a closed row is laid out once it is open.
    for (let row; (row = this.rows.rows.find(folds));) this.setOpen(row, true);
    return place >= 0;
  }

  get(): Json | null {
    return writeSetup(this.setup);
  }
  short(): Json | null {
    const { closed } = this.setup;
    return writeSetup(closed.size > FEW ? { ...this.setup, closed: new Set() } : this.setup);
  }
  set(saved: Json | null): Refused {
    const members = new Members(saved);
    this.chosen = null;
    this.setup = readSetup(members);
    return members.refused;
  }

  // How runs stand.

  passes(run: string): boolean {
    return this.passing?.has(run) ?? true;
  }

  partOf(run: Run): AccountPart {
    return partOf(run, this.standing);
  }

  cell(run: Run, column: string): Cell | null | undefined {
    return cellOf(run, column, this.known);
  }

  /** What belongs into the cell could not be read: it is not that the run has nothing there. */
  isUnread({ id, parent }: Run, column: string): boolean {
    const scalar = scalarColumn(column);
    if (scalar) return this.scalars.isUnread(id, scalar.tag);
    const { unread } = this.board.hparams;
    return hparamOf(column) !== null && (unread.has(id) || (parent !== null && unread.has(parent)));
  }

  /** How many of the row's runs are on. */
  onBelow({ from, to }: Row): number {
    return this.onBefore[to]! - this.onBefore[from]!;
  }

  idsOf({ from, to }: Row): readonly string[] {
    return this.rows.order.slice(from, to);
  }

  /** What is listed now is painted: what follows from it elsewhere may follow. */
  settle(): void {
    this.settled = this.listing;
  }

  /** The listed runs in words: "all 412 runs", "the 37 runs that the filter shows". */
  readonly listed: string = $derived.by(() => {
    const count = counted(this.order.length, "run");
    if (this.chosen !== null) return `the ${count} listed as ${this.chosen.name}`;
    return this.passing === null ? `all ${count}` : `the ${count} that the filter shows`;
  });

  /** List the runs of an entry of the account; the same again lists what the filter lets through. */
  choose({ name, runs }: Entry): void {
    this.chosen = this.chosen?.name === name ? null : { name, runs: new Set(runs) };
  }

  /** The first column that can only be meant as one, and is none. */
  private unknownColumn(filter: Filter): FilterError | null {
    for (const { name, ordered, from, to } of filter.columns) {
      if (ordered && this.isUnknown(name)) return { message: `no run has a column ${name}`, from, to };
    }
    return null;
  }

  private isUnknown(column: string): boolean {
    const scalar = scalarColumn(column);
    // As long as there is no list of runs, the tags are not known either.
    if (scalar)
      return this.board.runs !== null && !this.board.scalarTags.some(({ tag }) => tag === scalar.tag);
    const hparam = hparamOf(column);
    return hparam !== null && !this.isOnItsWay(column) && !this.board.hparams.names.has(hparam);
  }

  private isOnItsWay(column: string): boolean {
    const scalar = scalarColumn(column);
    if (scalar) return !this.scalars.has(scalar.tag) && this.scalars.fault === null;
    const { ofRuns, fault } = this.board.hparams;
    return hparamOf(column) !== null && ofRuns === null && fault === null;
  }

  /** A sub-run that has none of that name has its parent's. */
  private hparam({ id, parent }: Run, name: string): Cell | null | undefined {
    const { hparams } = this.board;
    const value = hparams.of(id, name) ?? (parent === null ? undefined : hparams.of(parent, name));
    if (value === undefined || value === null) return hparams.names.has(name) ? null : undefined;
    return typeof value === "boolean" ? String(value) : value;
  }

  private findPassing(): ReadonlySet<string> | null {
    const { filter } = this;
    if (filter.isEmpty) return (this.lastPassing = null);
    const { listed } = this.board;
    const passing = new Set<string>();
    let run: Run;
    const facts = { name: "", column: (column: string) => this.cell(run, column) };
    for (run of filter.columns.length > 0 ? this.lookedAt(listed, true) : listed) {
      facts.name = run.name;
      if (filter.matches(facts)) passing.add(run.id);
    }
    return isSame(this.lastPassing, passing) ? this.lastPassing : (this.lastPassing = passing);
  }

  private findOrder(): readonly Run[] {
    const { sort } = this;
    const listed = this.chosen?.runs ?? this.passing;
    const byName = listed ? this.board.listed.filter(({ id }) => listed.has(id)) : this.board.listed;
    const values = sort.column === "name" ? byName : this.lookedAt(byName, !this.held);
    const order = sorted(values, sort, (run) => untrack(() => this.cell(run, sort.column)));
    const last = this.lastOrder;
    const same = order.length === last.length && order.every(({ id }, i) => id === last[i]!.id);
    return same ? last : (this.lastOrder = order);
  }

  /** The runs as they are now, and, if that matters, once a second from now on. */
  private lookedAt(runs: readonly Run[], again: boolean): readonly Run[] {
    if (again) void this.board.now;
    const byId = untrack(() => this.board.runById);
    return runs.map((run) => byId.get(run.id) ?? run);
  }
}

function isSame(a: ReadonlySet<string> | null, b: ReadonlySet<string>): boolean {
  if (a?.size !== b.size) return false;
  for (const one of b) if (!a.has(one)) return false;
  return true;
}
