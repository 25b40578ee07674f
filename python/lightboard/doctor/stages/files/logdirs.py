"""The log directories themselves: whether they are there, hold event files, and are the ones that were meant."""

import os
import tempfile
import time
from collections.abc import Iterator
from shlex import quote

from lightboard.api.settings import LogDirectory
from lightboard.doctor import places
from lightboard.doctor.audits import LIVE_SECONDS
from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.look import Look
from lightboard.doctor.tree import readable
from lightboard.doctor.words import amount

DAY = 86_400.0
KEPT_FOR = 3 * DAY
"""Jobs that clean temporary folders remove what was not used for ten days (systemd), for less elsewhere."""

MANY_RUNS = 500
"""TensorBoard's first page starts with all runs switched off when there are more."""

PROJECT = ("runs", "lightning_logs", "tb_logs", "logs", "tensorboard")
"""Names of folders that are log directories themselves."""


def misread_arguments(look: Look) -> Iterator[Finding]:
    """Report arguments that a board would have taken for something else."""
    yield from look.misread


def missing_logdirs(look: Look) -> Iterator[Finding]:
    """Report log directories that are not there, and where event files are instead."""
    explained = {place.path for finding in look.misread for place in finding.places}
    for logdir in look.logdirs:
        if not os.path.lexists(logdir.path) and logdir.readable_path not in explained:
            yield _without_files(
                look, "logdir_missing", logdir, f"Looked for {logdir.readable_path}, found nothing there."
            )


def logdirs_that_are_files(look: Look) -> Iterator[Finding]:
    """Report log directories that are files."""
    for logdir in look.logdirs:
        if os.path.exists(logdir.path) and not os.path.isdir(logdir.path):
            yield Finding("logdir_is_file", f"{logdir.readable_path} is no directory.", [_place(logdir)])


def empty_logdirs(look: Look) -> Iterator[Finding]:
    """Report log directories without a single event file, unless something else explains that."""
    tree = look.tree
    if not tree.complete:
        return
    explained = {
        entry.logdir for entry in (*tree.entries, *tree.hidden, *tree.unfinished, *tree.others, *tree.broken)
    }
    explained |= {folder.logdir for folder in tree.folders if folder.error is not None}
    for logdir in look.logdirs:
        if logdir not in explained and os.path.isdir(logdir.path):
            folders = [folder for folder in tree.folders if folder.logdir == logdir]
            files = sum(folder.files for folder in folders)
            seen = f"{amount(files, 'file')} in {amount(len(folders), 'folder')}, none of them an event file."
            yield _without_files(look, "logdir_empty", logdir, seen)


def logdir_too_deep(look: Look) -> Iterator[Finding]:
    """Report a run that was asked for and lies beside or above the log directory."""
    if look.run is None or any(entry.run == look.run for entry in look.tree.entries):
        return
    for logdir in look.logdirs:
        parent = os.path.dirname(logdir.path)
        beside = os.path.join(parent, look.run)
        if os.path.basename(logdir.path) == look.run or not _holds_event_files(beside):
            continue
        yield Finding(
            "logdir_too_deep",
            f"There is no run {look.run} in {logdir.readable_path}, but there is one beside it.",
            [Place(path=readable(beside), run=look.run)],
            remedy=f"Give the folder above: lightboard {quote(readable(parent))}",
        )


def logdir_too_high(look: Look) -> Iterator[Finding]:
    """Report log directories that are folders of many projects' log directories."""
    for logdir in look.logdirs:
        runs = {entry.run for entry in look.tree.entries if entry.logdir == logdir}
        projects = {project for run in runs if (project := _project(run)) is not None}
        if len(runs) > MANY_RUNS and len(projects) > 1:
            yield Finding(
                "logdir_too_high",
                f"{len(runs):,} runs, of {len(projects):,} log directories below {logdir.readable_path}.",
                [
                    Place(path=readable(os.path.join(logdir.path, project)), logdir=logdir.name)
                    for project in sorted(projects)
                ],
            )


def temporary_logdirs(look: Look) -> Iterator[Finding]:
    """Report runs in folders for temporary files that have been there for days: they are about to be removed."""
    temporary = [os.path.realpath(path) for path in (tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm")]  # noqa: S108
    volatile = {logdir for logdir in look.logdirs if _is_below(logdir, temporary)}
    before = time.time() - KEPT_FOR
    old = [
        entry
        for entry in look.tree.entries
        if entry.logdir in volatile and entry.status is not None and entry.status.st_mtime < before
    ]
    if old:
        oldest = min(entry.status.st_mtime for entry in old if entry.status is not None)
        yield Finding(
            "logdir_temporary",
            f"{amount(len(old), 'event file')} unchanged for {KEPT_FOR / DAY:.0f} days or more, the oldest for "
            f"{(time.time() - oldest) / DAY:.0f}.",
            [entry.place() for entry in old],
        )


def _place(logdir: LogDirectory) -> Place:
    return Place(path=logdir.readable_path, logdir=logdir.name)


def _without_files(look: Look, code: str, logdir: LogDirectory, seen: str) -> Finding:
    found = places.near(logdir.path, look.left)
    if not found:
        return Finding(code, seen, [_place(logdir)])
    where = [Place(path=readable(one.path), seen=f"{one.amount} ({one.why})") for one in found]
    return Finding(
        code,
        f"{seen} Event files are in {readable(found[0].path)}.",
        [_place(logdir), *where],
        remedy=f"If those are meant: lightboard {quote(readable(found[0].path))}",
    )


def _holds_event_files(folder: str) -> bool:
    try:
        with os.scandir(folder) as entries:
            return any("tfevents" in entry.name for entry in entries)
    except OSError:
        return False


def _project(run: str) -> str | None:
    """Return the upper part of a run's path up to the first folder that is named like a log directory."""
    parts = run.split(os.sep)
    for number, part in enumerate(parts):
        if part in PROJECT:
            return os.sep.join(parts[: number + 1])
    return None


def _is_below(logdir: LogDirectory, folders: list[str]) -> bool:
    real = os.path.realpath(logdir.path)
    return any(os.path.commonpath([real, folder]) == folder for folder in folders)


def empty_files(look: Look) -> Iterator[Finding]:
    """Report event files of 0 bytes, but for those of programs that have just begun."""
    empty = [
        (entry, entry.status)
        for entry in look.tree.entries
        if entry.is_regular and entry.status is not None and not entry.size
    ]
    writers = {(one.device, one.inode): one.pid for one in look.open_files if one.writing} if empty else {}
    found = []
    for entry, status in empty:
        writer = writers.get((status.st_dev, status.st_ino))
        if writer is None:
            found.append(entry.place())
        elif time.time() - status.st_mtime > LIVE_SECONDS:
            found.append(entry.place(seen=f"open in process {writer}, which has written nothing yet"))
    if found:
        yield Finding("file_empty", f"{amount(len(found), 'event file')} of 0 bytes.", found)


CHECKS = (
    misread_arguments,
    missing_logdirs,
    logdirs_that_are_files,
    empty_logdirs,
    logdir_too_deep,
    logdir_too_high,
    temporary_logdirs,
    empty_files,
)
