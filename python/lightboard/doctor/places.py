"""Where event files are, when nobody has said it: the usual places, and what running boards were opened on."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lightboard.cli.occupant import find_occupant
from lightboard.doctor import processes
from lightboard.doctor.instances import instances
from lightboard.doctor.words import amount, similar

USUAL = ("runs", "lightning_logs", "tb_logs", "logs", "outputs")
DEFAULT_PORT = 6006
"""Where Lightboard and TensorBoard listen, if nothing else was said: asked where processes cannot be listed."""

DEPTH = 5
FOLDERS = 5_000
SECONDS = 5.0
"""The search is no examination: so deep, so many folders below each place, so long in all."""

PASSED_OVER = frozenset({"node_modules", "site-packages", "__pycache__", "venv", "proc", "sys"})

HERE = "in the working directory"


@dataclass(frozen=True)
class Found:
    """A folder with `files` event files in `runs` folders, itself or below. `why` says what led there."""

    path: str
    why: str
    files: int
    runs: int
    is_run: bool
    """Whether event files lie in the folder itself."""
    more: bool = False
    """Whether the search ended before it had seen all."""

    @property
    def amount(self) -> str:
        """How many event files there are."""
        files = f"{amount(self.files, 'event file')} in {amount(self.runs, 'folder')}"
        return files + (" or more" if self.more else "")

    def __str__(self) -> str:
        return f"{self.path} ({self.why}): {self.amount}"


def search() -> list[Found]:
    """Look where running boards look, and below the working directory; of nested places only the upper one is told."""
    end = time.monotonic() + SECONDS
    return _upper([*_count_all(_running_boards(), end), *_below(os.getcwd(), end)])


def near(path: str, seconds: float = SECONDS) -> list[Found]:
    """Look for what was meant by a path without event files: names like it, the usual places, the folder above."""
    end = time.monotonic() + min(SECONDS, seconds)
    parent, name = os.path.split(path)
    alike = similar(name, _folders(parent), cutoff=0.7)
    candidates = [(os.path.join(parent, other), "a similar name") for other in alike]
    for folder, why in (
        (parent, "beside it"),
        (os.getcwd(), HERE),
        (os.path.expanduser("~"), "in the home directory"),
    ):
        candidates += [(os.path.join(folder, usual), why) for usual in USUAL]
    found = [one for one in _count_all(candidates, end) if one.path != path]
    if os.path.isdir(path) and not found:
        found = list(_count_all([(parent, "the folder above")], end))
    return _upper(found)


def _below(folder: str, end: float) -> list[Found]:
    """Log directories in a folder: the folder itself if runs lie in it, else those of its folders that hold runs."""
    own = _count(folder, HERE, end, depth=0)
    names = sorted(_folders(folder), key=lambda name: (name not in USUAL, name))
    found = list(_count_all(((os.path.join(folder, name), HERE) for name in names), end))
    runs = [one for one in found if one.is_run and os.path.basename(one.path) not in USUAL]
    if own is None and not runs:
        return found
    return [
        Found(
            folder,
            HERE,
            sum(one.files for one in found) + (own.files if own else 0),
            sum(one.runs for one in found) + (own.runs if own else 0),
            is_run=own is not None,
            more=any(one.more for one in found),
        )
    ]


def _folders(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if _is_entered(entry.name) and entry.is_dir()]
    except OSError:
        return []


def _is_entered(name: str) -> bool:
    return not name.startswith(".") and name not in PASSED_OVER


def _count_all(candidates: Iterable[tuple[str, str]], end: float) -> Iterator[Found]:
    for path, why in candidates:
        try:
            found = _count(path, why, end)
        except ValueError:  # No path, whatever a board said: it holds a zero byte.
            continue
        if found is not None:
            yield found


def _count(path: str, why: str, end: float, depth: int = DEPTH) -> Found | None:
    files, runs, is_run, more = 0, 0, False, False
    for number, (folder, folders, names) in enumerate(os.walk(path)):
        if number == FOLDERS or time.monotonic() > end:
            more = True
            break
        inside = os.path.relpath(folder, path)
        level = 0 if inside == "." else inside.count(os.sep) + 1
        folders[:] = [name for name in folders if _is_entered(name)]
        if level == depth and folders:
            more = True
            folders.clear()
        here = sum("tfevents" in name for name in names)
        files += here
        runs += here > 0
        is_run = is_run or (here > 0 and level == 0)
    return Found(path, why, files, runs, is_run, more) if files else None


def _upper(places: Iterable[Found]) -> list[Found]:
    """Drop what lies in another place, or is the same by another name."""
    kept: dict[str, Found] = {}
    for found in places:
        kept.setdefault(os.path.realpath(found.path), found)
    return [
        found
        for real, found in kept.items()
        if not any(other != real and os.path.commonpath([real, other]) == other for other in kept)
    ]


def _running_boards() -> Iterator[tuple[str, str]]:
    listening = [port for _, port in processes.listening("lightboard")] or [DEFAULT_PORT]
    for port in listening:
        for path in sorted(find_occupant("127.0.0.1", port).paths):
            yield path, f"open in the Lightboard on port {port}"
    for instance in instances():
        try:
            cwd = os.readlink(f"/proc/{instance.pid}/cwd") if os.path.isdir("/proc/self") else os.getcwd()
        except OSError:  # It has ended, or belongs to another user.
            continue
        why = f"open in the TensorBoard on port {instance.port}, pid {instance.pid}"
        yield os.path.join(cwd, instance.logdir), why
