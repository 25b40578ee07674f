/** How wide texts are, without laying them out. */

import type { Measure } from "../model/cut_names";

let context: OffscreenCanvasRenderingContext2D | null = null;
/** The one that the context was given last, which may write it otherwise. */
let given = "";

/** CSS pixels in the font that an element has now. */
export function measureIn(element: Element): Measure {
  const { font } = getComputedStyle(element);
  return (text) => {
    context ??= new OffscreenCanvas(1, 1).getContext("2d")!;
    if (given !== font) context.font = given = font;
    return context.measureText(text).width;
  };
}
