/** A question to the server that is asked again whenever its answer may have changed: one at a time, and not too often. */

import { ApiError } from "../wire/client";

export class Asking {
  /** What is wrong with the last answer; null while the server is out of reach, for the page says that by itself. */
  fault = $state.raw<string | null>(null);
  private due = false;
  private running = false;
  private ended = false;
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
    void this.work();
  }

  /** Another question than the last: it has no pause to wait for. */
  atOnce(): void {
    this.hurries = true;
    this.again();
    this.endPause();
  }

  /** Nobody is there for an answer any more. */
  end(): void {
    this.ended = true;
  }

  private async work(): Promise<void> {
    if (this.running) return;
    this.running = true;
    while (this.due && !this.ended) {
      this.due = false;
      this.hurries = false;
      try {
        await this.ask();
        this.fault = null;
      } catch (error) {
        this.due = true;
        this.fault = error instanceof ApiError && error.status === 0 ? null : (error as Error).message;
      }
      if (this.hurries) continue;
      await new Promise<void>((resolve) => {
        this.endPause = resolve;
        setTimeout(resolve, this.pauseMs);
      });
    }
    this.running = false;
  }
}
