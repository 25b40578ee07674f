/**
 * A selection as it is kept in an address, in storage or in a file.
 *
 * As text it names the runs that differ from the rest: `off.k3v9q.a1b2c` (the others are on), `on.k3v9q` (the others are
 * off). Where that would be long, a run's bit in `bits.…` says it (retrieval.ts): 10,000 runs take some 1,770 characters,
 * and each run of that time has its bit whatever came or went since. Which runs are of that time, their wall times
 * tell; that this is right, a sum over their ids.
 */

import { LONGEST } from "./address";
import type { Json } from "./notation";
import { fingerprint, Retrieval } from "./retrieval";

/** Whether runs that come later are on: all, none, or those that are among the newest of all. */
export type NewRuns = "on" | "off" | { readonly newest: number };

/** What has to be known of a run to select it. */
export interface Selectable {
  readonly id: string;
  readonly parent: string | null;
  readonly first_wall_time: number | null;
}

/** What is kept. */
export interface Kept {
  /** Every run on the board, but for sub-runs, which follow their parents. */
  readonly switches: ReadonlyMap<string, boolean>;
  /** Runs that were on the board or may come; an id may be cut short. */
  readonly away: ReadonlyMap<string, boolean>;
  readonly newRuns: NewRuns;
  /** New runs stay off for the time being, whatever `newRuns` says. */
  readonly held: boolean;
  /** First wall time of the newest run there is; null: none has any. */
  readonly newest: number | null;
  /** "Only these" is in force; null: it is not, or nothing is known of what was before. */
  readonly only: OnlyKept | null;
}

interface OnlyKept {
  readonly runs: ReadonlySet<string>;
  /** As in `Kept`, beneath it: what the same again brings back. */
  readonly switches: ReadonlyMap<string, boolean>;
  readonly held: boolean;
}

/** The bits of runs up to a time, and how many of which they were. */
interface Bits {
  readonly bits: Retrieval;
  readonly count: number;
  readonly sum: number;
}

export class Remembered {
  private constructor(
    readonly newRuns: NewRuns,
    readonly held: boolean,
    /** Runs that began later are new; null: nothing is, what is not named is as the rest. */
    readonly until: number | null,
    private readonly rest: boolean,
    private readonly named: ReadonlySet<string>,
    private readonly bits: Bits | null,
    /** "Only these" lies over all that: its runs. */
    readonly only: ReadonlySet<string> | null,
  ) {
    this.lengths = [...new Set([...named].map((id) => id.length))];
  }
  private readonly lengths: readonly number[];

  /** Of what `get` or `short` gave; null if it is something else. */
  static read(saved: Json): Remembered | null {
    const { runs, newRuns, held, until, only } = asMembers(saved);
    if (typeof runs !== "string" || !isNewRuns(newRuns) || !isTime(until)) return null;
    const [kind, ...ids] = runs.split(".");
    if (kind === "bits" && ids.length === 1) {
      const found = readBits(ids[0]!);
      return found && new Remembered(newRuns, held === true, found.until, true, new Set(), found, null);
    }
    if ((kind !== "on" && kind !== "off") || !ids.every((id) => /^[0-9a-v]{5,13}$/.test(id))) return null;
    // After "none" or "only this one", which a list of runs that are on comes from, new runs stay off.
    const isHeld = held === undefined ? kind === "on" && newRuns !== "off" : held === true;
    return new Remembered(newRuns, isHeld, until, kind === "off", new Set(ids), null, readOnly(only));
  }

  /** Whether the run is on; null if it came later. A run that has not begun is taken for one of that time. */
  of(run: Selectable): boolean | null {
    if (this.names(run.id)) return !this.rest;
    if (this.until !== null && (run.first_wall_time ?? -Infinity) > this.until) return null;
    return this.bits ? this.bits.bits.bit(run.id) : this.rest;
  }

  /** Named runs that are not among these; an id may be cut short. */
  missing(runs: Iterable<string>): Map<string, boolean> {
    const missing = new Map([...this.named].map((run) => [run, !this.rest]));
    if (missing.size > 0)
      for (const run of runs) for (const length of this.lengths) missing.delete(run.slice(0, length));
    return missing;
  }

