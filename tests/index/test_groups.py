"""Groups of runs, against their definition in NumPy."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from index.following import Following
from index.random_series import (
    AXES,
    Axis,
    Floats,
    Points,
    in_order,
    points_of,
    position,
    random_points,
    write_points,
)
from index.raster import rasterise
from index.test_smoothing import smooth
from lightboard.index import ColumnFrame

Follow = Callable[..., Following]
Curve = tuple[Floats, Floats]
STATISTICS = ("mean", "median", "min", "max", "sd", "se", "low95", "high95")
T975 = {1: 12.7062047362, 2: 4.3026527297, 3: 3.1824463053, 4: 2.7764451052, 5: 2.5705818356, 6: 2.4469118511}
"""Of Student's t, by degrees of freedom; from the tables in textbooks."""


def rows_of(frame: ColumnFrame, entry: dict[str, Any]) -> dict[str, Floats]:
    place = slice(entry["start"], entry["start"] + entry["length"])
    return {name: column[place] for name, column in frame.columns.items()}


def once(curve: Curve) -> Curve:
    """Of equal x the last counts."""
    x, y = curve
    last = np.append(x[1:] != x[:-1], True)
    return x[last], y[last]


def value_at(curve: Curve, x: float, alignment: str) -> float | None:
    xs, ys = curve
    place = int(np.searchsorted(xs, x))
    if place < len(xs) and xs[place] == x:
        return float(ys[place])
    if alignment == "exact" or place in (0, len(xs)):
        return None
    (x0, x1), (y0, y1) = xs[place - 1 : place + 1], ys[place - 1 : place + 1]
    if not (np.isfinite(y0) and np.isfinite(y1)):
        return math.nan
    return float(y0 + (y1 - y0) * ((x - x0) / (x1 - x0)))


def aggregate(curves: list[Curve], alignment: str) -> dict[str, Floats]:
    curves = [once(curve) for curve in curves]
    xs = np.unique(np.concatenate([x for x, _ in curves]))
    rows = []
    for x in xs:
        there = [value for curve in curves if (value := value_at(curve, x, alignment)) is not None]
        values = np.array([value for value in there if math.isfinite(value)])
        n = len(values)
        row = dict.fromkeys(STATISTICS, math.nan) | {"x": x, "n": n, "non_finite": len(there) - n}
        if n:
            row |= {
                "mean": values.mean(),
                "median": np.median(values),
                "min": values.min(),
                "max": values.max(),
            }
        if n > 1:
            sd = values.std(ddof=1)
            reach = T975[n - 1] * sd / math.sqrt(n)
            row |= {"sd": sd, "se": sd / math.sqrt(n)}
            row |= {"low95": values.mean() - reach, "high95": values.mean() + reach}
        rows.append(row)
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def assert_same(found: dict[str, Floats], expected: dict[str, Floats]) -> None:
    for name in ("x", "n", "non_finite"):
        np.testing.assert_array_equal(found[name], expected[name], err_msg=name)
    for name in STATISTICS:
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-9, atol=1e-9, err_msg=name)


SEEDS = ("walk", "holes", "spikes", "repeated x", "uneven x", "steps back")


def write_seeds(logdir: Path) -> dict[str, Points]:
    """Runs that log at different x, some with gaps, some twice at one x."""
    dice = np.random.default_rng(17)
    seeds = {}
    for number, shape in enumerate(SEEDS):
        points = random_points(dice, shape, 500)
        if shape == "walk":
            points = points_of(points.step * 3 + 7, points.wall_time, points.value)
        seeds[f"seed{number}"] = points
        write_points(logdir / f"seed{number}", {"loss": points})
    return seeds


def curve_of(following: Following, name: str, points: Points, axis: Axis) -> Curve:
    _, ordered = in_order([points], axis)
    first = following.run(name)["first_wall_time"]
    return position(axis, ordered.step, ordered.wall_time, first), ordered.value


@pytest.mark.parametrize("alignment", ["exact", "interpolate"])
@pytest.mark.parametrize("axis", AXES)
def test_a_group_is_as_defined(
    tmp_path: Path, follow: Follow, axis: Axis, alignment: Literal["exact", "interpolate"]
) -> None:
    seeds = write_seeds(tmp_path)
    following = follow(tmp_path)
    following.until_loaded()
    curves = [curve_of(following, name, points, axis) for name, points in seeds.items()]
    frame = following.groups({"all": list(seeds)}, axis=axis, alignment=alignment)
    (entry,) = frame.header["groups"]
    assert (entry["group"], entry["tag"], entry["runs"], entry["thinned"]) == ("all", "loss", 6, False)
    assert (entry["spacing"], frame.header["alignment"]) == (None, alignment)
    expected = aggregate(curves, alignment)
    assert_same(rows_of(frame, entry), expected)
    assert expected["non_finite"].any()
    # A range has the same rows, and the nearest on either side.
    dice = np.random.default_rng(1)
    for _ in range(10):
        low, high = np.sort(dice.uniform(expected["x"][0], expected["x"][-1], 2))
        part = following.groups({"all": list(seeds)}, axis=axis, alignment=alignment, x_min=low, x_max=high)
        first = max(int(np.searchsorted(expected["x"], low)) - 1, 0)
        last = int(np.searchsorted(expected["x"], high, "right")) + 1
        rows = rows_of(part, part.header["groups"][0])
        assert_same(rows, {name: column[first:last] for name, column in expected.items()})


