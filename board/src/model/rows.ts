/** The rows of the run list: runs below their folders, groups or log directories, and sub-runs below their parents. */

import { type Measure, NameList } from "./cut_names";
import { groupId } from "./group_series";
import { oneLine } from "./names";

interface AnyRow {
  /** The row stands for itself and all below it: a stretch of `order`. */
  readonly from: number;
  readonly to: number;
  readonly depth: number;
  /** Below what stands above it, as it was logged. */
  readonly name: string;
  /** All names beside each other there, as they are shown. */
  readonly among: NameList;
}

export interface Heading extends AnyRow {
  readonly what: "log directory" | "group" | "folder";
  /** Tells rows apart; the same when runs come and go. */
  readonly key: string;
  readonly open: boolean;
}

export interface RunRow extends AnyRow {
  readonly what: "run";
  /** The run's id. */
  readonly key: string;
  /** Whether its sub-runs are on show; null: it has none. */
  readonly open: boolean | null;
}

export type Row = Heading | RunRow;

export interface Rows {
  readonly rows: readonly Row[];
  /** Ids of all runs in the order of their rows, those in closed folders too. */
  readonly order: readonly string[];
}

/** What decides where a run stands. */
export interface Listed {
  readonly id: string;
  readonly logdir: string;
  readonly name: string;
  readonly parent: string | null;
}

export interface Groups {
  /** The group of a run; null: it has none, and comes last. */
  of(run: string): string | null;
  /** Null: each group where its first run stands. */
  readonly order: readonly string[] | null;
}

export interface Arrangement {
  /** Folders of the path are headings. */
  readonly tree: boolean;
  /** Of several, each is a heading. */
  readonly logdirs: readonly string[];
  /** Rows stand in groups; null: by log directory and folder. */
  readonly groups: Groups | null;
  /** Keys of rows whose contents are folded away. */
  readonly closed: ReadonlySet<string>;
}

/** Rows for `runs`, which keep their order among neighbours; a folder stands where its first run does. */
export function rowsOf(runs: readonly Listed[], { tree, logdirs, groups, closed }: Arrangement): Rows {
  const families = familiesOf(runs);
  const laid = new Layout(closed);
  if (groups) laid.lay(groupsOf(families, groups, logdirs.length > 1), 0, true);
  else {
    const below = (some: readonly Family[], logdir: string): Item[] =>
      tree ? foldersOf(some, `/folder/${escaped(logdir)}/`) : some.map((one) => leafOf(one, one.run.name));
    const byLogdir = groupBy(families, ({ run }) => run.logdir);
    const items = logdirs.map((logdir): Branch => ({
      what: "log directory",
      key: `/logdir/${logdir}`,
      label: logdir,
      items: below(byLogdir.get(logdir) ?? [], logdir),
    }));
    laid.lay(items.length === 1 ? items[0]!.items : items, 0, true);
  }
  return laid;
}

/** In place of a row of `stood` that is not in `rows` any more: what it is folded away in, or else what stood nearest to it. */
export function insteadOf(key: string, stood: readonly Row[], rows: readonly Row[]): Row | null {
  const place = stood.findIndex((row) => row.key === key);
  if (place < 0) return null;
  const now = new Map(rows.map((row) => [row.key, row]));
  let { depth } = stood[place]!;
  for (const row of stood.slice(0, place).reverse()) {
    if (row.depth >= depth) continue;
    depth = row.depth;
    const holder = now.get(row.key);
    if (holder?.open === false) return holder;
  }
  for (let by = 1; by < stood.length; by++) {
    for (const neighbour of [stood[place + by], stood[place - by]]) {
      const row = neighbour && now.get(neighbour.key);
      if (row) return row;
    }
  }
  return null;
}

/** Without a slash: the folder "b" of the log directory "a" is not the log directory "a/b". */
function escaped(logdir: string): string {
  return logdir.replaceAll("%", "%25").replaceAll("/", "%2F");
}

function groupsOf(families: readonly Family[], { of, order }: Groups, severalLogdirs: boolean): Item[] {
  /** Without what the heading says, as of a group that is a folder. */
  const label = ({ run }: Family, group: string): string => {
    const own = run.name.startsWith(`${group}/`) ? run.name.slice(group.length + 1) : run.name;
    return severalLogdirs ? `${run.logdir}: ${own}` : own;
  };
  const members = groupBy(families, ({ run }) => of(run.id));
  const item = (key: string, name: string, some: readonly Family[]): Branch => ({
    what: "group",
    key,
    label: name,
    items: some.map((one) => leafOf(one, label(one, name))),
  });
  const rest = members.get(null);
  members.delete(null);
  const names = order?.filter((name) => members.has(name)) ?? [...members.keys()];
  const items = names.map((name) => item(GROUP + name!, name!, members.get(name)!));
  return rest ? [...items, item("/rest", "no group", rest)] : items;
}

/** Before a group's name, in the key of its row. */
const GROUP = "/group/";

/** The group that a row stands for; null: it is another one's. */
export function groupOfRow({ what, key }: Row): string | null {
  return what === "group" && key.startsWith(GROUP) ? key.slice(GROUP.length) : null;
}

/** The run whose curve a row stands for, or what stands for its group; null: neither. */
export function curveOfRow(row: Row): string | null {
  if (row.what === "run") return row.key;
  const group = groupOfRow(row);
  return group === null ? null : groupId(group);
}