  /**
   * Whether the runs that began up to then are those that it was made of, once all are there: which runs are taken
   * for the wrong kind, if one is, and how many are gone at least; null: all is right as far as can be told.
   */
  check(
    runs: readonly Selectable[],
  ): { readonly wrong: ReadonlyMap<string, boolean | null>; readonly gone: number } | null {
    const { bits } = this;
    if (bits === null) return null;
    const isOld = (run: Selectable): boolean => (run.first_wall_time ?? -Infinity) <= this.until!;
    const old = runs.filter(isOld);
    const off = (bits.sum - sumOf(old.map((run) => run.id))) >>> 0;
    if (off === 0 && old.length === bits.count) return null;
    // One run whose time misled: it had none then, or it was copied here later.
    const odd =
      runs.find(({ id }) => fingerprint(id) === off) ?? runs.find(({ id }) => -fingerprint(id) >>> 0 === off);
    const isOdd = odd !== undefined && old.length + (isOld(odd) ? -1 : 1) === bits.count;
    if (isOdd) return { wrong: new Map([[odd.id, isOld(odd) ? null : bits.bits.bit(odd.id)]]), gone: 0 };
    return { wrong: new Map(), gone: Math.max(0, bits.count - old.length) };
  }

  private names(run: string): boolean {
    return this.lengths.some((length) => this.named.has(run.slice(0, length)));
  }
}

/** All of it, for storage and files: whole ids. Null if all is as it is by default. */
export function remember(kept: Kept): Json | null {
  if (kept.only !== null) {
    const { runs, switches, held } = kept.only;
    const beneath = remember({ ...kept, switches, held, only: null });
    const members = typeof beneath === "object" && beneath !== null ? beneath : { runs: beneath ?? "off" };
    return { ...members, only: [...runs].sort().join(".") };
  }
  const rest = restOf(kept);
  return withRule(
    kept,
    listed(kept, rest, (run) => run),
    rest,
    null,
  );
}

/** The shortest form, for an address. */
export function rememberShortly(kept: Kept): Json | null {
  const rest = restOf(kept);
  const list = shortList(kept, rest);
  if (list !== null && list.length <= LONG_LIST) return withRule(kept, list, rest, null);
  const other = shortList(kept, !rest);
  const texts = [list, other, writtenBits(kept)].filter((text) => text !== null);
  // Too much for any address; the view names it as left out.
  if (texts.length === 0) return remember(kept);
  const shortest = texts.reduce((a, b) => (b.length < a.length ? b : a));
  if (shortest === list) return withRule(kept, list, rest, null);
  if (shortest === other) return withRule(kept, other, !rest, kept.newest);
  return withRule(kept, shortest, null, null);
}

/** Lists up to here are preferred: they need no wall times to tell which runs are new. */
const LONG_LIST = 400;
/** Shortest form of a run id; long enough that a run yet to come hardly shares it. */
const SHORTEST_ID = 5;

/** What holds for new runs, and so is best left unsaid of the others. */
function restOf({ newRuns, held }: Kept): boolean {
  return !held && newRuns !== "off";
}

function listed({ switches, away }: Kept, rest: boolean, shorten: (run: string) => string): string {
  const named = [...switches, ...away].filter(([, on]) => on !== rest).map(([run]) => run);
  return [rest ? "off" : "on", ...named.sort().map(shorten)].join(".");
}

/** With ids cut short; null if it is certain to be longer than any address. */
function shortList(kept: Kept, rest: boolean): string | null {
  let named = 0;
  for (const on of kept.switches.values()) if (on !== rest) named++;
  if (named * (SHORTEST_ID + 1) > LONGEST) return null;
  const short = shortIds([...kept.switches.keys()]);
  return listed(kept, rest, (run) => short.get(run) ?? run);
}

/** The text with what it does not say of new runs. */
function withRule(kept: Kept, runs: string, rest: boolean | null, until: number | null): Json | null {
  const { newRuns, held } = kept;
  const unsaid = rest === null ? false : !rest && newRuns !== "off";
  const members: Record<string, Json> = { runs };
  if (newRuns !== "on") members["new"] = newRuns === "off" ? "off" : newRuns.newest;
  if (held !== unsaid) members["held"] = held;
  // The newest are counted among the runs of a time.
  const time = typeof newRuns === "object" && rest !== null ? kept.newest : until;
  if (time !== null) members["until"] = time;
  if (Object.keys(members).length > 1) return members;
  return runs === "off" ? null : runs;
}

