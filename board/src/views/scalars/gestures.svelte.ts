/**
 * What pointer, wheel and keys do to a chart. On the plot a drag is a box to magnify, with Shift or the middle button it
 * moves the window; on an axis it moves that axis. The wheel magnifies an axis that it is turned over, and the plot with
 * Ctrl, Cmd or Alt; else it scrolls the page. A click on the plot pins a step, a double click resets. A finger on the plot
 * scrolls the page, reads values along the plot, or taps, which is a click; two magnify.
 */

import { movedBy, pinched, xOf, yOf, zoomedAt } from "../../charts/window";
import type { View } from "../../charts/curve";
import { latin } from "../../model/keys";
import { type Extent, type PlotSize, zoomToBox } from "../../charts/viewport";

/** CSS pixels from the plot's upper left corner. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

export type Region = "plot" | "x" | "y";

/** The chart as gestures see it. */
export interface Steered {
  readonly view: View;
  readonly plot: PlotSize;
  show(axis: "x" | "y", part: Extent): void;
  /** Everything again, on one axis or both. */
  reset(region: Region): void;
  click(at: Place): void;
  /** The Enter key. */
  enter(at: Place): void;
}

interface Press {
  /** The pointer's id: what others do meanwhile is none of its concern. */
  readonly pointer: number;
  readonly region: Region;
  readonly moves: boolean;
  readonly at: Place;
  /** When it began: what a drag shows depends on that and where the pointer is, not on its way there. */
  readonly view: View;
}

/** Fingers on the plot. */
interface Touch {
  /** Where each was put down, by the pointer's id, and where it is. */
  readonly from: ReadonlyMap<number, Place>;
  readonly to: ReadonlyMap<number, Place>;
  /** When the last one was put down. */
  readonly view: View;
  /** There were never two. */
  readonly taps: boolean;
}

/** CSS pixels from which a press and a release are a drag and not a click. */
const DRAG = 4;
/** The same for a finger, which is less steady. */
const FINGER_DRAG = 10;
/** CSS pixels from which two fingers are apart along an axis, and magnify it. */
const APART = 40;
/** CSS pixels below which a box is none, but a stretch of one axis. */
const FLAT = 10;
const KEY_ZOOM = 1.5;
/** Of the plot: what an arrow key moves. */
const KEY_STRIDE = 1 / 40;
const KEY_MOVE = 1 / 10;
/** CSS pixels of a line and a page, for wheels that count in these. */
const WHEEL_UNITS = [1, 30, 400];
/** Milliseconds without a turn after which another begins, if the pointer did not move before. */
const TURN_MS = 250;

/** Where the turn of the wheel that is going on began: an axis that scrolls under the pointer does not take it over. */
const turn = { target: null as EventTarget | null, last: -Infinity };
addEventListener(
  "wheel",
  ({ target, timeStamp }) => {
    if (timeStamp - turn.last > TURN_MS) turn.target = target;
    turn.last = timeStamp;
  },
  { capture: true, passive: true },
);
addEventListener(
  "pointermove",
  (event) => {
    const { movementX, movementY } = event as PointerEvent; // typed loosely where workers share the declarations
    if (movementX !== 0 || movementY !== 0) turn.last = -Infinity;
  },
  { capture: true, passive: true },
);

export class Gestures {
  /** The pointer over the plot, or where the keys moved it; null: elsewhere. */
  pointer = $state.raw<Place | null>(null);
  private press = $state.raw<Press | null>(null);

  private touch = $state.raw<Touch | null>(null);

