/**
 * A question to the server that is asked again whenever its answer may have changed: one at a time, and not too often. One
 * that is refused is asked ever more rarely.
 */

import { ApiError } from "../wire/client";

/** Milliseconds until a question without an answer is asked again: the first time, and at most. */
const RETRY_MS = 250;
const LONGEST_AWAY_MS = 1_000;
const LONGEST_REFUSED_MS = 5_000;

export class Asking {
  /** What is wrong with the last answer; null while the server is out of reach, for the page says that by itself. */
  fault = $state.raw<string | null>(null);
  private due = false;
  private running = false;
  private ended = false;
  private rests = false;
  /** The next question waits for no pause. */
  private hurries = false;
  private endPause = (): void => undefined;

  /**
   * @param ask takes in the answer; throws what it was refused with, and is called again then
   * @param pauseMs milliseconds between two questions
   */
  constructor(
    private readonly ask: () => Promise<void>,
    private readonly pauseMs: number,
  ) {}

  /** What is at hand may be out of date. */
  again(): void {
    this.due = true;
    this.rests = false;
    void this.work();
  }

  /** Another question than the last: it has no pause to wait for. */
  atOnce(): void {
    this.hurries = true;
    this.again();
    this.endPause();
  }

  /** For now, nobody is there for an answer. */
  rest(): void {
    this.rests = true;
    this.due = false;
    this.endPause();
  }

  /** Nobody is there for an answer any more. */
  end(): void {
    this.ended = true;
  }

  private async work(): Promise<void> {
    if (this.running) return;
    this.running = true;
    let retryMs = RETRY_MS;
    while (this.due && !this.ended) {
      this.due = false;
      this.hurries = false;
      let waitMs = this.pauseMs;
      try {
        await this.ask();
        this.fault = null;
        retryMs = RETRY_MS;
      } catch (error) {
        const away = error instanceof ApiError && error.status === 0;
        this.fault = away ? null : (error as Error).message;
        if (!this.rests) this.due = true;
        waitMs = Math.max(waitMs, retryMs);
        retryMs = Math.min(2 * waitMs, away ? LONGEST_AWAY_MS : LONGEST_REFUSED_MS);
      }
      if (this.hurries) continue;
      await new Promise<void>((resolve) => {
        this.endPause = resolve;
        setTimeout(resolve, waitMs);
      });
    }
    this.running = false;
  }
}
