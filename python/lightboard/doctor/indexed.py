"""What Lightboard's own index makes of the log directories."""

from __future__ import annotations

import json
import math
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from lightboard._core import Index, UnavailableError, list_caches
from lightboard.cache_dir import cache_dir
from lightboard.doctor.look import Look
from lightboard.doctor.tree import readable
from lightboard.index import decode

SECONDS_BETWEEN_REPORTS = 1.0
TAGS_AT_ONCE = 100
EXPERIMENT = "_hparams_/experiment"
"""Tag of what a run says of its experiment."""


@dataclass(frozen=True)
class Extremes:
    """Of a scalar series: its lowest and highest finite value, if any, how many are not finite, and its last step."""

    lowest: float | None
    highest: float | None
    non_finite: int
    last_step: int


@dataclass(frozen=True)
class Experiment:
    """What a run says of the experiment that it is part of: names of hyper-parameters, and tags of metrics."""

    hparams: frozenset[str]
    metrics: frozenset[str]


@dataclass(frozen=True)
class Indexed:
    """What the index answers; `complete` tells whether all files were read.

    `runs` is as in GET /api/runs, `series` as the index lists them, `hparams` by run id as in GET /api/hparams,
    `extremes` by run id and tag, as in POST /api/table, `experiments` by run id, as in POST /api/values/read; the last
    three are empty if not all was read.
    """

    runs: dict[str, Any]
    series: list[dict[str, Any]]
    complete: bool
    hparams: dict[str, dict[str, Any]] = field(default_factory=dict)
    extremes: dict[tuple[str, str], Extremes] = field(default_factory=dict)
    experiments: dict[str, Experiment] = field(default_factory=dict)


def index(look: Look) -> Indexed:
    """Read the log directories through the index and what its cache holds now, as long as the budget lasts."""
    with _cache_as_it_is(look) as cache:
        core = Index(list(look.logdirs), cache_dir=cache)
        try:
            complete = _read(core, look)
            series = json.loads(core.series())["series"]
            found = Indexed(
                json.loads(core.runs()),
                series,
                complete,
                json.loads(core.hparams())["runs"] if complete else {},
                dict(_extremes(core, series, look)) if complete else {},
                dict(_experiments(core, look)) if complete else {},
            )
        finally:
            core.close()
    if look.left == 0 and not complete:
        look.left_out.append("The index has not read all event files: the time was used up.")
    return found


def _read(core: Index, look: Look) -> bool:
    """Wait until all is read; whether it is. Not so if the time is used up before, or the index fails."""
    while not core.refresh(min(SECONDS_BETWEEN_REPORTS, look.left)):
        state = json.loads(core.runs())
        if look.left == 0 or any(logdir["state"] == "failed" for logdir in state["logdirs"]):
            return False
        loading = state["loading"]
        look.progress("reading into the index", loading["bytes_read"] / (loading["bytes_total"] or 1))
    return True


@contextmanager
def _cache_as_it_is(look: Look) -> Iterator[str | None]:
    """Lend the cache to an index that may write in it: a folder of links to what a board would read.

    The doctor changes nothing, and holds no lock that a board waits for. None if there is no cache of these log
    directories.
    """
    root = cache_dir()
    paths = {readable(os.path.realpath(logdir.path)) for logdir in look.logdirs}
    kept = [entry["folder"] for entry in json.loads(list_caches(root))["caches"] if entry["logdir"] in paths]
    with ExitStack() as stack:
        lent: str | None = None
        try:
            if kept:
                lent = stack.enter_context(tempfile.TemporaryDirectory(prefix="lightboard-doctor-"))
                for folder in kept:
                    _link(folder, os.path.join(lent, os.path.relpath(folder, root)))
        except OSError:
            # As without a cache: a board that cannot read it reads the event files, too.
            lent = None
        yield lent


def _link(folder: str, copy: str) -> None:
    """Make a folder of a cache that reads as `folder` does. Segments never change, the manifest is replaced."""
    os.makedirs(copy)
    for name in os.listdir(folder):
        if name == "manifest":
            shutil.copy(os.path.join(folder, name), copy)
        elif name.endswith(".segment"):
            os.symlink(os.path.join(folder, name), os.path.join(copy, name))


def _extremes(
    core: Index, series: list[dict[str, Any]], look: Look
) -> Iterator[tuple[tuple[str, str], Extremes]]:
    """Ask for the extremes of all scalar series, some tags at a time of the runs that have one of them."""
    having: dict[str, set[str]] = {}
    for one in series:
        if one["kind"] == "scalar":
            having.setdefault(one["tag"], set()).add(one["run"])
    tags = sorted(having)
    for start in range(0, len(tags), TAGS_AT_ONCE):
        if look.left == 0:
            return
        asked = tags[start : start + TAGS_AT_ONCE]
        runs = sorted(set().union(*(having[tag] for tag in asked)))
        frame = decode(core.table(asked, runs=runs, at_step=None))
        cells = zip(
            *(
                frame.columns[name].tolist()
                for name in ("count", "min_value", "max_value", "non_finite", "last_step")
            ),
            strict=True,
        )
        keys = [(run, tag) for run in frame.header["runs"] for tag in frame.header["tags"]]
        for key, (count, lowest, highest, non_finite, last_step) in zip(keys, cells, strict=True):
            if count and key[0] not in frame.header["incomplete"]:
                yield key, Extremes(_number(lowest), _number(highest), non_finite, last_step)


def _experiments(core: Index, look: Look) -> Iterator[tuple[str, Experiment]]:
    """Read what each run says of its experiment, in the record that it logged last."""
    frame = decode(core.values(EXPERIMENT, "hparams", runs=None))
    for one in frame.header["series"]:
        if look.left == 0:
            return
        last = one["start"] + one["length"] - 1
        file, offset, index = (frame.columns[name][last].item() for name in ("file", "offset", "index"))
        reference = (one["files"][file]["id"], offset, index)
        try:
            read = core.read_values(one["run"], EXPERIMENT, "hparams", [reference], with_files=False)
        except UnavailableError:
            continue
        told = decode(read).header["values"][0].get("experiment")
        if told is not None:
            hparams = frozenset(hparam["name"] for hparam in told["hparams"])
            yield one["run"], Experiment(hparams, frozenset(metric["tag"] for metric in told["metrics"]))


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