  readonly busy = $derived(this.press !== null || (this.touch?.to.size ?? 0) > 1);
  /** The box that is being drawn. */
  readonly box = $derived.by(() => {
    if (!this.press || this.press.moves || !this.pointer) return null;
    const [a, b] = [this.press.at, this.pointer];
    const size = { width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) };
    if (size.width < DRAG && size.height < DRAG) return null;
    // A drag along one axis is meant for that one.
    const { plot } = this.chart;
    const wide = size.height < FLAT && size.width >= FLAT;
    const tall = size.width < FLAT && size.height >= FLAT;
    return {
      x: tall ? 0 : Math.min(a.x, b.x),
      y: wide ? 0 : Math.min(a.y, b.y),
      width: tall ? plot.width : size.width,
      height: wide ? plot.height : size.height,
    };
  });

  constructor(private readonly chart: Steered) {}

  readonly down = (event: PointerEvent, region: Region): void => {
    const middle = event.button === 1;
    if (event.pointerType === "touch" && region === "plot") return this.touchDown(event);
    if ((event.button !== 0 && !middle) || this.isOfAnother(event)) return;
    if (middle) event.preventDefault(); // no scrolling by itself
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    const moves = region !== "plot" || middle || event.shiftKey;
    const at = this.place(event, region);
    this.press = { pointer: event.pointerId, region, moves, at, view: this.chart.view };
  };

  readonly move = (event: PointerEvent, region: Region): void => {
    const at = this.place(event, region);
    if (this.touch?.to.has(event.pointerId)) this.touchMove(this.touch, event.pointerId, at);
    if (this.isOfAnother(event)) return;
    if (region === "plot" && !(this.touch && this.busy)) this.pointer = this.inside(at);
    if (this.press?.moves) this.drag(this.press, at);
  };

  readonly up = (event: PointerEvent, region: Region): void => {
    if (this.isOfAnother(event)) return this.lift(event);
    const { press, box } = this;
    const at = this.place(event, region);
    this.press = null;
    const finger = this.touch?.taps ? this.touch.from.get(event.pointerId) : undefined;
    this.lift(event);
    if (finger) {
      if (Math.hypot(at.x - finger.x, at.y - finger.y) < FINGER_DRAG) this.chart.click(this.inside(at));
    } else if (box) {
      const { plot, view } = this.chart;
      const area = { x0: box.x, y0: box.y, x1: box.x + box.width, y1: box.y + box.height };
      const zoomed = zoomToBox(view, area, plot);
      if (box.width < plot.width) this.chart.show("x", xOf(zoomed));
      if (box.height < plot.height) this.chart.show("y", yOf(zoomed));
    } else if (press && !press.moves && Math.hypot(at.x - press.at.x, at.y - press.at.y) < DRAG) {
      this.chart.click(this.inside(at));
    }
  };

  readonly leave = (event: Event): void => {
    if (event instanceof PointerEvent) {
      this.lift(event);
      if (this.isOfAnother(event)) return;
    }
    this.pointer = null;
    this.press = null;
  };

  /** To be attached to the plot: two fingers do not scroll the page. */
  readonly holdStill = (plot: HTMLElement): (() => void) => {
    const hold = (event: TouchEvent): void => {
      if (event.touches.length > 1 && event.cancelable) event.preventDefault();
    };
    for (const type of ["touchstart", "touchmove"] as const)
      plot.addEventListener(type, hold, { passive: false });
    return () => {
      for (const type of ["touchstart", "touchmove"] as const) plot.removeEventListener(type, hold);
    };
  };

  readonly wheel = (event: WheelEvent, region: Region): void => {
    const asked = region === "plot" ? event.ctrlKey || event.metaKey || event.altKey : true;
    if (!asked || turn.target !== event.target) return;
    event.preventDefault();
    // Shift turns some wheels sideways.
    const turned = (event.deltaY || event.deltaX) * (WHEEL_UNITS[event.deltaMode] ?? 1);
    const factor = Math.exp(-Math.max(-240, Math.min(240, turned)) / 400);
    this.zoom(region, factor, this.inside(this.place(event, region)));
  };

  /** Whether the key was for the chart. */
  readonly key = (event: KeyboardEvent): boolean => {
    const { plot } = this.chart;
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const at = this.pointer ?? { x: plot.width / 2, y: plot.height / 2 };
    const key = latin(event).toLowerCase();
    const sideways = { ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0;
    const upwards = { ArrowDown: -1, ArrowUp: 1 }[event.key] ?? 0;
    if (event.shiftKey && (sideways || upwards)) this.shift(-sideways * KEY_MOVE, -upwards * KEY_MOVE);
    else if (sideways) this.pointer = this.inside({ ...at, x: at.x + sideways * KEY_STRIDE * plot.width });
    else if (event.key === "+" || event.key === "=") this.zoom("plot", KEY_ZOOM, at);
    else if (event.key === "-") this.zoom("plot", 1 / KEY_ZOOM, at);
    else if (key === "x") this.zoom("x", event.shiftKey ? 1 / KEY_ZOOM : KEY_ZOOM, at);
    else if (key === "y") this.zoom("y", event.shiftKey ? 1 / KEY_ZOOM : KEY_ZOOM, at);
    else if (event.key === "Enter") this.chart.enter(at);
    else if (event.key === "Escape") this.giveUp();
    else return false;
    return true;
  };

  /** A box, then the crosshair, then what is magnified. */
  private giveUp(): void {
    if (this.press) this.press = null;
    else if (this.pointer) this.pointer = null;
    else this.chart.reset("plot");
  }

  private zoom(region: Region, factor: number, at: Place): void {
    const { view, plot } = this.chart;
    const { xScale = "linear", yScale = "linear" } = view;
    if (region !== "y") this.chart.show("x", zoomedAt(xOf(view), xScale, factor, at.x / plot.width));
    if (region !== "x") this.chart.show("y", zoomedAt(yOf(view), yScale, factor, 1 - at.y / plot.height));
  }

  private shift(right: number, up: number): void {
    const { view } = this.chart;
    if (right !== 0) this.chart.show("x", movedBy(xOf(view), view.xScale ?? "linear", right));
    if (up !== 0) this.chart.show("y", movedBy(yOf(view), view.yScale ?? "linear", up));
  }

  private drag({ region, at: from, view }: Press, at: Place): void {
    const { plot } = this.chart;
    const { xScale = "linear", yScale = "linear" } = view;
    const [right, up] = [(at.x - from.x) / plot.width, (from.y - at.y) / plot.height];
    if (region !== "y" && right !== 0) this.chart.show("x", movedBy(xOf(view), xScale, right));
    if (region !== "x" && up !== 0) this.chart.show("y", movedBy(yOf(view), yScale, up));
  }

  /** Something is being dragged, and not by this pointer. */
  private isOfAnother({ pointerId }: PointerEvent): boolean {
    return this.press !== null && this.press.pointer !== pointerId;
  }

  private touchDown(event: PointerEvent): void {
    const to = new Map(this.touch?.to).set(event.pointerId, this.place(event, "plot"));
    this.touch = { from: to, to, view: this.chart.view, taps: to.size === 1 };
    if (to.size > 1) this.pointer = null;
  }

  /** Fingers beside each other magnify x, one above the other y, and slantwise both. */
  private touchMove(touch: Touch, finger: number, at: Place): void {
    const to = new Map(touch.to).set(finger, at);
    this.touch = { ...touch, to };
    if (to.size !== 2) return;
    const { plot } = this.chart;
    const { view, from } = touch;
    const { xScale = "linear", yScale = "linear" } = view;
    const [a, b] = [...from.values()] as [Place, Place];
    const [c, d] = [...to.values()] as [Place, Place];
    const across = (one: Place, other: Place) => [one.x / plot.width, other.x / plot.width] as const;
    const up = (one: Place, other: Place) => [1 - one.y / plot.height, 1 - other.y / plot.height] as const;
    if (Math.abs(a.x - b.x) >= APART)
      this.chart.show("x", pinched(xOf(view), xScale, across(a, b), across(c, d)));
    if (Math.abs(a.y - b.y) >= APART) this.chart.show("y", pinched(yOf(view), yScale, up(a, b), up(c, d)));
  }

  /** The fingers that are left begin anew from where they are. */
  private lift({ pointerId }: PointerEvent): void {
    if (!this.touch?.to.has(pointerId)) return;
    const to = new Map(this.touch.to);
    to.delete(pointerId);
    this.touch = to.size === 0 ? null : { from: to, to, view: this.chart.view, taps: false };
  }

  /** Axes lie beside the plot, and share one of its sides: the place along it is the same. */
  private place(event: MouseEvent, region: Region): Place {
    const frame = (event.currentTarget as Element).getBoundingClientRect();
    const [x, y] = [event.clientX - frame.left, event.clientY - frame.top];
    return { x: region === "y" ? 0 : x, y: region === "x" ? 0 : y };
  }

  private inside({ x, y }: Place): Place {
    const { plot } = this.chart;
    return { x: Math.min(plot.width, Math.max(0, x)), y: Math.min(plot.height, Math.max(0, y)) };
  }
}
