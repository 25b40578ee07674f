"""How the values of curves are spread: as numpy.percentile has it, over every point and not those of the picture."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from index.following import Following
from index.records import header, scalar, write
from index.test_scalars import smooth

Follow = Callable[..., Following]

LOWER = [0, 0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 7.5, 10, 15, 20, 25, 30, 40]
PERCENTS = [*LOWER, 50, *(100 - percent for percent in reversed(LOWER))]
POINTS = 5_000


@pytest.fixture(scope="module")
def values() -> npt.NDArray[np.float64]:
    dice = np.random.default_rng(11)
    values = dice.normal(size=POINTS)
    values[::500] = 1e6
    values[[3, 70, 71]] = [np.nan, np.inf, -np.inf]
    return values.astype(np.float32).astype(np.float64)


@pytest.fixture
def following(tmp_path: Path, follow: Follow, values: npt.NDArray[np.float64]) -> Following:
    write(
        tmp_path / "run", header() + b"".join(scalar(step, float(value)) for step, value in enumerate(values))
    )
    write(tmp_path / "nan", header() + scalar(0, float("nan")))
    following = follow(tmp_path)
    following.until_loaded()
    return following


@pytest.mark.parametrize("smoothed", [False, True])
@pytest.mark.parametrize("edges", [(None, None), (40.0, 2222.0), (None, 10.5), (4998.5, None)])
def test_quantiles_are_those_of_every_point_in_range(
    following: Following,
    values: npt.NDArray[np.float64],
    edges: tuple[float | None, float | None],
    smoothed: bool,
) -> None:
    low, high = edges
    frame = following.scalars(
        x_min=low, x_max=high, width=50, smoothing=("ema", 0.9) if smoothed else None, quantiles=True
    )
    told = {entry["run"]: entry["quantiles"] for entry in frame.header["series"]}
    assert told[following.run("nan")["id"]] is None
    drawn = smooth(values, 0.9) if smoothed else values
    steps = np.arange(POINTS)
    seen = drawn[(steps >= (low or 0)) & (steps <= (POINTS if high is None else high))]
    seen = seen[np.isfinite(seen)]
    found = told[following.run("run")["id"]]
    assert found["count"] == len(seen)
    np.testing.assert_allclose(found["values"], np.percentile(seen, PERCENTS), rtol=1e-9)


def test_who_asks_for_quantiles_gets_the_same_picture(following: Following) -> None:
    for low, high in ((None, None), (40.0, 2222.0)):
        plain = following.scalars(width=50, x_min=low, x_max=high)
        with_them = following.scalars(width=50, x_min=low, x_max=high, quantiles=True)
        assert [entry["quantiles"] for entry in plain.header["series"]] == [None, None]
        for name, column in plain.columns.items():
            np.testing.assert_array_equal(column, with_them.columns[name])
        for entry, other in zip(plain.header["series"], with_them.header["series"], strict=True):
            assert entry == other | {"quantiles": None}
