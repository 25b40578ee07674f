"""A picture of a polyline by the plainest means: which pixels of each column it passes, and which marks it holds."""

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

    def paint(place: int, a: float, b: float) -> None:
        low, high = sorted((a, b))
        rows = [(edge - y_range[0]) / (y_range[1] - y_range[0]) * HEIGHT for edge in (low, high)]
        first, last = (int(np.clip(np.floor(row), 0, HEIGHT - 1)) for row in rows)
        pixels[place, first : last + 1] = True

    for at in np.flatnonzero(inside & finite):
        paint(column[at], y[at], y[at])
    edges = x_min + (x_max - x_min) * np.arange(width + 1) / width
    for at in np.flatnonzero(finite[:-1] & finite[1:]):
        x0, x1, y0, y1 = x[at], x[at + 1], y[at], y[at + 1]
        if x1 < x_min or x0 > x_max:
            continue
        first = column[at] if inside[at] else 0
        last = column[at + 1] if inside[at + 1] else width - 1
        for place in range(first, last + 1):
            enter = y0 if place == first and inside[at] else y0 + (y1 - y0) * (edges[place] - x0) / (x1 - x0)
            leave = (
                y1
                if place == last and inside[at + 1]
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
