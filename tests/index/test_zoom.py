"""A stretch of a long run: exactly its points and the nearest on either side."""

import json
from pathlib import Path

import numpy as np
import pytest

from lightboard import SummaryWriter
from lightboard._core import Index


def zoomed(index: Index, low: float, high: float) -> tuple[list[dict[str, int]], list[int], list[float]]:
    frame = index.scalars(["x"], runs=None, axis="step", x_min=low, x_max=high, width=16_384, smoothing=None)
    length = int.from_bytes(frame[8:12], "little")
    header = json.loads(frame[16 : 16 + length])

    def column(name: str) -> list[float]:
        place = header["columns"][name]
        kind = {"i64": "<i8", "i32": "<i4", "f64": "<f8", "f32": "<f4"}[place["type"]]
        return list(np.frombuffer(frame, kind, place["length"], place["offset"]).astype(float))

    return header["series"], [int(step) for step in column("step")], column("value")


@pytest.mark.parametrize("order", ["ascending", "repeated", "with a step back", "in two files"])
def test_a_stretch_has_its_points_and_their_neighbours(tmp_path: Path, order: str) -> None:
    count, dice = 7_000, np.random.default_rng(0)
    steps = np.arange(count)
    if order == "repeated":
        steps = np.sort(dice.integers(0, 2_000, count))
    elif order == "with a step back":
        steps[4_000:] -= 1_500
    values = dice.normal(size=count).astype(np.float32).astype(float)
    values[dice.integers(0, count, 50)] = np.nan
    halves = [slice(0, 3_300), slice(3_300, count)] if order == "in two files" else [slice(0, count)]
    for half in halves:
        with SummaryWriter(tmp_path / "run") as writer:
            for step, value in zip(steps[half], values[half], strict=True):
                writer.add_scalar("x", float(value), int(step))
    index = Index([("logs", str(tmp_path))])
    version = index.wait(0, 30.0)
    while sum(run["points"] for run in json.loads(index.runs())["runs"]) < count:
        version = index.wait(version, 30.0)
    by_step = np.argsort(steps, kind="stable")
    steps, values = steps[by_step], values[by_step]
    for _ in range(60):
        low, high = np.sort(dice.uniform(-500, steps[-1] + 500, 2))
        series, found_steps, found_values = zoomed(index, low, high)
        inside = np.flatnonzero((steps >= low) & (steps <= high))
        first = np.searchsorted(steps, low, "left")
        after = np.searchsorted(steps, high, "right")
        expected = [*([first - 1] if first > 0 else []), *inside, *([after] if after < count else [])]
        assert found_steps == list(steps[expected])
        np.testing.assert_array_equal(found_values, values[expected])
        (entry,) = series
        assert (entry["points"], entry["non_finite"]) == (count, int(np.isnan(values).sum()))
        assert not entry["thinned"]
    index.close()
