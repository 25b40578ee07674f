"""Curves and groups as their difference or ratio to a run, against the definition in NumPy."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from index.following import Following
from index.random_series import (
    AXES,
    Axis,
    Floats,
    Points,
    points_of,
    random_points,
    write_points,
)
from index.test_groups import Curve, aggregate, assert_same, curve_of, rows_of, value_at
from index.test_pictures import assert_same_picture, curves, ranges
from index.test_smoothing import smooth

Follow = Callable[..., Following]
Compare = Literal["difference", "ratio"]
WAYS: tuple[Compare, ...] = ("difference", "ratio")


def against(curve: Curve, baseline: Curve, compare: Compare) -> Floats:
    """The curve's values, by the baseline's on the line between the two points beside each x."""
    x, y = curve
    last = np.append(baseline[0][1:] != baseline[0][:-1], True)
    once = baseline[0][last], baseline[1][last]
    found = [value_at(once, at, "interpolate") for at in x]
    reference = np.array([np.nan if it is None or not np.isfinite(it) else it for it in found])
    with np.errstate(divide="ignore", invalid="ignore"):
        if compare == "difference":
            return np.asarray(y - reference)
        return np.where(reference == 0, np.nan, y / reference)


def write_pair(logdir: Path, shape: str, count: int) -> dict[str, Points]:
    dice = np.random.default_rng(len(shape))
    runs = {"run": random_points(dice, shape, count), "base": random_points(dice, "holes", count * 2 // 3)}
    base = runs["base"]
    runs["base"] = points_of(base.step * 2 + 30, base.wall_time + 40, np.round(base.value))
    for name, points in runs.items():
        write_points(logdir / name, {"loss": points})
    return runs


@pytest.mark.parametrize("compare", WAYS)
@pytest.mark.parametrize("shape", ["walk", "repeated x", "steps back"])
def test_no_pixel_column_of_a_comparison_differs(
    tmp_path: Path, follow: Follow, shape: str, compare: Compare
) -> None:
    runs = write_pair(tmp_path, shape, 1_500)
    following = follow(tmp_path)
    following.until_loaded()
    ids = {name: run["id"] for name, run in following.runs().items()}
    compared = 0
    for axis in AXES:
        both = {name: curve_of(following, name, points, axis) for name, points in runs.items()}
        expected = against(both["run"], both["base"], compare)
        assert 100 < np.isfinite(expected).sum() < len(expected)
        baseline = (ids["base"], compare)
        every = following.scalars(runs=[ids["run"]], axis=axis, baseline=baseline)
        np.testing.assert_allclose(every.columns["value"], expected, rtol=1e-9, atol=1e-9)
        # The very values, so that rounding puts none into another pixel.
        _, x, values = curves(every)[0]
        for low, high in ranges(np.random.default_rng(2), x)[:3]:
            frame = following.scalars(
                runs=[ids["run"]], axis=axis, baseline=baseline, x_min=low, x_max=high, width=30
            )
            compared += assert_same_picture(frame, [(x, values)])
        assert frame.header["baseline"] == {"run": ids["base"], "compare": compare}
    assert compared > 150


def test_smoothed_curves_are_compared_with_the_smoothed_baseline(tmp_path: Path, follow: Follow) -> None:
    runs = write_pair(tmp_path, "walk", 500)
    following = follow(tmp_path)
    following.until_loaded()
    ids = {name: run["id"] for name, run in following.runs().items()}
    both = {name: curve_of(following, name, points, "step") for name, points in runs.items()}
    smoothed = {name: (x, smooth(x, y, ("mean", 25.0))) for name, (x, y) in both.items()}
    baseline: tuple[str, Compare] = (ids["base"], "difference")
    frame = following.scalars(runs=[ids["run"]], smoothing=("mean", 25.0), baseline=baseline)
    for column, found in (("value", both), ("smoothed", smoothed)):
        expected = against(found["run"], found["base"], "difference")
        np.testing.assert_allclose(frame.columns[column], expected, rtol=1e-6, atol=1e-3)
    itself = following.scalars(runs=[ids["base"]], smoothing=("mean", 25.0), baseline=baseline)
    for column in ("value", "smoothed"):
        assert set(itself.columns[column][np.isfinite(itself.columns[column])].tolist()) == {0.0}


@pytest.mark.parametrize("compare", WAYS)
@pytest.mark.parametrize("axis", AXES)
def test_a_group_tells_of_its_runs_comparisons(
    tmp_path: Path, follow: Follow, axis: Axis, compare: Compare
) -> None:
    dice = np.random.default_rng(8)
    seeds = {f"seed{number}": random_points(dice, "walk", 300) for number in range(4)}
    base = points_of(np.arange(40, 240) * 2, seeds["seed0"].wall_time[40:240], np.arange(200) - 50)
    for name, points in [*seeds.items(), ("base", base)]:
        write_points(tmp_path / name, {"loss": points})
    following = follow(tmp_path)
    following.until_loaded()
    baseline = (following.run("base")["id"], compare)
    reference = curve_of(following, "base", base, axis)
    compared = []
    for name, points in seeds.items():
        x, y = curve_of(following, name, points, axis)
        compared.append((x, against((x, y), reference, compare)))
    frame = following.groups({"all": list(seeds)}, axis=axis, baseline=baseline)
    expected = aggregate(compared, "exact" if axis == "step" else "interpolate")
    assert_same(rows_of(frame, frame.header["groups"][0]), expected)
    part = following.groups({"all": list(seeds)}, axis=axis, baseline=baseline, x_max=expected["x"][150])
    rows = rows_of(part, part.header["groups"][0])
    assert_same(rows, {name: column[: len(rows["x"])] for name, column in expected.items()})
    assert frame.header["baseline"] == {"run": baseline[0], "compare": compare}


def test_of_a_baseline_that_was_restarted_what_was_logged_last_counts(tmp_path: Path, follow: Follow) -> None:
    first = points_of(np.arange(100), np.arange(100) + 1e9, np.full(100, 10.0))
    second = points_of(np.arange(50, 80), np.arange(30) + 2e9, np.full(30, 20.0))
    for points in (first, second):
        write_points(tmp_path / "base", {"loss": points})
    write_points(tmp_path / "run", {"loss": first})
    following = follow(tmp_path)
    following.until_loaded()
    ids = {name: run["id"] for name, run in following.runs().items()}
    frame = following.scalars(runs=[ids["run"]], baseline=(ids["base"], "difference"))
    np.testing.assert_array_equal(frame.columns["value"], [0.0] * 50 + [-10.0] * 30 + [np.nan] * 20)


@pytest.mark.parametrize("baseline", ["0000000000000", "base"])
def test_without_a_baseline_to_compare_with_nothing_is_drawn(
    tmp_path: Path, follow: Follow, baseline: str
) -> None:
    walk = random_points(np.random.default_rng(1), "walk", 200)
    write_points(tmp_path / "run", {"loss": walk})
    write_points(tmp_path / "base", {"accuracy": walk})
    following = follow(tmp_path)
    following.until_loaded()
    run = following.run("base")["id"] if baseline == "base" else baseline
    curve = following.scalars(baseline=(run, "ratio"), width=10)
    assert np.isnan(curve.columns["value"]).all()
    (entry,) = curve.header["series"]
    assert (entry["points"], entry["non_finite"]) == (200, 0)
    group = following.groups({"all": ["run"]}, baseline=(run, "ratio"))
    assert not group.columns["n"].any()
