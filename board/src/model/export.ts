/** Points as files that other programs read, and a program that reads the same points. Numbers are exact. */

import type { Steps } from "../wire/frame";
import type { Attempts } from "../wire/types";
import type { Series } from "./series";

/** What is written of each point's run. */
export type NameOf = (run: string) => string;

/** Numbers in a part of a text, which is written in parts: a string has a limit that many points reach. */
const PART = 50_000;

/** RFC 4180, with a header; NaN, Infinity and -Infinity as Python and pandas read them. */
export function* toCsv(series: Iterable<Series>, nameOf: NameOf): Generator<string> {
  yield "run,tag,attempt,step,wall_time,value\r\n";
  for (const { run, tag, attempt, step, wallTime, value } of series) {
    const begin = `${quoted(nameOf(run))},${quoted(tag)},${attempt}`;
    for (let from = 0; from < step.length; from += PART) {
      const lines: string[] = [];
      for (let i = from; i < Math.min(from + PART, step.length); i++)
        lines.push(`${begin},${step[i]!},${wallTime[i]!},${value[i]!}\r\n`);
      yield lines.join("");
    }
  }
}

/** One object for each series; steps as the whole numbers they are, values that are not finite as strings. */
export function* toJson(series: Iterable<Series>, nameOf: NameOf): Generator<string> {
  yield '{"series":[\n';
  let between = "";
  for (const { run, tag, attempt, step, wallTime, value } of series) {
    const name = JSON.stringify(nameOf(run));
    yield `${between}{"run":${name},"tag":${JSON.stringify(tag)},"attempt":${attempt}`;
    for (const [name, column] of Object.entries({ step, wall_time: wallTime, value })) {
      yield `,"${name}":[`;
      yield* listed(column);
      yield "]";
    }
    yield "}";
    between = ",\n";
  }
  yield "\n]}\n";
}

function* listed(column: Steps | Float64Array): Generator<string> {
  for (let from = 0; from < column.length; from += PART) {
    const part = Array.from<number | bigint, string>(column.subarray(from, from + PART), numberOrText);
    yield (from > 0 ? "," : "") + part.join(",");
  }
}

function numberOrText(value: number | bigint): string {
  return typeof value === "bigint" || Number.isFinite(value) ? String(value) : `"${value}"`;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export interface PythonSource {
  readonly logdirs: readonly { readonly name: string; readonly path: string }[];
  readonly tags: readonly string[];
  /** As lightboard.open knows them; null: every run. */
  readonly runs: readonly string[] | null;
  readonly attempts: Attempts;
}

/** A program that reads the points on show from the same log directories. */
export function toPython({ logdirs, tags, runs, attempts }: PythonSource): string {
  const opened = logdirs.map(({ name, path }) => `${literal(name)}: ${literal(path)}`).join(", ");
  const list = (names: readonly string[]): string =>
    names.length === 1 ? literal(names[0]!) : `[${names.map(literal).join(", ")}]`;
  const chosen = runs === null ? "" : `, run=${list(runs)}`;
  return `import lightboard

with lightboard.open({${opened}}) as index:
    for series in index.series(tag=${list(tags)}${chosen}, attempts="${attempts}"):
        print(series.run.name, series.tag, series.step, series.value)
`;
}

/** JSON's strings are Python's too. */
function literal(text: string): string {
  return JSON.stringify(text);
}

/** A file name that every system takes, out of tags. */
export function fileName(tags: readonly string[], extension: string): string {
  const name = tags
    .join("+")
    .replace(/[^\p{L}\p{N}.+=-]+/gu, "_")
    .replace(/^[._]+/, "")
    .slice(0, 100);
  return `${name || "chart"}.${extension}`;
}
