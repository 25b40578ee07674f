/** Where what opens at a button stands. */

/** CSS pixels between it and its button or the window's edge. */
const GAP = 4;

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * The style of a fixed element at least as wide as `width`: at the button's right edge, moved as far as the window's
 * left edge asks, below the button or, in the lower half of the window, above it, and no larger than there is room.
 */
export function placeAt(
  button: { readonly top: number; readonly bottom: number; readonly right: number },
  width: number,
  window: Size,
): string {
  const right = Math.max(GAP, Math.min(window.width - button.right, window.width - width - GAP));
  const above = button.top + button.bottom > window.height;
  const from = (above ? window.height - button.top : button.bottom) + GAP;
  return [
    `right: ${right}px`,
    `${above ? "bottom" : "top"}: ${from}px`,
    `max-width: ${window.width - right - GAP}px`,
    `max-height: ${window.height - from - GAP}px`,
  ].join("; ");
}
