"""Random series as training writes them, good and bad, and the log directories that hold them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from lightboard import SummaryWriter

FIRST_WALL_TIME = 1_700_000_000.0
Floats = npt.NDArray[np.float64]
SHAPES = ("walk", "spikes", "plateaus", "holes", "repeated x", "uneven x", "steps back")


@dataclass(frozen=True)
class Points:
    """In log order; values are float32."""

    step: npt.NDArray[np.int64]
    wall_time: Floats
    value: Floats


Axis = Literal["step", "relative", "wall"]
AXES: tuple[Axis, ...] = ("step", "relative", "wall")


def points_of(step: npt.ArrayLike, wall_time: npt.ArrayLike, value: npt.ArrayLike) -> Points:
    return Points(
        np.asarray(step, np.int64), np.asarray(wall_time, np.float64), np.asarray(value, np.float64)
    )


def random_points(dice: np.random.Generator, shape: str, count: int) -> Points:
    step = np.arange(count, dtype=np.int64)
    gaps = dice.exponential(1.0, count)
    value = np.cumsum(dice.normal(size=count))
    if shape == "spikes":
        value = dice.normal(size=count)
        value[dice.integers(0, count, count // 50)] *= 1e6
    elif shape == "plateaus":
        value = np.round(value / 5)
    elif shape == "holes":
        for start in dice.integers(0, count, 12):
            value[start : start + dice.integers(1, 1 + count // 40)] = dice.choice([np.nan, np.inf, -np.inf])
    elif shape == "repeated x":
        step, gaps = np.sort(dice.integers(0, 1 + count // 7, count)), np.round(gaps / 3)
    elif shape == "uneven x":
        step = np.cumsum(np.ceil(dice.pareto(0.7, count) + 0.1).clip(1, 1e6)).astype(np.int64)
    elif shape == "steps back":
        step[count // 2 :] -= count // 5
    wall_time = FIRST_WALL_TIME + np.round(np.cumsum(gaps), 3)
    return points_of(step, wall_time, value.astype(np.float32))


def write_points(run: Path, series: dict[str, Points]) -> None:
    """One event file with the points of some tags; several calls make several files of one run."""
    with SummaryWriter(run) as writer:
        for tag, points in series.items():
            for step, time, value in zip(points.step, points.wall_time, points.value, strict=True):
                writer.add_scalar(tag, float(value), int(step), float(time))


def in_order(points: Sequence[Points], axis: str) -> tuple[Floats, Points]:
    """X and points of one curve made of several stretches: ordered by x, equal x in log order."""
    step = np.concatenate([part.step for part in points])
    wall_time = np.concatenate([part.wall_time for part in points])
    value = np.concatenate([part.value for part in points])
    order = np.argsort(step if axis == "step" else wall_time, kind="stable")
    step, wall_time, value = step[order], wall_time[order], value[order]
    return position(axis, step, wall_time), Points(step, wall_time, value)


def position(axis: str, step: npt.NDArray[np.int64], wall_time: Floats, first: float = 0.0) -> Floats:
    return step.astype(np.float64) if axis == "step" else wall_time - (first if axis == "relative" else 0.0)
