/** The curves on one canvas: a worker has each series' points once, and draws them in the styles asked for. */

import { ChartSurface } from "../../charts/surface";
import type { Curve, CurveStyle, View } from "../../charts/curve";
import type { RasterPool } from "../../charts/pool";
import type { PlotSize } from "../../charts/viewport";
import { type CurveIds, rawId, type Shown } from "../../model/plot";
import type { Series } from "../../model/series";

export class DrawnCurves {
  private readonly surface: ChartSurface;
  private readonly sent = new Map<number, Series>();

  constructor(
    canvas: HTMLCanvasElement,
    pool: RasterPool,
    private readonly ids: CurveIds,
  ) {
    this.surface = new ChartSurface(canvas, pool);
  }

  /**
   * Resolves when these curves, or later ones, are on the canvas.
   * @param ratio device pixels in a CSS pixel
   */
  draw(
    shown: readonly Shown[],
    view: View,
    styles: readonly CurveStyle[],
    { width, height }: PlotSize,
    ratio: number,
  ): Promise<void> {
    this.surface.resize(width, height, ratio);
    this.sync(shown);
    return this.surface.draw(view, styles);
  }

  /** The run whose curve is at this place of the plot, or close by. */
  runAt(x: number, y: number): string | null {
    const curve = this.surface.pick(x, y);
    return curve === null ? null : this.ids.runOf(curve);
  }

  destroy(): void {
    this.surface.destroy();
  }

  /** Hand the worker those series that it does not have yet, and take back those that are gone. */
  private sync(shown: readonly Shown[]): void {
    const isSent = ({ series }: Shown): boolean => this.sent.get(this.ids.of(series)) === series;
    if (shown.length === this.sent.size && shown.every(isSent)) return; // nearly always
    const now = new Map(shown.map(({ series }) => [this.ids.of(series), series]));
    const changed = [...now].filter(([id, series]) => this.sent.get(id) !== series);
    if (changed.length > 0) this.surface.setCurves(changed.flatMap(([id, series]) => curvesOf(id, series)));
    const gone = [...this.sent.keys()].filter((id) => !now.has(id));
    if (gone.length > 0) this.surface.removeCurves(gone.flatMap((id) => [rawId(id), id]));
    for (const id of gone) this.sent.delete(id);
    for (const [id, series] of changed) this.sent.set(id, series);
  }
}

/** The raw curve, if there is a smoothed one, then the main one. */
export function curvesOf(id: number, { x, value, smoothed, join, group }: Series): Curve[] {
  const curve = (id: number, y: Float64Array): Curve => (join?.dots ? asDots({ id, x, y }) : { id, x, y });
  if (group?.band) return [{ id, x, y: value, ...group.band }];
  return smoothed === null ? [curve(id, value)] : [curve(rawId(id), value), curve(id, smoothed)];
}

/** A break between any two points: each stands alone. */
function asDots({ id, x, y }: Curve): Curve {
  const apart = { x: new Float64Array(2 * x.length), y: new Float64Array(2 * y.length).fill(NaN) };
  for (let i = 0; i < x.length; i++) {
    apart.x[2 * i] = apart.x[2 * i + 1] = x[i]!;
    apart.y[2 * i] = y[i]!;
  }
  return { id, ...apart };
}
