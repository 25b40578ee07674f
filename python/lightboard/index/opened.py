"""Log directories as a program opens them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from lightboard import _core
from lightboard.addresses import refusal
from lightboard.cache_dir import cache_dir as default_cache_dir
from lightboard.index.names import unknown
from lightboard.index.runs import Run, Runs
from lightboard.index.series import Attempts, Series, SeriesList

Path = str | os.PathLike[str]


class Index:
    """Every run below some log directories, and every point of them. Made by `lightboard.open`.

    A thread of its own follows the files, so what is asked for is what was read by then; `refresh()` waits for all that
    is on disk. May be used from any thread. Close it, or use it in a `with` statement, to stop following.
    """

    def __init__(self, core: _core.Index, paths: Sequence[str]) -> None:
        self._core = core
        self._paths = tuple(paths)

    @property
    def runs(self) -> Runs:
        """Every run there is, whatever its state, as of now."""
        body = json.loads(self._core.runs())
        return Runs([self._run(run) for run in body["runs"]])

    @property
    def tags(self) -> dict[str, list[str]]:
        """Each tag, in natural order, with the kinds that it was logged as: `{"loss": ["scalar"]}`."""
        tags: dict[str, list[str]] = {}
        for entry in json.loads(self._core.tags())["tags"]:
            tags.setdefault(entry["tag"], []).append(entry["kind"])
        return tags

    def series(
        self,
        tag: str | Iterable[str] | None = None,
        run: str | Run | Iterable[str | Run] | None = None,
        *,
        kind: str | None = "scalar",
        attempts: Attempts = "all",
    ) -> SeriesList:
        """List the series of one tag, some tags or all, of one run (a `Run`, its name or its id), some or all.

        Their columns have every point; with `attempts="latest"` not those which a later attempt superseded, as the
        board draws a run that was restarted.

        `kind` is one of those in ARCHITECTURE.md, or None for every kind. Raises UnknownNameError, a KeyError that
        tells near names, for a run that there is not, and for a tag that none of the runs has in that kind.
        """
        if attempts not in ("latest", "all"):
            raise ValueError(f'expected attempts="latest" or attempts="all", found attempts={attempts!r}')
        known = self.runs
        asked = None if run is None else [known[_key(one)] for one in _several(run, (str, Run))]
        tags = None if tag is None else list(_several(tag, (str,)))
        body = self._core.series(
            tag=tags[0] if tags is not None and len(tags) == 1 else None,
            runs=None if asked is None else [one.id for one in asked],
        )
        by_id = {one.id: one for one in known}
        found = [
            Series(self._core, by_id[listed["run"]], listed, attempts)
            for listed in json.loads(body)["series"]
            # A run that appeared in between is not listed yet.
            if listed["run"] in by_id
            and (kind is None or listed["kind"] == kind)
            and (tags is None or listed["tag"] in tags)
        ]
        for name in tags or ():
            if not any(series.tag == name for series in found):
                raise self._unknown_tag(name, asked, kind)
        return SeriesList(self._core, found, attempts)

    def refresh(self, timeout: float | None = None) -> Self:
        """Wait until everything was read that is on disk now; returns the index.

        Raises TimeoutError, which tells how much was read, after `timeout` seconds (None: never), and OSError when
        a log directory is not there or cannot be read.
        """
        if not self._core.refresh(timeout):
            progress = json.loads(self._core.runs())["loading"]
            what = f"{progress['bytes_read']:,} of {progress['bytes_total']:,} bytes of the event files found"
            if self._core.closed:
                raise ValueError("expected an open index to refresh, found a closed one: open it again")
            raise TimeoutError(
                f"expected to have read all event files within {timeout} s, read {what} so far"
            )
        self._check_logdirs()
        return self

    def close(self) -> None:
        """Stop following the files. What was read can still be asked for. Repeatable."""
        self._core.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        runs = self.runs
        points = sum(run.points for run in runs)
        closed = ", closed" if self._core.closed else ""
        counts = f"{len(runs)} run{'' if len(runs) == 1 else 's'}, {len(self.tags)} tags, {points:,} points"
        return f"<lightboard.Index of {', '.join(self._paths)}: {counts}{closed}>"

    def _run(self, body: dict[str, Any]) -> Run:
        members = {name: body[name] for name in Run.__dataclass_fields__ if name in body}
        members |= {"writers": tuple(body["writers"]), "files": tuple(body["files"])}
        return Run(**members, _index=self)

    def _run_hparams(self, run: str) -> dict[str, float | str | bool]:
        return self._core.run_hparams(run)

    def _unknown_tag(self, name: str, asked: Sequence[Run] | None, kind: str | None) -> KeyError:
        body = self._core.series(runs=None if asked is None else [run.id for run in asked])
        listed = json.loads(body)["series"]
        others = sorted({series["kind"] for series in listed if series["tag"] == name})
        where = "this index" if asked is None else " or ".join(f"the run {run.name!r}" for run in asked[:3])
        error = unknown(
            "tag",
            name,
            (series["tag"] for series in listed if kind is None or series["kind"] == kind),
            f"{where}, of the kind {kind!r}" if kind else where,
        )
        if others:
            error.args = (f"{error} It was logged as {', '.join(others)}: ask with kind={others[0]!r}.",)
        return error

    def _check_logdirs(self) -> None:
        errors = {
            "missing": FileNotFoundError,
            "not_a_directory": NotADirectoryError,
            "unreadable": PermissionError,
            "failed": OSError,
        }
        for logdir in json.loads(self._core.runs())["logdirs"]:
            if logdir["state"] in errors:
                raise errors[logdir["state"]](logdir["message"])


def open(
    *logdirs: Path | Mapping[str, Path],
    timeout: float | None = None,
    cache_dir: Path | None = "",
    max_memory: int = 1 << 30,
) -> Index:
    """Open log directories, read everything that their event files hold, and follow them from there.

    A log directory is a path, or is given a name by a mapping: `lightboard.open("runs", {"old": "/data/runs"})`. What
    is read is kept below `cache_dir`, so that the next time is fast: by default `$LIGHTBOARD_CACHE_DIR`, else
    `$XDG_CACHE_HOME/lightboard`, else `~/.cache/lightboard`; None keeps nothing. `max_memory` (bytes) is what the index
    takes at most; columns that you ask for come on top. Nothing is ever written into a log directory.

    Raises TimeoutError, which tells how much was read, when that takes more than `timeout` seconds (None: it may take
    any time); FileNotFoundError, NotADirectoryError or PermissionError for a log directory that cannot be read;
    ValueError for an address such as `s3://bucket/runs`; TypeError for none.
    """
    pairs = list(_named(logdirs))
    if not pairs:
        raise TypeError('expected at least one log directory, found none: lightboard.open("runs")')
    folder = default_cache_dir() if cache_dir == "" else cache_dir
    core = _core.Index(
        pairs, cache_dir=None if folder is None else os.path.abspath(folder), max_memory=max_memory
    )
    index = Index(core, [path for _, path in pairs])
    try:
        return index.refresh(timeout)
    except BaseException:
        index.close()
        raise


def _named(logdirs: Iterable[Path | Mapping[str, Path]]) -> Iterator[tuple[str, str]]:
    for given in logdirs:
        items = given.items() if isinstance(given, Mapping) else [(None, given)]
        for name, path in items:
            if (refused := refusal(os.fspath(path))) is not None:
                raise ValueError(refused)
            absolute = os.path.abspath(os.path.expanduser(path))
            yield name or os.path.basename(absolute) or os.sep, absolute


def _several(given: Any, single: tuple[type, ...]) -> Iterable[Any]:
    return [given] if isinstance(given, single) else given


def _key(run: str | Run) -> str:
    return run.id if isinstance(run, Run) else run
