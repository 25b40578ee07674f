"""A picture of a polyline by the plainest means: which pixels of each column it passes, and which marks it holds."""

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.bool_]
HEIGHT = 150


def column_of(x: Floats, x_min: float, x_max: float, width: int) -> npt.NDArray[np.int64]:
    """The pixel column of each x inside the range; the right edge belongs to the last one."""
    part = (x - x_min) / (x_max - x_min) if x_max > x_min else np.zeros_like(x)
    return np.minimum((part * width).astype(np.int64), width - 1)


def rasterise(
    x: Floats, y: Floats, x_range: tuple[float, float], y_range: tuple[float, float], width: int
) -> tuple[Pixels, Pixels]:
    """Pixels that the line passes (column × row) and marks (column × NaN, Infinity, -Infinity)."""
    x_min, x_max = x_range
    pixels = np.zeros((width, HEIGHT), np.bool_)
    marks = np.zeros((width, 3), np.bool_)
    inside = (x >= x_min) & (x <= x_max)
    column = np.zeros(len(x), np.int64)
    column[inside] = column_of(x[inside], x_min, x_max, width)
    finite = np.isfinite(y)
    kinds = np.stack([np.isnan(y), y == np.inf, y == -np.inf], axis=1)
    for at in np.flatnonzero(inside & ~finite):
        marks[column[at]] |= kinds[at]

    y_min, y_max = map(float, y_range)

    def row(edge: float) -> int:
        return min(max(math.floor((edge - y_min) / (y_max - y_min) * HEIGHT), 0), HEIGHT - 1)

    def paint(place: int, a: float, b: float) -> None:
        pixels[place, row(min(a, b)) : row(max(a, b)) + 1] = True

    # Plain numbers from here on: the same arithmetic as NumPy's, which takes ten times as long for one at a time.
    xs, ys, columns, within = x.tolist(), y.tolist(), column.tolist(), inside.tolist()
    for at in np.flatnonzero(inside & finite):
        paint(columns[at], ys[at], ys[at])
    edges = (x_min + (x_max - x_min) * np.arange(width + 1) / width).tolist()
    for at in np.flatnonzero(finite[:-1] & finite[1:]):
        x0, x1, y0, y1 = xs[at], xs[at + 1], ys[at], ys[at + 1]
        if x1 < x_min or x0 > x_max:
            continue
        first = columns[at] if within[at] else 0
        last = columns[at + 1] if within[at + 1] else width - 1
        for place in range(first, last + 1):
            enter = y0 if place == first and within[at] else y0 + (y1 - y0) * (edges[place] - x0) / (x1 - x0)
            leave = (
                y1
                if place == last and within[at + 1]
                else y0 + (y1 - y0) * (edges[place + 1] - x0) / (x1 - x0)
            )
            paint(place, enter, leave)
    return pixels, marks


def stretches(x: Floats, y: Floats, x_range: tuple[float, float], width: int) -> npt.NDArray[np.int64]:
    """How many stretches of finite and of equal non-finite values each pixel column holds."""
    inside = (x >= x_range[0]) & (x <= x_range[1])
    kind = np.select([np.isfinite(y), np.isnan(y), y > 0], [0, 1, 2], 3)[inside]
    column = column_of(x[inside], *x_range, width)
    begins = np.ones(len(kind), np.bool_)
    begins[1:] = (kind[1:] != kind[:-1]) | (column[1:] != column[:-1])
    return np.bincount(column[begins], minlength=width)