/** The room in which all runs can be told from those beside them, however deep they stand below others; at most so much. */
export function roomToTell(rows: readonly Row[], indent: number, measure: Measure, most: number): number {
  const deepest = new Map<NameList, number>();
  for (const { what, among, depth } of rows) if (what === "run") deepest.set(among, depth);
  let room = 0;
  for (const [among, depth] of deepest) {
    const inset = depth * indent;
    if (room < most) room = Math.max(room, inset + among.roomToTell(measure, most - inset));
  }
  return Math.min(room, most);
}

/** How many runs before each place of `order` are on. */
export function onBefore(order: readonly string[], isOn: (run: string) => boolean): Uint32Array {
  const before = new Uint32Array(order.length + 1);
  order.forEach((run, i) => (before[i + 1] = before[i]! + Number(isOn(run))));
  return before;
}

/** A run with its sub-runs. */
interface Family {
  readonly run: Listed;
  readonly subs: readonly Family[];
}

const NONE: readonly never[] = [];

function familiesOf(runs: readonly Listed[]): readonly Family[] {
  // Nearly always, and a letter in the filter may list 10,000 anew.
  if (runs.every(({ parent }) => parent === null)) return runs.map((run) => ({ run, subs: NONE }));
  const listed = new Set(runs.map(({ id }) => id));
  const subs = groupBy(runs, ({ parent }) => (parent !== null && listed.has(parent) ? parent : null));
  const families = (parent: string | null): readonly Family[] =>
    subs.get(parent)?.map((run) => ({ run, subs: families(run.id) })) ?? NONE;
  return families(null);
}

interface Branch {
  readonly what: Heading["what"];
  readonly key: string;
  readonly label: string;
  readonly items: readonly Item[];
}

interface Leaf {
  readonly what: "run";
  readonly key: string;
  readonly label: string;
  readonly items: readonly Leaf[];
}

type Item = Branch | Leaf;

function leafOf({ run, subs }: Family, label: string): Leaf {
  if (subs.length === 0) return { what: "run", key: run.id, label, items: NONE };
  const start = `${run.name}/`;
  const items = subs.map((sub) =>
    leafOf(sub, sub.run.name.startsWith(start) ? sub.run.name.slice(start.length) : sub.run.name),
  );
  return { what: "run", key: run.id, label, items };
}

/** What lies at one part of a path: a run that is alone there, or all that go on from it. */
interface Place {
  /** Null: the run's path ends with the folder itself. */
  readonly segment: string | null;
  content: Family | Folder;
}

/** A folder while it is being filled, its contents in the order of their first run. */
class Folder {
  readonly places: Place[] = [];
  private readonly bySegment = new Map<string, Place>();

  /** @param from where what is below this folder begins in the run's name; beyond its end, there is nothing */
  add(family: Family, from: number): void {
    const { name } = family.run;
    if (from > name.length) {
      this.places.push({ segment: null, content: family });
      return;
    }
    const slash = name.indexOf("/", from);
    const segment = slash < 0 ? name.slice(from) : name.slice(from, slash);
    const known = this.bySegment.get(segment);
    if (!known) {
      const place = { segment, content: family };
      this.places.push(place);
      this.bySegment.set(segment, place);
      return;
    }
    const next = from + segment.length + 1;
    if (!(known.content instanceof Folder)) {
      const first = known.content;
      known.content = new Folder();
      known.content.add(first, next);
    }
    known.content.add(family, next);
  }
}

function foldersOf(families: readonly Family[], path: string): Item[] {
  const root = new Folder();
  for (const family of families) root.add(family, 0);
  return itemsOf(root, 0, "", path);
}

/** A folder that holds one thing is no heading: it goes into that one's name. */
function itemsOf({ places }: Folder, from: number, name: string, path: string): Item[] {
  return places.map(({ segment, content }): Item => {
    if (!(content instanceof Folder))
      return leafOf(content, segment === null ? name : content.run.name.slice(from));
    const below = `${path}${segment}/`;
    const items = itemsOf(content, from + segment!.length + 1, segment!, below);
    const [only] = items;
    return items.length > 1
      ? { what: "folder", key: below, label: `${segment}/`, items }
      : { ...only!, label: `${segment}/${only!.label}` };
  });
}

class Layout implements Rows {
  readonly rows: Row[] = [];
  readonly order: string[] = [];

  constructor(private readonly closed: ReadonlySet<string>) {}

  lay(items: readonly Item[], depth: number, shown: boolean): void {
    const among = new NameList(() => items.map(({ label }) => oneLine(label)));
    for (const { what, key, label: name, items: within } of items) {
      const open = !this.closed.has(key);
      const from = this.order.length;
      const place = this.rows.length;
      if (shown) this.rows.push(null!); // its end is known once its contents are laid
      if (what === "run") this.order.push(key);
      if (within.length > 0) this.lay(within, depth + 1, shown && open);
      if (!shown) continue;
      const to = this.order.length;
      this.rows[place] =
        what === "run"
          ? { what, key, depth, from, to, name, among, open: within.length > 0 ? open : null }
          : { what, key, depth, from, to, name, among, open };
    }
  }
}

function groupBy<Key, Value>(values: readonly Value[], keyOf: (value: Value) => Key): Map<Key, Value[]> {
  const groups = new Map<Key, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}
