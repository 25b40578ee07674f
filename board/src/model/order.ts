/** The one order of runs: lists, legends, tables and the giving out of colours all follow it. */

import { compared, naturalKey } from "./natural";
import type { Selectable } from "./remembered";

/** What decides where a run stands among all. */
export interface Ordered extends Selectable {
  readonly logdir: string;
  readonly name: string;
}

export class RunOrder<One extends Ordered> {
  private runs: readonly One[] = [];
  private logdirs: readonly string[] = [];
  private ordered: readonly One[] = [];
  private keys = new Map<string, string>();

  /**
   * By log directory as they were given, then by name as people expect it. The same list as long as no run comes, goes
   * or begins: what else there is to know of a run may be out of date in it.
   */
  of(runs: readonly One[], logdirs: readonly string[]): readonly One[] {
    if (areAlike(runs, this.runs) && unlessSame(this.logdirs, logdirs) === this.logdirs) return this.ordered;
    this.runs = runs;
    this.logdirs = logdirs;
    this.keys = new Map(runs.map(({ name }) => [name, this.keys.get(name) ?? naturalKey(name)]));
    const places = new Map(logdirs.map((logdir, place) => [logdir, place]));
    const keyed = runs.map((run) => ({
      run,
      key: this.keys.get(run.name)!,
      logdir: places.get(run.logdir) ?? Infinity,
    }));
    keyed.sort(
      (a, b) =>
        compared(a.logdir, b.logdir) ||
        compared(a.key, b.key) ||
        compared(a.run.name, b.run.name) ||
        compared(a.run.id, b.run.id),
    );
    return (this.ordered = keyed.map(({ run }) => run));
  }
}

/** Whether the lists hold the same runs, in the same places, begun at the same times. */
export function areAlike(a: readonly Selectable[], b: readonly Selectable[]): boolean {
  const isAlike = (run: Selectable, i: number): boolean =>
    run.id === b[i]!.id && run.parent === b[i]!.parent && run.first_wall_time === b[i]!.first_wall_time;
  return a.length === b.length && a.every(isAlike);
}

/** The earlier list if the other holds the same, so that nothing that depends on it is done again. */
export function unlessSame<One>(earlier: readonly One[], list: readonly One[]): readonly One[] {
  return earlier.length === list.length && earlier.every((one, i) => one === list[i]) ? earlier : list;
}
