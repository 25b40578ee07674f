"""Smoothing, against its definition in NumPy."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index.following import Following, Smoothing
from index.random_series import AXES, SHAPES, Floats, in_order, position, random_points, write_points
from index.records import header, scalar, write

Follow = Callable[..., Following]


def smooth(x: Floats, y: Floats, smoothing: Smoothing) -> Floats:
    """A weighted mean of all finite values, for each."""
    kind, amount = smoothing
    finite, smoothed = np.isfinite(y), y.copy()
    known_x, known_y = x[finite], y[finite]
    powers = amount ** np.arange(len(known_y), dtype=np.float64) if kind == "ema" else None
    for count, place in enumerate(np.flatnonzero(finite)):
        if powers is not None:
            weights = np.zeros(len(known_y))
            weights[: count + 1] = powers[count::-1]
        elif kind == "gaussian":
            weights = np.exp(-((known_x - x[place]) ** 2) / (2 * amount**2))
        else:
            weights = (np.abs(known_x - x[place]) <= amount / 2).astype(np.float64)
        smoothed[place] = (weights * known_y).sum() / weights.sum()
    return smoothed


@pytest.mark.parametrize("shape", SHAPES)
def test_smoothing_is_as_defined(tmp_path: Path, follow: Follow, shape: str) -> None:
    points = random_points(np.random.default_rng(3 + SHAPES.index(shape)), shape, 2_500)
    write_points(tmp_path / "run", {"loss": points})
    following = follow(tmp_path)
    following.until_loaded()
    first = following.run("run")["first_wall_time"]
    amounts: list[Smoothing] = [("ema", 0.0), ("ema", 0.6), ("ema", 0.999)]
    amounts += [("gaussian", sigma) for sigma in (0.01, 3.0, 170.0, 1e7)]
    amounts += [("mean", window) for window in (0.01, 8.0, 500.0, 1e7)]
    for axis in AXES:
        _, ordered = in_order([points], axis)
        x = position(axis, ordered.step, ordered.wall_time, first)
        scale = np.abs(ordered.value[np.isfinite(ordered.value)]).max()
        for smoothing in amounts:
            frame = following.scalars(axis=axis, smoothing=smoothing)
            found = frame.columns["smoothed"]
            expected = smooth(x, ordered.value, smoothing)
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9 * scale, err_msg=f"{smoothing}")
            np.testing.assert_array_equal(frame.columns["value"], ordered.value)


def test_a_window_of_any_width_takes_no_longer(tmp_path: Path, follow: Follow) -> None:
    """Each pair of 200,000 points would take minutes."""
    count = 200_000
    points = random_points(np.random.default_rng(1), "walk", count)
    write_points(tmp_path / "run", {"loss": points})
    following = follow(tmp_path)
    following.until_loaded()
    for kind in ("gaussian", "mean"):
        for amount in (1e3, 1e5, 1e300):
            smoothed = following.scalars(width=10, smoothing=(kind, amount)).columns["smoothed"]
            low, high = points.value.min(), points.value.max()
            assert ((smoothed >= low) & (smoothed <= high)).all()
        np.testing.assert_allclose(smoothed, points.value.mean(), rtol=1e-9)


def test_wall_times_that_no_clock_shows_are_no_obstacle(tmp_path: Path, follow: Follow) -> None:
    """Their difference is more than a float can hold."""
    values = [scalar(step, step, wall_time=wall_time) for step, wall_time in enumerate([5.0, 1.7e308, 9.0])]
    write(tmp_path / "run", header(-1.7e308) + b"".join(values))
    following = follow(tmp_path)
    following.until_loaded()
    for axis in AXES:
        for smoothing in (("ema", 0.5), ("gaussian", 1.0), ("mean", 2.0)):
            frame = following.scalars(axis=axis, smoothing=smoothing)
            assert frame.columns["wall_time"].tolist() == [5.0, 5.0, 9.0]
            assert np.isfinite(frame.columns["smoothed"]).all()
