/** The doctor's report on the board's log directories: begun once all is read, asked for until it is there. */

import { finder, findingsByRun } from "../model/findings";
import { fetchDoctor, lookAgain } from "../wire/client";
import type { Doctor as Look, Finding, Report, Run } from "../wire/types";

const AGAIN_MS = 1_000;
const NONE: readonly Finding[] = [];

export class Doctor {
  /** Null until the first look has ended. */
  report = $state.raw<Report | null>(null);
  looking = $state(false);
  /** Seconds since 1970. */
  ended = $state<number | null>(null);
  fault = $state<string | null>(null);
  /** Whether the report is on show, and of which run only: null for all. */
  open = $state(false);
  only = $state<string | null>(null);

  /** The run that a place names: made anew when runs come or go, not when they log. */
  readonly find = $derived.by(() => finder(this.runs()));
  private readonly byRun = $derived.by(() => findingsByRun(this.report?.findings ?? NONE, this.find));
  /** What hides or distorts data. */
  readonly grave = $derived((this.report?.findings ?? NONE).filter(({ severity }) => severity !== "note"));
  private wanted = false;

  constructor(private readonly runs: () => readonly Run[]) {}

  /** Findings that name the run; the same list as long as they are the same. */
  of(run: string): readonly Finding[] {
    return this.byRun.get(run) ?? NONE;
  }

  /** Begin the first look, unless there was one. */
  want(): void {
    if (this.wanted) return;
    this.wanted = true;
    void this.ask(fetchDoctor);
  }

  /** Look once more. */
  again(): void {
    this.wanted = true;
    if (!this.looking) void this.ask(lookAgain);
  }

  show(run: string | null = null): void {
    this.only = run;
    this.open = true;
    this.want();
  }

  private async ask(first: () => Promise<Look>): Promise<void> {
    this.looking = true;
    try {
      let look = await first();
      while (look.looking) {
        this.take(look);
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
        look = await fetchDoctor();
      }
      this.take(look);
      this.fault = look.message || null;
    } catch (error) {
      this.fault = (error as Error).message;
    } finally {
      this.looking = false;
    }
  }

  private take(look: Look): void {
    if (look.ended === this.ended) return;
    this.ended = look.ended;
    this.report = look.report;
  }
}
