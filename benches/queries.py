"""Questions to a loaded index: one chart, groups and a table of all runs, and a long run zoomed at random."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import loading


def chart_ms(directory: Path, tag: str) -> list[float]:
    """Milliseconds of one chart of every run, asked again and again."""
    return _run("chart", directory, tag)


def zoom_ms(directory: Path, tag: str, points: int) -> list[float]:
    """Milliseconds of pictures of random stretches, from 100 steps wide to all `points`."""
    return _run("zoom", directory, tag, str(points))


def groups_ms(directory: Path, tag: str) -> list[float]:
    """Milliseconds of one chart of every run in ten groups, asked again and again."""
    return _run("groups", directory, tag)


def table_ms(directory: Path, tag: str) -> list[float]:
    """Milliseconds of a table of one tag of every run, at a step in its middle, asked again and again."""
    return _run("table", directory, tag)


def _run(*arguments: str | Path) -> list[float]:
    command = [sys.executable, __file__, *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    times: list[float] = json.loads(done.stdout)
    return times


def _child(question: str, directory: str, tag: str, points: int = 0) -> None:
    from lightboard._core import Index

    index = Index([("bench", directory)], max_memory=loading.MAX_MEMORY)
    loading.await_loaded(index)
    runs = [run["id"] for run in json.loads(index.runs())["runs"]]
    groups = [(f"group {number}", runs[number::10]) for number in range(10)]
    dice = random.Random(0)
    times = []
    for number in range(60):
        x_min = x_max = None
        if question == "zoom":
            width = int(100 * (points / 100) ** (number / 59))
            x_min = float(dice.randint(0, points - width))
            x_max = x_min + width
        start = time.perf_counter()
        if question == "groups":
            index.groups(
                [tag],
                groups,
                axis="step",
                x_min=None,
                x_max=None,
                width=800,
                smoothing=None,
                alignment=None,
            )
        elif question == "table":
            index.table([tag], runs=None, at_step=1_000)
        else:
            index.scalars([tag], runs=None, axis="step", x_min=x_min, x_max=x_max, width=800, smoothing=None)
        times.append((time.perf_counter() - start) * 1e3)
    index.close()
    print(json.dumps(times if question == "zoom" else times[10:]))


if __name__ == "__main__":
    _child(sys.argv[1], sys.argv[2], sys.argv[3], *map(int, sys.argv[4:]))
