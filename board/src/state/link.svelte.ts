/** Windows on the x axis: each card's own and, if they are linked, that of all; and the crosshair that all cards share. */

import type { Extent } from "../charts/viewport";
import { newestSince } from "../model/news";
import type { Series } from "../model/series";

/** A card as its window watches it. */
interface Watched {
  /** Every run's points; null until they are there. */
  readonly overview: readonly Series[] | null;
}

interface Chosen {
  readonly part: Extent;
  readonly axis: string;
}

/** The part of the x axis that a person chose. It holds on the axis that it was chosen on: steps are no seconds. */
export class XWindow {
  private chosen = $state.raw<Chosen | null>(null);
  /** It moves on with what is logged. */
  follows = $state(false);
  /** What each card had when that was chosen. */
  private readonly seen = new WeakMap<Watched, { readonly at: Chosen; readonly series: readonly Series[] }>();

  on(axis: string): Extent | null {
    return this.chosen?.axis === axis ? this.chosen.part : null;
  }

  choose(part: Extent, axis: string): void {
    this.chosen = { part, axis };
    this.follows = false;
  }

  /** Whether something that a card draws was logged since, and lies to the right of what is seen: beyond `max`. */
  misses(card: Watched, axis: string, isDrawn: (run: string) => boolean, max: number): boolean {
    const { chosen } = this;
    const { overview } = card;
    if (chosen?.axis !== axis || this.follows || overview === null) return false;
    const known = this.seen.get(card);
    if (known?.at === chosen) return newestSince(known.series, overview, isDrawn) > max;
    this.seen.set(card, { at: chosen, series: overview });
    return false;
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
