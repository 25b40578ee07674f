"""What is left out of a picture never shows: all points and the vertices answered cover the same pixels."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.following import Following, Smoothing
from index.random_series import (
    AXES,
    SHAPES,
    Floats,
    in_order,
    points_of,
    position,
    random_points,
    write_points,
)
from index.raster import rasterise, stretches
from lightboard.index import ColumnFrame

Follow = Callable[..., Following]
STRETCHES = 8
"""Stretches of a pixel column that are kept apart (spec/api.md)."""
COUNT = 6_000


def curves(frame: ColumnFrame, curve: str = "value") -> list[tuple[dict[str, Any], Floats, Floats]]:
    """Entry, x and values of each series of an answer."""
    found = []
    for entry in frame.header["series"]:
        place = slice(entry["start"], entry["start"] + entry["length"])
        step, wall_time = frame.columns["step"][place], frame.columns["wall_time"][place]
        x = position(frame.header["axis"], step, wall_time, entry["first_wall_time"])
        found.append((entry, x, frame.columns[curve][place]))
    return found


def assert_same_picture(
    frame: ColumnFrame, everything: list[tuple[Floats, Floats]], curve: str = "value"
) -> int:
    """Rasterises all points and the answered vertices; returns how many pixel columns were compared."""
    picture, width = frame.header["pictures"][0], frame.header["width"]
    x_range = (picture["x_min"], picture["x_max"])
    answered = curves(frame, curve)
    assert len(answered) == len(everything)
    compared = 0
    for (entry, x, y), (all_x, all_y) in zip(answered, everything, strict=True):
        finite = all_y[np.isfinite(all_y) & (all_x >= x_range[0]) & (all_x <= x_range[1])]
        y_range = (finite.min(), finite.max() + 1e-9) if len(finite) else (0.0, 1.0)
        pixels, marks = rasterise(x, y, x_range, y_range, width)
        all_pixels, all_marks = rasterise(all_x, all_y, x_range, y_range, width)
        np.testing.assert_array_equal(marks, all_marks)
        kept_apart = stretches(all_x, all_y, x_range, width) < STRETCHES
        differing = (pixels != all_pixels).any(axis=1) & kept_apart
        assert differing.sum() == 0, np.flatnonzero(differing)
        inside = ((all_x >= x_range[0]) & (all_x <= x_range[1])).sum()
        assert entry["thinned"] == (((x >= x_range[0]) & (x <= x_range[1])).sum() < inside)
        compared += int(kept_apart.sum())
    return compared


def ranges(dice: np.random.Generator, x: Floats) -> list[tuple[float | None, float | None]]:
    zoomed = [np.sort(dice.uniform(x[0], x[-1], 2)) for _ in range(3)]
    narrow = dice.uniform(x[0], x[-1])
    return [(None, None), (narrow, narrow + (x[-1] - x[0]) / 30), *((low, high) for low, high in zoomed)]


@pytest.mark.parametrize("shape", SHAPES)
def test_no_pixel_column_differs(tmp_path: Path, follow: Follow, shape: str) -> None:
    dice = np.random.default_rng(SHAPES.index(shape))
    points = random_points(dice, shape, COUNT)
    write_points(tmp_path / "run", {"loss": points})
    following = follow(tmp_path)
    following.until_loaded()
    first = following.run("run")["first_wall_time"]
    compared = thinned = 0
    for axis in AXES:
        _, ordered = in_order([points], axis)
        x = position(axis, ordered.step, ordered.wall_time, first)
        for low, high in ranges(dice, x):
            for width in (37, 200):
                frame = following.scalars(axis=axis, x_min=low, x_max=high, width=width)
                compared += assert_same_picture(frame, [(x, ordered.value)])
                thinned += frame.header["series"][0]["thinned"]
    assert compared > 1_000
    assert thinned > 10


def test_no_pixel_column_differs_over_several_attempts(tmp_path: Path, follow: Follow) -> None:
    dice = np.random.default_rng(5)
    first, second = random_points(dice, "holes", 3_000), random_points(dice, "walk", 2_000)
    second = points_of(second.step + 1_500, second.wall_time + 10_000, second.value)
    write_points(tmp_path / "run", {"loss": first})
    write_points(tmp_path / "run", {"loss": second})
    following = follow(tmp_path)
    following.until_loaded()
    everything = [(part.step.astype(np.float64), part.value) for part in (first, second)]
    for low, high in [(None, None), (1_000.0, 2_200.0), (2_990.5, 2_991.5)]:
        frame = following.scalars(x_min=low, x_max=high, width=60)
        assert [entry["attempt"] for entry in frame.header["series"]] == [0, 1]
        assert_same_picture(frame, everything)


@pytest.mark.parametrize("smoothing", [("ema", 0.97), ("gaussian", 40.0), ("mean", 90.0)])
def test_no_pixel_column_of_a_smoothed_curve_differs(
    tmp_path: Path, follow: Follow, smoothing: Smoothing
) -> None:
    points = random_points(np.random.default_rng(11), "holes", COUNT)
    write_points(tmp_path / "run", {"loss": points})
    following = follow(tmp_path)
    following.until_loaded()
    (_, x, smoothed), *_ = curves(following.scalars(smoothing=smoothing), "smoothed")
    assert len(x) == COUNT
    for low, high in [(None, None), (500.0, 3_000.0)]:
        frame = following.scalars(smoothing=smoothing, x_min=low, x_max=high, width=50)
        assert_same_picture(frame, [(x, points.value)])
        assert_same_picture(frame, [(x, smoothed)], "smoothed")


def test_non_finite_values_are_counted_and_seen_however_coarse_the_picture(
    tmp_path: Path, follow: Follow
) -> None:
    dice = np.random.default_rng(2)
    points = random_points(dice, "walk", COUNT)
    bad = dice.random(COUNT) < 0.3
    points.value[bad] = dice.choice([np.nan, np.inf, -np.inf], bad.sum())
    write_points(tmp_path / "run", {"loss": points})
    following = follow(tmp_path)
    following.until_loaded()
    for width in (1, 7, 300):
        frame = following.scalars(width=width)
        (entry,) = frame.header["series"]
        found = (entry["non_finite"], entry["first_non_finite_step"], entry["last_non_finite_step"])
        places = np.flatnonzero(~np.isfinite(points.value))
        assert found == (len(places), places[0], places[-1])
        assert_same_picture(frame, [(points.step.astype(np.float64), points.value)])
    empty = following.scalars(x_min=1e9)
    assert empty.header["series"][0]["non_finite"] == bad.sum()


def test_each_tag_has_a_picture_of_its_own(tmp_path: Path, follow: Follow) -> None:
    dice = np.random.default_rng(8)
    long, short = random_points(dice, "walk", COUNT), random_points(dice, "spikes", 700)
    for name in "ab":
        write_points(tmp_path / name, {"loss": long, "epoch": short})
    following = follow(tmp_path)
    following.until_loaded()
    frame = following.scalars("epoch", "loss", "nobody's", width=50)
    assert [(it["tag"], it["x_max"]) for it in frame.header["pictures"]] == [
        ("epoch", 699.0),
        ("loss", COUNT - 1.0),
        ("nobody's", None),
    ]
    assert [entry["tag"] for entry in frame.header["series"]] == ["epoch", "epoch", "loss", "loss"]
    for tag in ("epoch", "loss"):
        alone = following.scalars(tag, width=50)
        together = [(x, y) for entry, x, y in curves(frame) if entry["tag"] == tag]
        for (_, x, y), (also_x, also_y) in zip(curves(alone), together, strict=True):
            np.testing.assert_array_equal(x, also_x)
            np.testing.assert_array_equal(y, also_y)


def test_non_finite_values_that_break_every_column_stay_within_the_budget(
    tmp_path: Path, follow: Follow
) -> None:
    count = 60_000
    value = np.where(np.arange(count) % 2, np.nan, np.arange(count) % 97)
    points = points_of(np.arange(count), np.arange(count), value)
    write_points(tmp_path / "original", {f"tag{number}": points for number in range(8)})
    (file,) = (tmp_path / "original").iterdir()
    for number in range(7):
        (tmp_path / f"copy{number}").mkdir()
        (tmp_path / f"copy{number}" / file.name).hardlink_to(file)
    following = follow(tmp_path)
    following.until_loaded()
    frame = following.scalars(*(f"tag{number}" for number in range(8)), width=6_000)
    assert len(frame.header["series"]) == 64
    assert frame.header["vertices"] <= frame.header["vertex_budget"]
    assert 1_000 < frame.header["width"] < frame.header["width_asked"]
