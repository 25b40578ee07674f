/** The canvas of one chart, drawn by a worker of the pool. */

import type { Curve, CurveStyle, View } from "./curve";
import { ownerNear } from "./owner";
import { buffersOf, packCurves } from "./pack";
import { paintList } from "./paint";
import { oncePainted } from "./painted";
import type { PoolSeat, RasterPool } from "./pool";
import type { DrawOrder, Drawing } from "./protocol";
import type { RasterSize } from "./raster";
import type { ScaleKind } from "./scale";

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class ChartSurface {
  private readonly seat: PoolSeat;
  private readonly context: ImageBitmapRenderingContext;
  private readonly curves = new Map<number, Curve>();
  private size: RasterSize = { width: 1, height: 1, pixelRatio: 1 };
  private shown: { readonly owner: Uint32Array; readonly size: RasterSize } | null = null;

  // At most one order is with the worker and at most one, the latest, waits for it: a slow picture never
  // builds a queue, and yet each picture that is ready shows.
  private drawing: DrawOrder | null = null;
  private next: DrawOrder | null = null;
  private drawingWaiters: Waiter[] = [];
  private nextWaiters: Waiter[] = [];
  /** The order that waits is sent with the next frame. */
  private due = false;
  private destroyed = false;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    pool: RasterPool,
  ) {
    const context = canvas.getContext("bitmaprenderer");
    if (context === null) throw new Error("The canvas of a chart already has another kind of context.");
    this.context = context;
    this.seat = pool.join({
      drawn: (drawing) => this.show(drawing),
      failed: (error) => this.fail(error),
      replaced: () => this.startOver(),
    });
  }

  /** Takes effect with the next `draw`; until then the last picture stays, stretched by the page's layout. */
  resize(cssWidth: number, cssHeight: number, devicePixelRatio: number): void {
    this.size = {
      width: Math.max(1, Math.round(cssWidth * devicePixelRatio)),
      height: Math.max(1, Math.round(cssHeight * devicePixelRatio)),
      pixelRatio: devicePixelRatio,
    };
  }

  /** Adds curves, or replaces those with the same id. The columns are copied and must not change afterwards. */
  setCurves(curves: readonly Curve[]): void {
    for (const curve of curves) this.curves.set(curve.id, curve);
    this.send(curves);
  }

  removeCurves(ids: readonly number[]): void {
    for (const id of ids) this.curves.delete(id);
    this.seat.post({ kind: "remove", chart: this.seat.chart, ids }, []);
  }

  /**
   * Resolves when this picture, or a later one that superseded it, is on the canvas, or the chart is
   * destroyed. Rejects when it cannot be drawn.
   */
  draw(view: View, styles: readonly CurveStyle[]): Promise<void> {
    if (this.destroyed) return Promise.resolve();
    this.next = { list: paintList(styles), view: plain(view), size: this.size };
    return new Promise((resolve, reject) => {
      this.nextWaiters.push({ resolve, reject });
      this.advanceOncePainted();
    });
  }

  /**
   * The curve that owns the pixel at this place, else the one nearest to it within `radius`, else null.
   * All in CSS pixels from the canvas's upper left corner.
   */
  pick(cssX: number, cssY: number, radius = 6): number | null {
    if (this.shown === null) return null;
    const { owner, size } = this.shown;
    const { pixelRatio } = size;
    return ownerNear(owner, size, cssX * pixelRatio, cssY * pixelRatio, radius * pixelRatio);
  }

  destroy(): void {
    this.destroyed = true;
    this.seat.leave();
    this.curves.clear();
    this.shown = null;
    this.drawing = this.next = null;
    this.settle((waiter) => waiter.resolve());
  }

  private send(curves: Iterable<Curve>): void {
    for (const some of packCurves(curves)) {
      this.seat.post({ kind: "curves", chart: this.seat.chart, curves: some }, buffersOf(some));
    }
  }

  /** What made the picture change, such as a box that was ticked, is painted before workers take the processor. */
  private advanceOncePainted(): void {
    if (this.drawing !== null || this.due) return;
    this.due = true;
    oncePainted(() => {
      this.due = false;
      this.advance();
    });
  }

  private advance(): void {
    if (this.drawing !== null || this.next === null) return;
    this.drawing = this.next;
    this.drawingWaiters = this.nextWaiters;
    this.next = null;
    this.nextWaiters = [];
    this.seat.post({ kind: "draw", chart: this.seat.chart, order: this.drawing }, []);
  }

  private show({ bitmap, owner }: Drawing): void {
    if (this.drawing === null) return bitmap.close();
    const { size } = this.drawing;
    const { width, height } = size;
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
    this.context.transferFromImageBitmap(bitmap);
    this.shown = { owner, size };
    for (const waiter of this.drawingWaiters) waiter.resolve();
    this.drawing = null;
    this.drawingWaiters = [];
    this.advance();
  }

  private fail(error: Error): void {
    this.drawing = this.next = null;
    this.settle((waiter) => waiter.reject(error));
  }

  private settle(finish: (waiter: Waiter) => void): void {
    const waiters = [...this.drawingWaiters, ...this.nextWaiters];
    this.drawingWaiters = [];
    this.nextWaiters = [];
    waiters.forEach(finish);
  }

  private startOver(): void {
    this.send(this.curves.values());
    if (this.drawing !== null)
      this.seat.post({ kind: "draw", chart: this.seat.chart, order: this.drawing }, []);
  }
}

/** A copy, since the caller may reuse its view, and frameworks' proxies do not cross to a worker. */
function plain({ xMin, xMax, yMin, yMax, xScale = "linear", yScale = "linear" }: View): View {
  const copy = (kind: ScaleKind): ScaleKind => (typeof kind === "object" ? { symlog: kind.symlog } : kind);
  return { xMin, xMax, yMin, yMax, xScale: copy(xScale), yScale: copy(yScale) };
}
