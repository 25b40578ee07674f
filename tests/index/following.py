"""An index that a test follows: it waits for news instead of sleeping."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from lightboard._core import Index
from lightboard.index import ColumnFrame, decode

PATIENCE_SECS = 30.0
Smoothing = tuple[Literal["ema", "gaussian", "mean"], float]
Baseline = tuple[str, Literal["difference", "ratio"]]
"""Id of the run, and how curves are compared with it."""


class Following:
    """An index with answers decoded, and with `until`."""

    def __init__(self, *logdirs: tuple[str, str], poll_secs: float = 0.02, cache: Path | None = None) -> None:
        self.index = Index(logdirs, poll_secs=poll_secs, cache_dir=None if cache is None else str(cache))

    def state(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.index.runs())
        return body

    def runs(self) -> dict[str, dict[str, Any]]:
        return {run["name"]: run for run in self.state()["runs"]}

    def run(self, name: str) -> dict[str, Any]:
        return self.runs()[name]

    def points(self) -> int:
        return sum(run["points"] for run in self.state()["runs"])

    def file(self, run: str) -> dict[str, Any]:
        (file,) = self.run(run)["files"]
        return dict(file)

    def tags(self) -> dict[tuple[str, str], int]:
        return {(tag["tag"], tag["kind"]): tag["runs"] for tag in json.loads(self.index.tags())["tags"]}

    def changes(self, since: int) -> dict[str, Any]:
        version, text = self.index.changes(since)
        body: dict[str, Any] = json.loads(text)
        assert body["version"] == version
        return body

    def scalars(
        self,
        *tags: str,
        runs: list[str] | None = None,
        axis: Literal["step", "relative", "wall"] = "step",
        x_min: float | None = None,
        x_max: float | None = None,
        width: int = 100_000,
        smoothing: Smoothing | None = None,
        attempts: Literal["latest", "all"] = "all",
        baseline: Baseline | None = None,
        quantiles: bool = False,
    ) -> ColumnFrame:
        """By default of the tag "loss" and so wide a picture that every point is in it."""
        frame = self.index.scalars(
            tags or ("loss",),
            runs=runs,
            axis=axis,
            x_min=x_min,
            x_max=x_max,
            width=width,
            smoothing=smoothing,
            attempts=attempts,
            baseline=baseline,
            quantiles=quantiles,
        )
        return decode(frame)

    def groups(
        self,
        groups: dict[str, list[str]],
        *tags: str,
        axis: Literal["step", "relative", "wall"] = "step",
        x_min: float | None = None,
        x_max: float | None = None,
        width: int = 100_000,
        smoothing: Smoothing | None = None,
        alignment: Literal["exact", "interpolate"] | None = None,
        baseline: Baseline | None = None,
    ) -> ColumnFrame:
        """Groups by name, each a list of names of runs; by default as `scalars`."""
        runs = self.runs()
        frame = self.index.groups(
            tags or ("loss",),
            [(name, [runs[member]["id"] for member in members]) for name, members in groups.items()],
            axis=axis,
            x_min=x_min,
            x_max=x_max,
            width=width,
            smoothing=smoothing,
            alignment=alignment,
            baseline=baseline,
        )
        return decode(frame)

    def table(self, *tags: str, runs: list[str] | None = None, at_step: int | None = None) -> ColumnFrame:
        return decode(self.index.table(tags or ("loss",), runs=runs, at_step=at_step))

    def steps(self, tag: str = "loss") -> list[int]:
        return [int(step) for step in self.scalars(tag).columns["step"]]

    def attempts(self, tag: str = "loss") -> list[list[int]]:
        frame = self.scalars(tag)
        steps = frame.columns["step"].tolist()
        return [steps[entry["start"] : entry["start"] + entry["length"]] for entry in frame.header["series"]]

    def until(self, condition: Callable[[], object]) -> int:
        """Wait for news until `condition` holds; returns the version then.

        What was read is told before it is news: who asks for the changes has to wait for a later version too.
        """
        end = time.monotonic() + PATIENCE_SECS
        version = self.index.version
        while not condition():
            news = self.index.wait(version, end - time.monotonic() if time.monotonic() < end else 0)
            assert news > version or condition(), f"no news of it for {PATIENCE_SECS} s: {self.state()}"
            version = news
        return self.index.version

    def until_loaded(self) -> int:
        def loaded() -> bool:
            state = self.state()
            return state["version"] > 0 and not any(run["state"] == "loading" for run in state["runs"])

        return self.until(loaded)

    def until_quiet(self) -> int:
        """Wait until there has been no news for a while; returns the version then."""
        version = self.index.version
        while (news := self.index.wait(version, 0.5)) > version:
            version = news
        return version
