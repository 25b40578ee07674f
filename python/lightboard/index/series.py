"""The series of an index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, overload

import numpy as np

from lightboard.index.columns import decode
from lightboard.index.runs import Run
from lightboard.index.values import Values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lightboard import _core


Attempts = Literal["latest", "all"]


class Columns(NamedTuple):
    """Points of a series, a column each."""

    attempt: NDArray[np.int32]
    step: NDArray[np.int64]
    wall_time: NDArray[np.float64]
    value: NDArray[np.float64]


class Described(NamedTuple):
    """What a writer says of a series; each may be empty. `description` is Markdown."""

    plugin_name: str
    display_name: str
    description: str


class Places(NamedTuple):
    """Where the values of a series lie."""

    listed: dict[str, Any]
    attempt: NDArray[np.int32]
    columns: dict[str, NDArray[Any]]


class Series:
    """What one run logged under one tag: every point of it, or with `attempts="latest"` those not superseded.

    `step` (int64), `wall_time` (float64, seconds since 1970), `value` (float64) and `attempt` (int32, counts restarts)
    are read-only columns of equal length: attempts in turn, log order within each. They are read from the index
    together, when the first of them is asked for, and then stay as they are; ask the index for the series again to
    have later points. Kinds other than `scalar` have `values` instead of `value`, each read from its event file when it
    is asked for; either of the two raises TypeError where the other is meant.

    `count` (of every point), `last_step`, `last_wall_time` and `last_value` are as of the moment when the series was
    listed.
    """

    def __init__(self, core: _core.Index, run: Run, listed: dict[str, Any], attempts: Attempts) -> None:
        self._core = core
        self.attempts: Attempts = attempts
        self.run: Run = run
        self.tag: str = listed["tag"]
        self.kind: str = listed["kind"]
        self.count: int = listed["count"]
        self.last_step: int | None = listed["last_step"]
        self.last_wall_time: float | None = listed["last_wall_time"]
        value = listed["last_value"]
        self.last_value: float | None = None if value is None else float(value)

    @cached_property
    def _columns(self) -> Columns:
        attempt, step, wall_time, value = self._core.columns(self.run.id, self.tag, attempts=self.attempts)
        return Columns(
            np.frombuffer(memoryview(attempt), np.int32),
            np.frombuffer(memoryview(step), np.int64),
            np.frombuffer(memoryview(wall_time), np.float64),
            np.frombuffer(memoryview(value), np.float64),
        )

    @cached_property
    def _places(self) -> Places:
        frame = decode(self._core.values(self.tag, self.kind, runs=[self.run.id], attempts=self.attempts))
        if not frame.header["series"]:
            raise KeyError(
                f"expected the tag of a series of the run {self.run.name!r}, found {self.tag!r}: it was removed"
            )
        columns = frame.columns
        attempt = columns["attempt"].astype(np.int32)
        attempt.flags.writeable = False
        return Places(frame.header["series"][0], attempt, columns)

    def _column(self, name: str) -> NDArray[Any]:
        if self.kind == "scalar":
            return getattr(self._columns, name)  # type: ignore[no-any-return]
        return self._places.attempt if name == "attempt" else self._places.columns[name]

    @property
    def attempt(self) -> NDArray[np.int32]:
        """The attempt of each point, from 0: a run that was never restarted has only that."""
        return self._column("attempt")

    @property
    def step(self) -> NDArray[np.int64]:
        """The step of each point."""
        return self._column("step")

    @property
    def wall_time(self) -> NDArray[np.float64]:
        """When each point was logged, in seconds since 1970."""
        return self._column("wall_time")

    @property
    def value(self) -> NDArray[np.float64]:
        """Each value as it was logged, NaN and infinities too."""
        self._check_kind()
        return self._columns.value

    @cached_property
    def values(self) -> Values:
        """Each value of a series of another kind than scalar, read when it is asked for."""
        self._check_kind_is_other()
        listed, columns = self._places.listed, self._places.columns
        files = [file["id"] for file in listed["files"]]
        references = [
            (files[file], offset, index)
            for file, offset, index in zip(
                columns["file"].tolist(), columns["offset"].tolist(), columns["index"].tolist(), strict=True
            )
        ]
        return Values(self._core, (self.run.id, self.tag, self.kind), references)

    @property
    def described(self) -> Described:
        """What the writer says of the series, read from its event file; empty if that is gone."""
        return Described(*self._core.described(self.run.id, self.tag, self.kind))

    @property
    def reduce(self) -> str | None:
        """How its writer says that it is to be brought together with the series of other ranks, if it does.

        "mean", "median", "min", "max" or "sum"; read from its event file.
        """
        return self._core.reduce(self.run.id, self.tag) if self.kind == "scalar" else None

    def __len__(self) -> int:
        return len(self.step)

    def __repr__(self) -> str:
        last = "" if self.last_value is None else f", last {self.last_value:.6g} at step {self.last_step}"
        return f"<Series {self.tag!r} ({self.kind}) of run {self.run.name!r}: {self.count:,} points{last}>"

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """As that of a `SeriesList` which holds only this series."""
        return SeriesList(self._core, [self], self.attempts).__arrow_c_stream__(requested_schema)

    def _check_kind_is_other(self) -> None:
        if self.kind == "scalar":
            raise TypeError(
                f"expected a series of another kind than 'scalar', found {self!r}, which has the column .value"
            )

    def _check_kind(self) -> None:
        if self.kind != "scalar":
            raise TypeError(
                f"expected a series of the kind 'scalar', which has columns of points, found {self!r}. "
                "Those of other kinds have .values, with .step, .wall_time and .attempt."
            )


class SeriesList:  # No collections.abc.Sequence: polars would take it for a list of rows, not for an Arrow table.
    """Series in the order of their runs, of each run in natural order of tags.

    To whatever reads Arrow streams this is one table of their points, a row each, with the columns `run` (the
    run's name; with the log directory's before it where that is needed to tell runs apart) and `tag` (both dictionaries
    of text), `attempt` (int32), `step` (int64), `wall_time` and `value` (float64). It is read batch by batch: one
    series is in memory at a time, as it is at that moment.
    """

    def __init__(self, core: _core.Index, series: Sequence[Series], attempts: Attempts) -> None:
        self._core = core
        self._attempts: Attempts = attempts
        self._series = tuple(series)

    @overload
    def __getitem__(self, key: int) -> Series: ...
    @overload
    def __getitem__(self, key: slice) -> SeriesList: ...
    def __getitem__(self, key: int | slice) -> Series | SeriesList:
        if isinstance(key, slice):
            return SeriesList(self._core, self._series[key], self._attempts)
        return self._series[key]

    def __len__(self) -> int:
        return len(self._series)

    def __iter__(self) -> Iterator[Series]:
        return iter(self._series)

    def __repr__(self) -> str:
        points = sum(series.count for series in self)
        lines = [f"{len(self)} series, {points:,} points", *(f"  {series!r}" for series in self._series[:20])]
        return "\n".join([*lines, *(["  …"] if len(self) > 20 else [])])

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Give a capsule that holds an Arrow C stream of the points. Other schemas than its own are not offered.

        Raises TypeError when a series is of another kind than `scalar`.
        """
        for series in self:
            series._check_kind()
        logdirs: dict[str, set[str]] = {}
        for series in self:
            logdirs.setdefault(series.run.name, set()).add(series.run.logdir)
        return self._core.arrow_points(
            [
                (
                    series.run.id,
                    series.run.name
                    if len(logdirs[series.run.name]) == 1
                    else f"{series.run.logdir}/{series.run.name}",
                    series.tag,
                )
                for series in self
            ],
            attempts=self._attempts,
        )
