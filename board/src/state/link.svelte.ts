/** Windows on the x axis: each card's own and, if they are linked, that of all; and the crosshair that all cards share. */

import type { Extent } from "../charts/viewport";

/** The part of the x axis that a person chose. It holds on the axis that it was chosen on: steps are no seconds. */
export class XWindow {
  private chosen = $state.raw<{ readonly part: Extent; readonly axis: string } | null>(null);
  /** It moves on with what is logged. */
  follows = $state(false);
  /** The newest x when it was chosen. */
  private seenTo = $state(Infinity);

  on(axis: string): Extent | null {
    return this.chosen?.axis === axis ? this.chosen.part : null;
  }

  choose(part: Extent, axis: string, newest: number): void {
    this.chosen = { part, axis };
    this.follows = false;
    this.seenTo = newest;
  }

  /** Whether something was logged since that lies to the right of what is seen. */
  misses(newest: number, max: number): boolean {
    return this.chosen !== null && !this.follows && newest > this.seenTo && newest > max;
  }

  reset(): void {
    this.chosen = null;
    this.follows = false;
  }
}

export class Link {
  /** In use while the x axes of all cards are linked. */
  readonly x = new XWindow();
  /** Where the crosshair is, in whichever card. */
  cross = $state.raw<{ readonly x: number; readonly axis: string } | null>(null);
}