def test_runs_are_smoothed_before_they_are_brought_together(tmp_path: Path, follow: Follow) -> None:
    seeds = write_seeds(tmp_path)
    following = follow(tmp_path)
    following.until_loaded()
    curves = []
    for name, points in seeds.items():
        x, y = curve_of(following, name, points, "step")
        curves.append((x, smooth(x, y, ("mean", 25.0))))
    frame = following.groups({"all": list(seeds)}, smoothing=("mean", 25.0))
    rows = rows_of(frame, frame.header["groups"][0])
    expected = aggregate(curves, "exact")
    np.testing.assert_array_equal(rows["n"], expected["n"])
    np.testing.assert_allclose(rows["median"], expected["median"], rtol=1e-6, atol=1e-3)


def test_nothing_that_is_shown_beside_it_changes_a_group(tmp_path: Path, follow: Follow) -> None:
    seeds = write_seeds(tmp_path)
    for name in seeds:
        write_points(tmp_path / name, {"accuracy": seeds["seed0"]})
    write_points(tmp_path / "other", {"loss": random_points(np.random.default_rng(0), "spikes", 4_000)})
    following = follow(tmp_path)
    following.until_loaded()
    groups = {"a": ["seed0", "seed2"], "b": ["seed1", "seed2", "seed4"], "c": ["other"], "nobody": []}
    together = following.groups(
        groups, "accuracy", "loss", "nobody's", axis="relative", width=70, x_max=300.0
    )
    assert [(it["tag"], it["group"]) for it in together.header["groups"]] == [
        (tag, group) for tag in ("accuracy", "loss", "nobody's") for group in groups
    ]
    assert [it["runs"] for it in together.header["groups"]] == [2, 3, 0, 0, 2, 3, 1, 0, 0, 0, 0, 0]
    for entry in together.header["groups"]:
        alone = following.groups({"it": groups[entry["group"]]}, entry["tag"], axis="relative")
        everything = rows_of(alone, alone.header["groups"][0])
        rows = rows_of(together, entry)
        places = np.searchsorted(everything["x"], rows["x"])
        for name, column in rows.items():
            np.testing.assert_array_equal(column, everything[name][places], err_msg=name)


def test_bands_are_exact_to_the_pixel(tmp_path: Path, follow: Follow) -> None:
    dice = np.random.default_rng(4)
    names = [f"seed{number}" for number in range(5)]
    for name in names:
        write_points(tmp_path / name, {"loss": random_points(dice, "walk", 4_000)})
    following = follow(tmp_path)
    following.until_loaded()
    everything = following.groups({"all": names}).columns
    for low, high in [(None, None), (900.0, 3_000.5)]:
        frame = following.groups({"all": names}, width=40, x_min=low, x_max=high)
        (entry,), (picture,) = frame.header["groups"], frame.header["pictures"]
        assert entry["thinned"]
        assert entry["length"] <= 18 * 40 + 2
        x_range = (picture["x_min"], picture["x_max"])
        y_range = (everything["min"].min(), everything["max"].max() + 1e-9)
        for name in ("mean", "median", "min", "max", "low95", "high95"):
            x, y = frame.columns["x"].astype(np.float64), frame.columns[name]
            all_x, all_y = everything["x"].astype(np.float64), everything[name]
            pixels, _ = rasterise(x, y, x_range, y_range, 40)
            all_pixels, _ = rasterise(all_x, all_y, x_range, y_range, 40)
            assert (pixels != all_pixels).any(axis=1).sum() == 0, name


