/** Dragging over a column of boxes: all of them become what the first one becomes. */

/** The list as it is now: rows may come and go during the drag. */
interface List {
  /** The row at a height of the window; undefined: there are none. */
  keyAt(clientY: number): string | undefined;
  placeOf(key: string): number | undefined;
  scrollTowards(clientY: number): void;
}

/** Its ends by their keys: a run that comes meanwhile shifts no end to another row. */
interface Stretch {
  readonly from: string;
  readonly to: string;
  readonly on: boolean;
}

export class BoxDrag {
  /** Rows that were dragged over so far; they are switched when the pointer is let go, in one step. */
  private stretch = $state.raw<Stretch | null>(null);
  /** Their places now; null: there are none, or an end is gone. */
  private readonly places = $derived.by(() => {
    if (this.stretch === null) return null;
    const [from, to] = [this.list.placeOf(this.stretch.from), this.list.placeOf(this.stretch.to)];
    return from === undefined || to === undefined ? null : { from, to };
  });

  constructor(private readonly list: List) {}

  /** What becomes of a row's box; null: it stays as it is. */
  at(key: string): boolean | null {
    const { stretch, places } = this;
    if (stretch === null || places === null) return null;
    const place = this.list.placeOf(key) ?? -1;
    return places.from <= place && place <= places.to ? stretch.on : null;
  }

  /**
   * The pointer went down on a box. Follow it; `done` is told which rows it went over, if it ever left the first. A finger scrolls.
   */
  start(event: PointerEvent, done: (from: number, to: number, on: boolean) => void): void {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || box.type !== "checkbox" || event.pointerType === "touch")
      return;
    if (event.button !== 0 || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
    const first = this.list.keyAt(event.clientY);
    if (first === undefined) return;
    const on = !box.checked;
    const stop = new AbortController();
    const { signal } = stop;
    const move = ({ clientY }: PointerEvent): void => {
      const key = this.list.keyAt(clientY);
      if (key === undefined || (this.stretch === null && key === first)) return;
      this.list.scrollTowards(clientY);
      this.stretch = this.reaching(this.stretch ?? { from: first, to: first, on }, key);
    };
    const end = ({ type }: Event): void => {
      stop.abort();
      const { stretch, places } = this;
      this.stretch = null;
      if (stretch === null) return;
      // Where the pointer came back to the first box, a click follows, which would switch that one back.
      const swallow = (click: Event): void => {
        click.preventDefault();
        click.stopPropagation();
      };
      addEventListener("click", swallow, { capture: true, once: true });
      setTimeout(() => removeEventListener("click", swallow, { capture: true }));
      if (type === "pointerup" && places !== null) done(places.from, places.to, on);
    };
    addEventListener("pointermove", move, { signal });
    addEventListener("pointerup", end, { signal });
    addEventListener("pointercancel", end, { signal });
  }

  private reaching(stretch: Stretch, key: string): Stretch {
    const place = this.list.placeOf(key) ?? 0;
    const isBefore = place < (this.list.placeOf(stretch.from) ?? 0);
    const isAfter = place > (this.list.placeOf(stretch.to) ?? 0);
    return { ...stretch, ...(isBefore && { from: key }), ...(isAfter && { to: key }) };
  }
}
