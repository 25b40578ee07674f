/**
 * Which runs are on.
 *
 * A selection is a rule for runs that are not named (at first: on) and the runs that differ from it. A run that
 * appears later follows the rule. Switching one run never changes the rule; switching many (all, none, what a
 * filter matches) sets it to what holds for most runs afterwards. So after "none" or "only this one" newcomers
 * stay off, and after "all" they appear.
 */

export interface Selection {
  /** What holds for every run that is not an exception. */
  readonly rest: boolean;
  readonly exceptions: ReadonlySet<string>;
}

export const ALL_ON: Selection = { rest: true, exceptions: new Set() };
export const ALL_OFF: Selection = { rest: false, exceptions: new Set() };

/** Shortest form of a run id in an address; long enough that a run yet to come hardly shares it. */
const SHORTEST_ID = 5;

export function isOn(selection: Selection, run: string): boolean {
  return selection.exceptions.has(run) !== selection.rest;
}

/** Switch one run. */
export function withRun(selection: Selection, run: string, on: boolean): Selection {
  if (isOn(selection, run) === on) return selection;
  const exceptions = new Set(selection.exceptions);
  if (!exceptions.delete(run)) exceptions.add(run);
  return { rest: selection.rest, exceptions };
}

/** Switch many of the `known` runs at once. */
export function withRuns(
  selection: Selection,
  runs: Iterable<string>,
  on: boolean,
  known: readonly string[],
): Selection {
  const changed = new Set(runs);
  const onNow = known.filter((run) => (changed.has(run) ? on : isOn(selection, run)));
  if (onNow.length === known.length) return ALL_ON;
  if (onNow.length === 0) return ALL_OFF;
  const rest = onNow.length > known.length / 2;
  const exceptions = new Set(onNow);
  return { rest, exceptions: rest ? new Set(known.filter((run) => !exceptions.has(run))) : exceptions };
}

/**
 * The selection as text: null if all are on, else `off.id.id` or `on.id.id`. Each id is cut to the shortest start that no
 * other of the `known` runs has.
 */
export function toText(selection: Selection, known: readonly string[]): string | null {
  if (selection.exceptions.size === 0) return selection.rest ? null : "on";
  const short = shortIds(known);
  const ids = [...selection.exceptions].sort().map((run) => short.get(run) ?? run);
  return [selection.rest ? "off" : "on", ...ids].join(".");
}

/** The selection that a text holds, or null if there is none that can be read. */
export function fromText(saved: unknown): Selection | null {
  if (typeof saved !== "string" || !/^(on|off)(\.[0-9a-v]{5,13})*$/.test(saved)) return null;
  const [rest, ...ids] = saved.split(".");
  return { rest: rest === "off", exceptions: new Set(ids) };
}

/** Replace ids that a text holds cut short by those of the `known` runs that start so. */
export function resolved(selection: Selection, known: readonly string[]): Selection {
  const complete = new Set(known);
  const open = [...selection.exceptions].filter((id) => !complete.has(id));
  if (open.length === 0) return selection;
  const byStart = new Map<string, string[]>();
  const lengths = new Set(open.map((id) => id.length));
  for (const run of known) {
    for (const length of lengths) {
      const start = run.slice(0, length);
      const runs = byStart.get(start);
      if (runs) runs.push(run);
      else byStart.set(start, [run]);
    }
  }
  const exceptions = new Set(
    [...selection.exceptions].flatMap((id) => (complete.has(id) ? [id] : (byStart.get(id) ?? [id]))),
  );
  return { rest: selection.rest, exceptions };
}

function shortIds(known: readonly string[]): Map<string, string> {
  const sorted = [...new Set(known)].sort();
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
