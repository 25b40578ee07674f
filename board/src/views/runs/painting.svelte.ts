/** Dragging over a column of boxes: all of them become what the first one becomes. */

export interface Places {
  /** The row at a height of the window. */
  placeAt(clientY: number): number;
  scrollTowards(clientY: number): void;
}

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly on: boolean;
}

export class Painting {
  /** Rows painted so far; they are switched when the pointer is let go, in one step. */
  stretch = $state.raw<Stretch | null>(null);

  /** How a row is painted; null: not at all. */
  at(place: number): boolean | null {
    const { stretch } = this;
    return stretch !== null && stretch.from <= place && place <= stretch.to ? stretch.on : null;
  }

  /**
   * The pointer went down on a box. Follow it; `done` is told what was painted, if it ever left its row. A finger scrolls.
   */
  start(event: PointerEvent, places: Places, done: (stretch: Stretch) => void): void {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || box.type !== "checkbox" || event.pointerType === "touch")
      return;
    if (event.button !== 0 || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
    const first = places.placeAt(event.clientY);
    const on = !box.checked;
    const stop = new AbortController();
    const { signal } = stop;
    const move = ({ clientY }: PointerEvent): void => {
      const place = places.placeAt(clientY);
      if (this.stretch === null && place === first) return;
      places.scrollTowards(clientY);
      const { from, to } = this.stretch ?? { from: first, to: first };
      this.stretch = { from: Math.min(from, place), to: Math.max(to, place), on };
    };
    const end = ({ type }: Event): void => {
      stop.abort();
      const { stretch } = this;
      this.stretch = null;
      if (stretch === null) return;
      // Where the pointer came back to the first box, a click follows, which would switch that one back.
      const swallow = (click: Event): void => {
        click.preventDefault();
        click.stopPropagation();
      };
      addEventListener("click", swallow, { capture: true, once: true });
      setTimeout(() => removeEventListener("click", swallow, { capture: true }));
      if (type === "pointerup") done(stretch);
    };
    addEventListener("pointermove", move, { signal });
    addEventListener("pointerup", end, { signal });
    addEventListener("pointercancel", end, { signal });
  }
}
