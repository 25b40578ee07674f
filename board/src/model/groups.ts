/** Groups of runs: by folder, by what a regular expression finds in their names, or by a hyper-parameter. */

import { inNaturalOrder } from "./natural";
import type { Json } from "./notation";
import { unlessSame } from "./order";
import { compilePattern, PatternError } from "./pattern";

export type GroupRule =
  | { readonly by: "none" }
  /** So many folders of the run's path, or as many as it has. */
  | { readonly by: "folder"; readonly depth: number }
  /** What the first pair of brackets finds; all that is found, if there is none. */
  | { readonly by: "pattern"; readonly pattern: string }
  | { readonly by: "hparam"; readonly name: string };

export const NO_GROUPS: GroupRule = { by: "none" };
const DEEPEST = 20;

/** What decides a run's group. */
export interface Groupable {
  readonly id: string;
  readonly logdir: string;
  readonly name: string;
  readonly parent: string | null;
}

export type HparamOf = (run: string, name: string) => string | number | boolean | null | undefined;

export interface Grouping {
  /** In natural order of their names; runs without one are in none of them. */
  readonly groups: readonly { readonly name: string; readonly runs: readonly string[] }[];
  /** The group of each run that has one. */
  readonly of: ReadonlyMap<string, string>;
}

export const UNGROUPED: Grouping = { groups: [], of: new Map() };

/** What is wrong with a rule, and where in its pattern; null: nothing. */
export interface RuleFault {
  readonly message: string;
  readonly from: number;
  readonly to: number;
}

/** A function that gives a run's group, or null if it has none; or what is wrong with the rule. */
export function groupBy(
  rule: GroupRule,
  hparamOf: HparamOf,
): { readonly of: (run: Groupable) => string | null } | { readonly fault: RuleFault } {
  switch (rule.by) {
    case "none":
      return { of: () => null };
    case "folder":
      return { of: ({ name }) => name.split("/").slice(0, -1).slice(0, rule.depth).join("/") || null };
    case "hparam":
      return {
        of: ({ id }) => {
          const value = hparamOf(id, rule.name);
          return value == null ? null : `${rule.name}=${String(value)}`;
        },
      };
    case "pattern":
      return orFault(() => {
        const pattern = compilePattern(rule.pattern.normalize("NFC"));
        return { of: ({ name }: Groupable) => pattern.find(name.normalize("NFC")) || null };
      });
  }
}

function orFault<Found>(find: () => Found): Found | { readonly fault: RuleFault } {
  try {
    return find();
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    const { message, from, to } = error;
    return { fault: { message, from, to } };
  }
}

/** Group the runs; or what is wrong with the rule, for its pattern may take too long on their names. A sub-run is in the group of its parent; folders of several log directories are not mixed. */
export function grouping(
  runs: readonly Groupable[],
  of: (run: Groupable) => string | null,
  rule: GroupRule,
): Grouping | { readonly fault: RuleFault } {
  return rule.by === "none" ? UNGROUPED : orFault(() => grouped(runs, of, rule));
}

function grouped(
  runs: readonly Groupable[],
  of: (run: Groupable) => string | null,
  rule: GroupRule,
): Grouping {
  const severalLogdirs = rule.by === "folder" && new Set(runs.map(({ logdir }) => logdir)).size > 1;
  const found = new Map<string, string | null>();
  for (const run of runs) {
    const group = of(run);
    found.set(run.id, group !== null && severalLogdirs ? `${run.logdir}: ${group}` : group);
  }
  const members = new Map<string, string[]>();
  const ofRun = new Map<string, string>();
  for (const run of runs) {
    const group = found.get(run.parent !== null && found.has(run.parent) ? run.parent : run.id);
    if (group == null) continue;
    ofRun.set(run.id, group);
    const some = members.get(group);
    if (some) some.push(run.id);
    else members.set(group, [run.id]);
  }
  const groups = inNaturalOrder([...members], ([name]) => name);
  return { groups: groups.map(([name, some]) => ({ name, runs: some })), of: ofRun };
}

/** The earlier grouping if the other is the same, so that nothing that depends on it is done again. */
export function unlessSameGroups(earlier: Grouping, found: Grouping): Grouping {
  const isSame = ({ name, runs }: Grouping["groups"][number], i: number): boolean =>
    name === found.groups[i]!.name && unlessSame(runs, found.groups[i]!.runs) === runs;
  return earlier.groups.length === found.groups.length && earlier.groups.every(isSame) ? earlier : found;
}

/** A rule as it is kept: `folder.2`, `pattern./(seed\d+)/`, `hparam.lr`; null: none. */
export function writeRule(rule: GroupRule): string | null {
  switch (rule.by) {
    case "none":
      return null;
    case "folder":
      return `folder.${rule.depth}`;
    case "pattern":
      return `pattern.${rule.pattern}`;
    case "hparam":
      return `hparam.${rule.name}`;
  }
}

/** Of what `writeRule` gave; null if it is something else. */
export function readRule(saved: Json | undefined): GroupRule | null {
  if (typeof saved !== "string") return null;
  // A pattern may have nothing in it yet, or be too long to be understood: it is as it was typed.
  const [, by, of] = /^(folder|pattern|hparam)\.(.{0,2000})$/s.exec(saved) ?? [];
  if (by === undefined || of === undefined) return null;
  if (by === "pattern") return { by, pattern: of };
  if (by === "hparam") return { by, name: of };
  const depth = Number(of);
  return Number.isInteger(depth) && depth >= 1 && depth <= DEEPEST ? { by: "folder", depth } : null;
}
