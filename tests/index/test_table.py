"""Tables, against all points in NumPy."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index.following import Following
from index.random_series import SHAPES, Points, points_of, random_points, write_points

Follow = Callable[..., Following]


def row(points: Points, at_step: int | None) -> dict[str, float]:
    """What a table says of points in log order."""
    finite = np.flatnonzero(np.isfinite(points.value))
    bad = np.flatnonzero(~np.isfinite(points.value))
    low = finite[points.value[finite].argmin()]
    high = finite[points.value[finite].argmax()]
    cells = {
        "count": len(points.step),
        "last_step": points.step[-1],
        "last_wall_time": points.wall_time[-1],
        "last_value": points.value[-1],
        "min_step": points.step[low],
        "min_value": points.value[low],
        "max_step": points.step[high],
        "max_value": points.value[high],
        "non_finite": len(bad),
        "first_non_finite_step": points.step[bad[0]] if len(bad) else 0,
    }
    if at_step is None:
        return cells
    there = np.flatnonzero(points.step <= at_step)
    if len(there) == 0:
        return cells | {"at_step": 0, "at_wall_time": np.nan, "at_value": np.nan}
    best = there[points.step[there] == points.step[there].max()][-1]
    return cells | {
        "at_step": points.step[best],
        "at_wall_time": points.wall_time[best],
        "at_value": points.value[best],
    }


def test_a_table_says_what_became_of_each_tag_in_each_run(tmp_path: Path, follow: Follow) -> None:
    dice = np.random.default_rng(9)
    series = {
        name: {
            tag: random_points(dice, str(dice.choice(SHAPES)), int(dice.choice([1, 30, 3_000])) + 50)
            for tag in ("loss", "accuracy", "lr")[: number % 3 + 1]
        }
        for number, name in enumerate("abcdef")
    }
    for name, tags in series.items():
        write_points(tmp_path / name, tags)
    following = follow(tmp_path)
    following.until_loaded()
    ids = {run["id"]: name for name, run in following.runs().items()}
    asked = ("accuracy", "loss", "nobody's", "lr")
    for at_step in (None, -1, 0, 37, 1_234, 2**62):
        table = following.table(*asked, at_step=at_step)
        assert table.header["tags"] == list(asked)
        assert [ids[run] for run in table.header["runs"]] == list("abcdef")
        assert table.header["at_step"] == at_step
        for number, run in enumerate(table.header["runs"]):
            for place, tag in enumerate(asked):
                cell = {name: column[number * len(asked) + place] for name, column in table.columns.items()}
                points = series[ids[run]].get(tag)
                if points is None:
                    assert cell["count"] == 0
                    assert all(value == 0 or np.isnan(value) for value in cell.values())
                else:
                    np.testing.assert_equal(cell, row(points, at_step))


@pytest.mark.parametrize("at_step", [None, 40, 60, 500])
def test_of_a_run_that_was_restarted_what_was_logged_last_counts(
    tmp_path: Path, follow: Follow, at_step: int | None
) -> None:
    first = points_of(np.arange(100), np.arange(100) + 1e9, -np.arange(100.0))
    second = points_of(np.arange(50, 120, 3), np.arange(50, 120, 3) + 2e9, np.arange(50.0, 120.0, 3.0))
    for points in (first, second):
        write_points(tmp_path / "run", {"loss": points})
    following = follow(tmp_path)
    following.until_loaded()
    drawn = points_of(
        *(
            np.concatenate([before[:50], after])
            for before, after in zip(
                (first.step, first.wall_time, first.value),
                (second.step, second.wall_time, second.value),
                strict=True,
            )
        )
    )
    cells = {name: column[0] for name, column in following.table(at_step=at_step).columns.items()}
    np.testing.assert_equal(cells, row(drawn, at_step))


def test_runs_stand_in_the_order_of_the_request_each_once(tmp_path: Path, follow: Follow) -> None:
    for name in "ab":
        write_points(tmp_path / name, {"loss": random_points(np.random.default_rng(ord(name)), "walk", 10)})
    following = follow(tmp_path)
    following.until_loaded()
    a, b = (following.run(name)["id"] for name in "ab")
    table = following.table("loss", "loss", runs=[b, "unknown", a, b])
    assert (table.header["runs"], table.header["tags"]) == ([b, a], ["loss"])
    assert table.columns["count"].tolist() == [10, 10]
