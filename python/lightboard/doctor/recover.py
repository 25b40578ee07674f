"""Saves what can be read of damaged event files as new ones (`spec/doctor.md`, Recovery)."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lightboard._core import recover_file
from lightboard.api.settings import LogDirectory
from lightboard.doctor.codes import CODES
from lightboard.doctor.look import Look
from lightboard.doctor.tree import readable, walk

MARK = "tfevents"
"""What the name of an event file holds."""


class RefusedError(ValueError):
    """What was asked for makes no sense; the message says why, and what to do."""


@dataclass(frozen=True)
class Task:
    """One event file, and the new file to which what can be read of it goes."""

    source: str
    target: str


@dataclass(frozen=True)
class Recovery:
    """What became of some files: accounts of those that were read, `{"path", "message"}` of those that failed."""

    files: Sequence[dict[str, Any]]
    failures: Sequence[dict[str, str]]

    @property
    def exit_code(self) -> int:
        """0: nothing was lost; 1: something was; 3: a file could not be read to its end, or not written."""
        if self.failures or any(file["unreadable"] is not None for file in self.files):
            return 3
        return 1 if any(file["lost_count"] for file in self.files) else 0

    def to_json(self) -> dict[str, Any]:
        """Return it as spec/doctor.md describes it."""
        return {"files": list(self.files), "failures": list(self.failures), "exit_code": self.exit_code}


def refuse_within(to: str, folder: str) -> None:
    """Raise RefusedError if new files would come to stand in `folder` or below it, whatever links lead there."""
    if os.path.commonpath([os.path.realpath(to), os.path.realpath(folder)]) == os.path.realpath(folder):
        raise RefusedError(
            f"expected a directory for the new files outside of {readable(folder)}, where the damaged ones are, found "
            f"{readable(to)}: a board would read the points there twice. Choose another."
        )


def plan(given: Sequence[str], to: str) -> tuple[list[Task], list[dict[str, str]]]:
    """Find the event files that are meant, a folder standing for all below it, and a place below `to` for each.

    The places below `to` are those below the deepest folder that holds all that was given, so that no two files come to
    the same. Returns the tasks, and what could not be listed. Raises RefusedError.
    """
    paths = [os.path.abspath(path) for path in dict.fromkeys(given)]
    folders = {path for path in paths if os.path.isdir(path)}
    root = os.path.commonpath([path if path in folders else os.path.dirname(path) for path in paths])
    failures: list[dict[str, str]] = []
    sources: dict[str, None] = {}
    for path in paths:
        if path not in folders:
            sources[path] = None
            continue
        refuse_within(to, path)
        sources.update(dict.fromkeys(_below(path, failures)))
    if not sources and not failures:
        raise RefusedError(
            f"expected event files, found none in {', '.join(map(readable, given))}: their names hold {MARK}."
        )
    places = {source: os.path.join(to, os.path.relpath(source, root)) for source in sources}
    for source, place in places.items():
        # Not in the run of the old one.
        refuse_within(os.path.dirname(place), os.path.dirname(source))
    return _named(places), failures


def plan_for(look: Look, to: str) -> list[Task]:
    """Find the damaged files of a look, and a place below `to` for each by its run's name."""
    tasks = []
    for audit in look.audits.files:
        if audit.is_damaged:
            logdir = audit.entry.logdir
            base = os.path.join(to, logdir.name) if len(look.logdirs) > 1 else to
            place = os.path.join(base, os.path.relpath(audit.entry.path, logdir.path))
            tasks.append(Task(audit.entry.path, place))
    return tasks


def recover(tasks: Iterable[Task], failures: Iterable[dict[str, str]] = ()) -> Recovery:
    """Carry out `tasks`, one after the other; none stops the others."""
    files: list[dict[str, Any]] = []
    failed = list(failures)
    for task in tasks:
        try:
            account = json.loads(recover_file(task.source, task.target))
        except FileExistsError:
            failed.append(
                _failure(
                    task.source,
                    f"{readable(task.target)} exists, and nothing is overwritten. Remove it, or choose another --to.",
                )
            )
        except OSError as error:
            if error.filename == task.source:
                message = _why(task.source, error)
            else:
                message = f"{readable(task.target)}: {error.strerror}. Choose another --to."
            failed.append(_failure(task.source, message))
        else:
            target = task.target if account["records"] else None
            told = {"path": readable(task.source), "to": target and readable(target)}
            files.append(told | account)
    return Recovery(files, failed)


def _below(folder: str, failures: list[dict[str, str]]) -> list[str]:
    """Find event files below a folder, in order, each folder once and by its own name whatever links lead there.

    Notes what cannot be listed.
    """
    tree = walk(Look([LogDirectory("", folder)], budget=math.inf))
    failures += [
        _failure(listed.path, _why(listed.path, listed.error))
        for listed in tree.folders
        if listed.error is not None
    ]
    return sorted(entry.path for entry in (*tree.entries, *tree.hidden, *tree.unfinished) if entry.is_regular)


def _why(path: str, error: OSError) -> str:
    """Say why a file cannot be read, or a folder not be listed, and what to do."""
    if isinstance(error, FileNotFoundError):
        return "expected an event file, or a folder of them, found nothing. Look for it: lightboard doctor"
    if not isinstance(error, PermissionError):
        return str(error.strerror)
    # What is in a folder that may not be entered cannot be seen to exist: the deepest that can be is what is closed.
    closed = os.path.realpath(path)
    while not os.path.exists(closed):
        closed = os.path.dirname(closed)
    if os.path.isdir(closed):
        return f"this user may not enter {readable(closed)}. {CODES['folder_unreadable'].remedy}"
    return f"this user may not read it. {CODES['file_unreadable'].remedy}"


def _named(places: dict[str, str]) -> list[Task]:
    """Give new files names by which they are found, no two of them the same; names that have the mark are kept."""
    taken = {place for place in places.values() if MARK in os.path.basename(place)}
    tasks = []
    for source, place in places.items():
        target, number = place, 0
        if MARK not in os.path.basename(place):
            target = f"{place}.{MARK}"
            while target in taken:
                number += 1
                target = f"{place}.{MARK}.{number}"
            taken.add(target)
        tasks.append(Task(source, target))
    return tasks


def _failure(path: str, message: str) -> dict[str, str]:
    return {"path": readable(path), "message": message}