function asMembers(saved: Json): { runs?: Json; newRuns: unknown; held?: Json; until: unknown; only?: Json } {
  if (typeof saved === "string") return { runs: saved, newRuns: "on", until: null };
  if (typeof saved !== "object" || saved === null || Array.isArray(saved))
    return { newRuns: "on", until: null };
  const { runs, new: rule, held, until, only } = saved as Readonly<Record<string, Json>>;
  const newRuns = typeof rule === "number" ? { newest: rule } : (rule ?? "on");
  return {
    ...(runs === undefined ? {} : { runs }),
    ...(held === undefined ? {} : { held }),
    ...(only === undefined ? {} : { only }),
    newRuns,
    until: until ?? null,
  };
}

function readOnly(only: Json | undefined): ReadonlySet<string> | null {
  if (typeof only !== "string") return null;
  const runs = only.split(".");
  return runs.every((run) => /^[0-9a-v]{13}$/.test(run)) ? new Set(runs) : null;
}

export function isNewRuns(rule: unknown): rule is NewRuns {
  if (rule === "on" || rule === "off") return true;
  if (typeof rule !== "object" || rule === null || !("newest" in rule)) return false;
  return Number.isInteger(rule.newest) && (rule.newest as number) >= 1;
}

function isTime(until: unknown): until is number | null {
  return until === null || (typeof until === "number" && Number.isFinite(until));
}

/**
 * Bytes of `bits.…`: a checksum of all that follows, the first wall time up to which runs are old, how many there are,
 * the sum of their fingerprints, then the bits.
 */
const HEADER = 4 + 8 + 2 + 4;

function writtenBits({ switches, newest }: Kept): string | null {
  const bits = Retrieval.of(switches)?.bytes(switches.size);
  if (!bits) return null;
  const bytes = new Uint8Array(HEADER + bits.length);
  const header = new DataView(bytes.buffer);
  header.setFloat64(4, newest ?? 0);
  header.setUint16(12, switches.size);
  header.setUint32(14, sumOf(switches.keys()));
  bytes.set(bits, HEADER);
  header.setUint32(0, checksum(bytes.subarray(4)));
  return `bits.${toBase64(bytes)}`;
}

function readBits(text: string): (Bits & { readonly until: number }) | null {
  const bytes = fromBase64(text);
  if (bytes === null || bytes.length < HEADER) return null;
  const header = new DataView(bytes.buffer);
  if (header.getUint32(0) !== checksum(bytes.subarray(4))) return null;
  const [until, count, sum] = [header.getFloat64(4), header.getUint16(12), header.getUint32(14)];
  const bits = Retrieval.read([...bytes.subarray(HEADER)], count);
  return bits && Number.isFinite(until) ? { until, count, sum, bits } : null;
}

function sumOf(runs: Iterable<string>): number {
  let sum = 0;
  for (const run of runs) sum = (sum + fingerprint(run)) >>> 0;
  return sum;
}

function checksum(bytes: Uint8Array): number {
  return fingerprint(String.fromCharCode(...bytes));
}

/** Base64 with - and _, which stand in an address as they are. */
function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

function fromBase64(text: string): Uint8Array | null {
  if (text.length > 12_000 || !/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return null;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** The ids that were cut last: nearly always they are the same again, and sorting them takes longest. */
let lastCut: { readonly ids: readonly string[]; readonly short: ReadonlyMap<string, string> } | null = null;

/** Each id cut to the shortest start that no other has. */
function shortIds(ids: readonly string[]): ReadonlyMap<string, string> {
  const known = lastCut;
  if (known?.ids.length === ids.length && known.ids.every((id, i) => id === ids[i])) return known.short;
  lastCut = { ids, short: cutIds(ids) };
  return lastCut.short;
}

function cutIds(ids: readonly string[]): Map<string, string> {
  const sorted = [...ids].sort();
  const shared = sorted.map((run, i) => (i === 0 ? 0 : sharedStart(sorted[i - 1]!, run)));
  return new Map(
    sorted.map((run, i) => [
      run,
      run.slice(0, Math.max(SHORTEST_ID, shared[i]! + 1, (shared[i + 1] ?? 0) + 1)),
    ]),
  );
}

function sharedStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
