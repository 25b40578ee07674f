/** The account that every run is in: how many are drawn, and what became of each of the others. */

import type { Run } from "../wire/types";
import { CODE_OF_PART } from "./codes";
import { formatCount } from "./format";

/**
 * Each run is in exactly one part, the first of these that holds: what cannot be read says so whatever else is the case,
 * then what the person did (switched it off, typed a filter), then what there is to draw.
 */
export const PARTS = ["unreadable", "off", "filtered out", "loading", "without data here", "drawn"] as const;

export type Part = (typeof PARTS)[number];

/** In the order of the line. */
const SHOWN: readonly Part[] = ["drawn", "off", "filtered out", "without data here", "loading", "unreadable"];

/** How a run stands on the page. */
export interface Standing {
  isOn(run: string): boolean;
  /** The filter lets it through. */
  passes(run: string): boolean;
  /** A card on the page has points of it; also true as long as no card has said. */
  hasDataHere(run: string): boolean;
}

export function partOf(run: Run, standing: Standing): Part {
  if (run.state === "unreadable" || run.state === "foreign") return "unreadable";
  if (!standing.isOn(run.id)) return "off";
  if (!standing.passes(run.id)) return "filtered out";
  if (run.points === 0) return run.state === "loading" ? "loading" : "without data here";
  return standing.hasDataHere(run.id) ? "drawn" : "without data here";
}

/** A part of the line: exactly these runs. */
export interface Entry {
  readonly name: string;
  /** "37 of 412 drawn", "363 off". */
  readonly text: string;
  readonly runs: readonly string[];
}

export interface Account {
  /** Those that hold runs, and "drawn" in any case: their numbers add up to all runs. */
  readonly parts: readonly Entry[];
  /** Faults of runs that are in one of the parts as well: drawn as far as they go. */
  readonly faults: readonly Entry[];
}

export function accountOf(runs: readonly Run[], standing: Standing): Account {
  const members = new Map<Part, string[]>(SHOWN.map((part) => [part, []]));
  const damaged: string[] = [];
  const conflicting: string[] = [];
  for (const run of runs) {
    members.get(partOf(run, standing))!.push(run.id);
    if (run.state === "damaged") damaged.push(run.id);
    else if (run.conflict) conflicting.push(run.id);
  }
  const entry = (name: string, some: readonly string[]): Entry => ({
    name,
    text: `${formatCount(some.length)}${name === "drawn" ? ` of ${formatCount(runs.length)}` : ""} ${name}`,
    runs: some,
  });
  return {
    parts: SHOWN.map((part) => entry(part, members.get(part)!)).filter(
      ({ name, runs: some }) => name === "drawn" || some.length > 0,
    ),
    faults: [entry("damaged", damaged), entry("in conflict", conflicting)].filter(
      ({ runs: some }) => some.length > 0,
    ),
  };
}

/** Why a run is not drawn, and what the doctor calls that (spec/doctor.md). */
export interface Reason {
  readonly text: string;
  readonly code: string;
}

/** Null if it is drawn, or if what is known of the run (`noteOf`) says more. */
export function reasonOf(run: Run, part: Part): Reason | null {
  switch (part) {
    case "off":
      return { text: "Not drawn: it is off.", code: CODE_OF_PART[part] };
    case "filtered out":
      return { text: "Not drawn: it is on, but the filter leaves it out.", code: CODE_OF_PART[part] };
    case "without data here":
      if (run.points === 0) return null;
      return { text: "Not drawn: it has no points of the tags on show.", code: CODE_OF_PART[part] };
    default:
      return null;
  }
}
