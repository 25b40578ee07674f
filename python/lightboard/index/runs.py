"""The runs of an index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, overload

from lightboard._core import arrow_table
from lightboard.index.names import unknown

if TYPE_CHECKING:
    from lightboard.index.opened import Index
    from lightboard.index.series import Attempts, Series, SeriesList

COLUMNS: tuple[tuple[str, Literal["text", "int", "float"]], ...] = (
    ("id", "text"),
    ("logdir", "text"),
    ("name", "text"),
    ("parent", "text"),
    ("made_by", "text"),
    ("state", "text"),
    ("message", "text"),
    ("first_wall_time", "float"),
    ("last_wall_time", "float"),
    ("last_step", "int"),
    ("points", "int"),
    ("tags", "int"),
    ("attempts", "int"),
)
"""Of the table that `Runs` is to programs which read Arrow."""


@dataclass(frozen=True)
class Run:
    """A directory that holds event files, as it was when the index was asked.

    `name` is its path below the log directory called `logdir`; `id` tells it from all others and stays the same.
    `state` is `live`, `idle`, `damaged`, `unreadable`, `empty`, `header_only`, `foreign`, `copy` or `loading`
    (spec/api.md), and `message` what is wrong, if anything is. Wall times are seconds since 1970. `points`
    counts scalar points, `tags` series of any kind, `attempts` the stretches between restarts. `parent` is
    the id of the run that this is a sub-run of, and `made_by` the call that made it, `add_scalars` or
    `add_hparams`. `conflict` tells of several writers at work at a time. `conflict`, `files` and `writers`
    are the members of that name in spec/api.md.
    """

    id: str
    logdir: str
    name: str
    parent: str | None
    made_by: str | None
    state: str
    message: str
    first_wall_time: float | None
    last_wall_time: float | None
    last_step: int | None
    points: int
    tags: int
    attempts: int
    conflict: Mapping[str, Any] | None = field(repr=False)
    writers: tuple[Mapping[str, Any], ...] = field(repr=False)
    files: tuple[Mapping[str, Any], ...] = field(repr=False)
    _index: Index = field(repr=False, compare=False)

    def series(
        self,
        tag: str | Sequence[str] | None = None,
        *,
        kind: str | None = "scalar",
        attempts: Attempts = "all",
    ) -> SeriesList:
        """List this run's series; see `Index.series`."""
        return self._index.series(tag=tag, run=self, kind=kind, attempts=attempts)

    @property
    def hparams(self) -> dict[str, float | str | bool]:
        """The hyper-parameters that `config` or `add_hparams` logged last, for this run or a sub-run; may be empty.

        Lists and named settings are JSON. Asked of the index each time. Raises UnavailableError, an OSError, if what
        was logged cannot be read.
        """
        return self._index._run_hparams(self.id)

    def __getitem__(self, tag: str) -> Series:
        """Give the scalar series of that tag. Raises UnknownNameError, a KeyError, if the run has none."""
        return self.series(tag)[0]


class Runs:  # No collections.abc.Sequence: polars would take it for a list of rows, not for an Arrow table.
    """The runs of an index, by place, name or id.

    `runs[0]`, `runs["experiment_1"]`, and `runs["old/experiment_1"]` with the log directory's name where several have a
    run of that name.

    Log directories stand as given, runs in natural order of their names. To whatever reads Arrow streams this is a
    table with a row for each run and the columns `id`, `logdir`, `name`, `parent`, `made_by`, `state`,
    `message`, `first_wall_time`, `last_wall_time`, `last_step`, `points`, `tags` and `attempts`.
    """

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = tuple(runs)

    @overload
    def __getitem__(self, key: int | str) -> Run: ...
    @overload
    def __getitem__(self, key: slice) -> Runs: ...
    def __getitem__(self, key: int | str | slice) -> Run | Runs:
        """One run, or those of a slice. Raises UnknownNameError, a KeyError, and IndexError."""
        if isinstance(key, slice):
            return Runs(self._runs[key])
        if isinstance(key, int):
            return self._runs[key]
        named = [run for run in self._runs if run.name == key]
        exact = [run for run in self._runs if key in {run.id, f"{run.logdir}/{run.name}"}]
        found = named if len(named) == 1 else exact
        if found:
            return found[0]
        if named:
            raise unknown("run", key, (f"{run.logdir}/{run.name}" for run in named), "this index, told apart")
        raise unknown("run", key, (run.name for run in self._runs), "this index")

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[Run]:
        return iter(self._runs)

    def __contains__(self, key: object) -> bool:
        return any(key in (run, run.name, run.id, f"{run.logdir}/{run.name}") for run in self._runs)

    def __repr__(self) -> str:
        lines = [f"{len(self)} run{'' if len(self) == 1 else 's'}"]
        lines += [
            f"  {run.name!r}  {run.state}  {run.points:,} points  {run.tags} tags" for run in self._runs[:20]
        ]
        return "\n".join([*lines, *(["  …"] if len(self) > 20 else [])])

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Give a capsule that holds an Arrow C stream of the table. Other schemas than its own are not offered."""
        return arrow_table([(name, kind, [getattr(run, name) for run in self]) for name, kind in COLUMNS])
