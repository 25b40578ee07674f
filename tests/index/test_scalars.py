"""Curves: every vertex as specified, smoothing as TensorBoard's, axes and ranges."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from index.following import Following
from index.random_series import AXES
from index.records import header, scalar, scalars, write
from lightboard.index import ColumnFrame

Follow = Callable[..., Following]


def write_values(run: Path, values: npt.NDArray[np.float64]) -> None:
    write(run, header() + b"".join(scalar(step, float(value)) for step, value in enumerate(values)))


def edges(frame: ColumnFrame) -> tuple[float | None, float | None]:
    """Of the only picture."""
    (picture,) = frame.header["pictures"]
    return picture["x_min"], picture["x_max"]


def smooth(values: npt.NDArray[np.float64], weight: float) -> npt.NDArray[np.float64]:
    """TensorBoard's smoothing by its definition: a weighted mean over the finite values so far."""
    smoothed, seen = values.copy(), np.empty(0)
    for place, value in enumerate(values):
        if np.isfinite(value):
            seen = np.append(seen, value)
            weights = weight ** np.arange(len(seen) - 1, -1, -1.0)
            smoothed[place] = (weights * seen).sum() / weights.sum()
    return smoothed


def test_smoothing_is_over_all_points_and_before_downsampling(tmp_path: Path, follow: Follow) -> None:
    values = np.cumsum(np.random.default_rng(7).normal(size=2000)).astype(np.float32).astype(np.float64)
    values[[17, 400, 401]] = [np.nan, np.inf, -np.inf]
    write_values(tmp_path / "run", values)
    following = follow(tmp_path)
    following.until_loaded()
    expected = smooth(values, 0.9)
    every = following.scalars(smoothing=("ema", 0.9))
    np.testing.assert_allclose(every.columns["smoothed"], expected, rtol=1e-9)
    np.testing.assert_array_equal(every.columns["value"], values)
    few = following.scalars(smoothing=("ema", 0.9), width=50)
    assert len(few.columns["step"]) <= 6 * 50 + 20
    np.testing.assert_allclose(few.columns["smoothed"], expected[few.columns["step"]], rtol=1e-9)
    for curve in (values, expected):
        finite = curve[np.isfinite(curve)]
        kept = {float(value) for value in curve[few.columns["step"]]}
        assert {finite.min(), finite.max()} <= kept


def test_a_constant_curve_stays_exactly_constant(tmp_path: Path, follow: Follow) -> None:
    write_values(tmp_path / "run", np.full(1000, np.float64(np.float32(0.1))))
    following = follow(tmp_path)
    following.until_loaded()
    assert set(following.scalars(smoothing=("ema", 0.99)).columns["smoothed"].tolist()) == {
        float(np.float32(0.1))
    }


def test_each_pixel_column_keeps_first_lowest_highest_and_last(tmp_path: Path, follow: Follow) -> None:
    values = np.random.default_rng(3).normal(size=5000).astype(np.float32).astype(np.float64)
    values[1234] = 1e6
    write_values(tmp_path / "run", values)
    following = follow(tmp_path)
    following.until_loaded()
    frame = following.scalars(width=100)
    (entry,) = frame.header["series"]
    assert (entry["points"], entry["length"], frame.header["width"]) == (
        5000,
        len(frame.columns["step"]),
        100,
    )
    assert entry["thinned"]
    assert edges(frame) == (0.0, 4999.0)
    columns = np.minimum((np.arange(5000) / 4999 * 100).astype(int), 99)
    expected = set()
    for column in range(100):
        places = np.flatnonzero(columns == column)
        low, high = places[values[places].argmin()], places[values[places].argmax()]
        expected |= {int(place) for place in (places[0], places[-1], low, high)}
    assert frame.columns["step"].tolist() == sorted(expected)


def test_a_range_keeps_its_neighbours(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path / "run", scalars(range(100)))
    following = follow(tmp_path)
    following.until_loaded()
    frame = following.scalars(x_min=20, x_max=25.5)
    assert frame.columns["step"].tolist() == list(range(19, 27))
    assert edges(frame) == (20.0, 25.5)