def test_many_points_are_brought_together_in_parts_and_none_is_lost(tmp_path: Path, follow: Follow) -> None:
    dice = np.random.default_rng(3)
    steps = [np.sort(dice.choice(200_000, 40_000, replace=False)) for _ in range(6)]
    values = [dice.normal(size=40_000).astype(np.float32).astype(np.float64) for _ in steps]
    for number, (step, value) in enumerate(zip(steps, values, strict=True)):
        write_points(tmp_path / f"run{number}", {"loss": points_of(step, step, value)})
    following = follow(tmp_path)
    following.until_loaded()
    groups = {"all": sorted(following.runs())}
    found = following.groups(groups).columns
    x, place = np.unique(np.concatenate(steps), return_inverse=True)
    n, total = np.bincount(place), np.bincount(place, np.concatenate(values))
    np.testing.assert_array_equal(found["x"], x)
    np.testing.assert_array_equal(found["n"], n)
    np.testing.assert_allclose(found["mean"], total / n, rtol=1e-9, atol=1e-9)
    for few in (following.groups(groups, width=500), following.groups(groups, x_min=3e4, x_max=6e4)):
        assert len(few.columns["x"]) < len(x) / 3
        picked = np.searchsorted(x, few.columns["x"])
        for name, column in few.columns.items():
            np.testing.assert_array_equal(column, found[name][picked], err_msg=name)


def test_of_a_run_that_was_restarted_what_was_logged_last_counts(tmp_path: Path, follow: Follow) -> None:
    first = points_of(np.arange(100), np.arange(100) + 1e9, np.zeros(100))
    second = points_of(np.arange(50, 120), np.arange(70) + 2e9, np.ones(70))
    for points in (first, second):
        write_points(tmp_path / "restarted", {"loss": points})
    write_points(tmp_path / "other", {"loss": first})
    following = follow(tmp_path)
    following.until_loaded()
    columns = following.groups({"both": ["restarted", "other"]}).columns
    assert columns["x"].tolist() == list(range(120))
    assert columns["n"].tolist() == [2] * 100 + [1] * 20
    assert columns["mean"].tolist() == [0.0] * 50 + [0.5] * 50 + [1.0] * 20


def test_steps_beyond_floats_stay_apart(tmp_path: Path, follow: Follow) -> None:
    step = np.array([-(2**63), 2**53, 2**53 + 1, 2**63 - 1])
    write_points(tmp_path / "run", {"loss": points_of(step, np.arange(4) + 1e9, np.arange(4.0))})
    following = follow(tmp_path)
    following.until_loaded()
    for alignment in ("exact", "interpolate"):
        columns = following.groups({"one": ["run"]}, alignment=alignment).columns
        assert columns["x"].tolist() == step.tolist()
        assert columns["mean"].tolist() == [0.0, 1.0, 2.0, 3.0]


def test_many_runs_on_their_own_clocks_are_sampled_evenly_and_exactly(tmp_path: Path, follow: Follow) -> None:
    dice = np.random.default_rng(6)
    names = [f"run{number}" for number in range(7)]
    for name in names:
        count = 200_000
        points = random_points(dice, "walk", count)
        write_points(tmp_path / name, {"loss": points})
    following = follow(tmp_path)
    following.until_loaded()
    coarse = following.groups({"all": names}, axis="relative")
    (entry,) = coarse.header["groups"]
    assert entry["spacing"] == 2 ** round(math.log2(entry["spacing"]))
    rows = rows_of(coarse, entry)
    assert not (rows["x"][1:-1] % entry["spacing"]).any()
    middle = float(rows["x"][len(rows["x"]) // 2])
    fine = following.groups({"all": names}, axis="relative", x_min=middle - 100, x_max=middle + 100)
    assert fine.header["groups"][0]["spacing"] is None
    # The same x has the same statistics however many rows are answered.
    place = int(np.searchsorted(rows["x"], middle))
    everywhere = aggregate_at(following, names, middle)
    np.testing.assert_allclose(rows["mean"][place], everywhere, rtol=1e-9)
    assert fine.columns["x"][0] <= middle - 100 < fine.columns["x"][1]


def aggregate_at(following: Following, names: list[str], x: float) -> float:
    values = []
    for name in names:
        run = following.run(name)
        frame = following.scalars(runs=[run["id"]], axis="relative", width=16_384, x_min=x - 50, x_max=x + 50)
        curve = (frame.columns["wall_time"] - run["first_wall_time"], frame.columns["value"])
        values.append(value_at(once(curve), x, "interpolate"))
    return float(np.mean([value for value in values if value is not None]))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"width": 0}, "width"), ({"alignment": "nearest"}, 'found "nearest"'), ({"x_min": math.nan}, "finite")],
)
def test_questions_that_make_no_sense_are_refused(
    tmp_path: Path, follow: Follow, wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        follow(tmp_path).groups({}, **wrong)


def test_more_points_than_all_groups_may_have_are_refused(tmp_path: Path, follow: Follow) -> None:
    write_points(tmp_path / "run", {"loss": random_points(np.random.default_rng(0), "walk", 270_000)})
    following = follow(tmp_path)
    following.until_loaded()
    groups = {f"group {number}": ["run"] for number in range(1_000)}
    with pytest.raises(
        ValueError, match=r"at most 268435456 points .* found 270000000: ask for fewer groups or tags"
    ):
        following.groups(groups)
    assert len(following.groups(groups, x_min=0, x_max=10).header["groups"]) == 1_000
