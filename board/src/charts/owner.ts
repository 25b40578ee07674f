/** Which curve is meant by a place in a picture. */

/**
 * The id of the curve that owns the pixel at this place, else of the one nearest to it within `radius`, else null.
 *
 * @param owner for each pixel, row by row, the id + 1 of its curve, or 0
 * @param x device pixels from the left; `y` from the top, `radius` likewise
 */
export function ownerNear(
  owner: Uint32Array,
  size: { readonly width: number; readonly height: number },
  x: number,
  y: number,
  radius: number,
): number | null {
  const { width, height } = size;
  const [middleRow, middleColumn, reach] = [Math.floor(y), Math.floor(x), Math.ceil(radius)];
  let nearest = reach * reach + 1;
  let found = 0;
  for (let row = Math.max(0, middleRow - reach); row <= Math.min(height - 1, middleRow + reach); row++) {
    const first = Math.max(0, middleColumn - reach);
    for (let column = first; column <= Math.min(width - 1, middleColumn + reach); column++) {
      const distance = (row - middleRow) ** 2 + (column - middleColumn) ** 2;
      const at = owner[row * width + column]!;
      if (at !== 0 && distance < nearest) [nearest, found] = [distance, at];
    }
  }
  return found === 0 ? null : found - 1;
}