@pytest.mark.row("E04")
def test_steps_that_go_back_in_one_file_are_ordered_and_none_is_lost(tmp_path: Path, follow: Follow) -> None:
    steps = [5, 3, 3, 9, -2, 2**53 + 1, 2**53, -(2**63), 2**63 - 1]
    content = header() + b"".join(
        scalar(step, place, wall_time=100.0 - place) for place, step in enumerate(steps)
    )
    write(tmp_path / "run", content)
    following = follow(tmp_path)
    following.until_loaded()
    frame = following.scalars()
    assert frame.columns["step"].tolist() == sorted(steps)
    assert frame.columns["value"].tolist() == [7, 4, 1, 2, 0, 3, 6, 5, 8]
    assert following.scalars(axis="wall").columns["step"].tolist() == steps[::-1]


def test_axes(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path / "run", scalars(range(10), wall_time=5000.0))
    following = follow(tmp_path)
    following.until_loaded()
    found = {axis: edges(following.scalars(axis=axis)) for axis in AXES}
    assert found == {"step": (0.0, 9.0), "relative": (1.0, 10.0), "wall": (5001.0, 5010.0)}
    assert following.scalars().header["series"][0]["first_wall_time"] == 5000.0


@pytest.mark.row("E12")
def test_a_wall_time_that_is_no_number_costs_no_point(tmp_path: Path, follow: Follow) -> None:
    content = header(1000.0) + scalar(0, 0.0, wall_time=float("nan")) + scalar(1, 1.0, wall_time=1001.0)
    write(
        tmp_path / "run", content + scalar(2, 2.0, wall_time=float("inf")) + scalar(3, 3.0, wall_time=1003.0)
    )
    following = follow(tmp_path)
    following.until_loaded()
    assert following.scalars().columns["wall_time"].tolist() == [1000.0, 1001.0, 1001.0, 1003.0]


def test_what_nobody_has_is_an_empty_answer(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path / "run", scalars(range(10)))
    following = follow(tmp_path)
    following.until_loaded()
    for frame in (
        following.scalars("nobody"),
        following.scalars(runs=[]),
        following.scalars(runs=["unknown"]),
    ):
        assert frame.header["series"] == []
        assert edges(frame) == (None, None)
        assert [len(column) for column in frame.columns.values()] == [0, 0, 0]


def test_runs_stand_in_the_order_of_the_request_each_once(tmp_path: Path, follow: Follow) -> None:
    for name in "ab":
        write(tmp_path / name, scalars(range(3)))
    following = follow(tmp_path)
    following.until_loaded()
    first, second = (following.run(name)["id"] for name in "ba")
    frame = following.scalars(runs=[first, second, first, first])
    assert [entry["run"] for entry in frame.header["series"]] == [first, second]
    assert len(frame.columns["step"]) == 6


def test_the_budget_narrows_the_picture_and_says_so(tmp_path: Path, follow: Follow) -> None:
    content = header() + b"".join(scalar(step, float(step % 7)) for step in range(30_000))
    for number in range(80):
        write(tmp_path / f"run{number}", content)
    following = follow(tmp_path)
    following.until_loaded()
    frame = following.scalars(width=30_000)
    assert len(frame.header["series"]) == 80
    assert 5_000 < frame.header["width"] < frame.header["width_asked"] == 30_000
    assert len(frame.columns["step"]) == frame.header["vertices"] <= frame.header["vertex_budget"]
    assert all(entry["thinned"] for entry in frame.header["series"])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"width": 0}, "width of at least 1"),
        ({"smoothing": ("ema", 1.0)}, "below 1, .* found Ema { weight: 1.0 }"),
        ({"smoothing": ("mean", 0.0)}, "above 0, found Mean { window: 0.0 }"),
        ({"smoothing": ("gaussian", float("nan"))}, "sigma: NaN"),
        ({"smoothing": ("median", 1.0)}, 'found "median"'),
        ({"x_min": 2.0, "x_max": 1.0}, "x_min <= x_max"),
        ({"x_max": float("inf")}, "finite"),
        ({"axis": "sideways"}, "sideways"),
    ],
)
def test_questions_that_make_no_sense_are_refused(
    tmp_path: Path, follow: Follow, wrong: dict[str, object], message: str
) -> None:
    following = follow(tmp_path)
    with pytest.raises(ValueError, match=message):
        following.scalars(**wrong)  # type: ignore[arg-type]
