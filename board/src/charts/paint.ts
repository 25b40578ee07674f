/** The order and the paint of the curves of one picture, in columns that cross to a worker without a copy. */

import { BAND_OPACITY, type CurveStyle, STROKE_WIDTH } from "./curve";

/** Visible curves from back to front. */
export interface PaintList {
  readonly ids: Uint32Array<ArrayBuffer>;
  /** 0xAABBGGRR with full alpha. */
  readonly colors: Uint32Array<ArrayBuffer>;
  /** Stroke widths in CSS pixels. */
  readonly widths: Float64Array<ArrayBuffer>;
  /** 0 to 256. */
  readonly opacities: Uint32Array<ArrayBuffer>;
  /** 0 to 256, of bands. */
  readonly bandOpacities: Uint32Array<ArrayBuffer>;
  readonly dashes: Uint8Array<ArrayBuffer>;
}

/** Leaves out what is hidden, orders by id, puts emphasised curves last. */
export function paintList(styles: readonly CurveStyle[]): PaintList {
  const order = styles.filter((style) => style.visible).sort(fromBack);
  const packed = new Map<string, number>();
  const pack = (color: string): number => {
    let found = packed.get(color);
    if (found === undefined) packed.set(color, (found = packColor(color)));
    return found;
  };
  return {
    ids: Uint32Array.from(order, (style) => style.id),
    colors: Uint32Array.from(order, (style) => pack(style.color)),
    widths: Float64Array.from(order, (style) => style.width ?? STROKE_WIDTH),
    opacities: Uint32Array.from(order, (style) => parts(style.opacity ?? 1)),
    bandOpacities: Uint32Array.from(order, (style) => parts(style.bandOpacity ?? BAND_OPACITY)),
    dashes: Uint8Array.from(order, (style) => style.dash ?? 0),
  };
}

function fromBack(a: CurveStyle, b: CurveStyle): number {
  return a.front === b.front
    ? a.id - b.id
    : Number(a.front ?? false) - Number(b.front ?? false) || a.id - b.id;
}

/** 0 to 1 as 0 to 256. */
function parts(opacity: number): number {
  return Math.round(256 * Math.min(1, Math.max(0, opacity)));
}

/** `#rrggbb` as 0xAABBGGRR with full alpha. */
export function packColor(color: string): number {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  if (match === null)
    throw new TypeError(`A curve's color is written #rrggbb; found ${JSON.stringify(color)}.`);
  const [red, green, blue] = match.slice(1).map((channel) => parseInt(channel, 16)) as [
    number,
    number,
    number,
  ];
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
