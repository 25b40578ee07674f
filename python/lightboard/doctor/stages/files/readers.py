"""What running readers hold open, beside what is on disk: TensorBoard's data server keeps every event file open."""

import os
import time
from collections.abc import Iterator

from lightboard.doctor import processes
from lightboard.doctor.audits import Audit
from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.look import Look
from lightboard.doctor.processes import DATA_SERVER, OpenFile
from lightboard.doctor.tree import Entry
from lightboard.doctor.words import amount

READ_ON = 60.0
"""A file that has not changed for so many seconds has been read: the data server looks again every five."""

SAMPLED = 1.0
"""Seconds between two looks at a reader that may be at work."""


def replaced_files(look: Look) -> Iterator[Finding]:
    """Report files that a reader holds open and that are no longer, or no longer those, under their names."""
    replaced, remade = [], []
    for file in _read(look):
        there = _identity(file.path)
        if there == (file.device, file.inode):
            continue
        place = look.place(file.path, seen=f"{_who(file)} reads the file that was there before")
        if there is not None:
            replaced.append(place)
        elif file.deleted and _holds_event_files(os.path.dirname(file.path)):
            remade.append(place)
    if replaced:
        seen = f"{amount(len(replaced), 'event file')} that a running TensorBoard holds open, replaced since."
        yield Finding("file_replaced", seen, replaced)
    if remade:
        seen = f"A running TensorBoard holds {amount(len(remade), 'removed file')} of folders that have others now."
        yield Finding("run_made_again", seen, remade)


def rewritten_files(look: Look) -> Iterator[Finding]:
    """Report files that are shorter than what a reader has read of them."""
    places = [
        look.place(file.path, seen=f"{_who(file)} has read {file.position:,} bytes, there are {file.size:,}")
        for file in _read(look)
        if file.position > file.size and not file.deleted
    ]
    if places:
        seen = (
            f"{amount(len(places), 'event file')}, shorter than what a running TensorBoard has read already."
        )
        yield Finding("file_rewritten", seen, places)


def files_given_up(look: Look) -> Iterator[Finding]:
    """Report whole files that TensorBoard's data server has closed: it closes only what it will not read again.

    With `--url` the board is asked what it serves of each series: the stage `api` tells of more.
    """
    servers = [pid for pid in processes.named(DATA_SERVER) if look.url is None and _closed(look, pid)]
    if not servers:
        return
    whole = {audit.entry.path for audit in look.audits.files if not _is_damaged(audit)}
    first = {pid: _closed(look, pid) for pid in servers}
    time.sleep(min(SAMPLED, look.left))  # One that has just begun is about to open them.
    places = [
        entry.place(seen=f"process {pid} ({processes.command(pid)}) does not read it any more")
        for pid in servers
        for path, entry in _closed(look, pid).items()
        if path in first[pid] and path in whole
    ]
    if places:
        seen = f"A running TensorBoard has given up {amount(len(places), 'event file')} without damage."
        yield Finding("reader_gave_up", seen, places)


def hidden_mounts(look: Look) -> Iterator[Finding]:
    """Report boards in containers that see another folder under a log directory's path."""
    places = []
    for pid in {pid for name in ("tensorboard", "lightboard") for pid, _ in processes.listening(name)}:
        for logdir in look.logdirs:
            path = os.path.realpath(logdir.path)
            if path not in processes.paths(pid) or not _is_apart(pid):
                continue
            ours, theirs = _identity(path), _identity(f"/proc/{pid}/root{path}")
            if ours is not None and ours != theirs:
                what = "nothing" if theirs is None else "another folder"
                who = f"process {pid} ({processes.command(pid)})"
                places.append(
                    Place(path=logdir.readable_path, logdir=logdir.name, seen=f"{who} sees {what} there")
                )
    if places:
        yield Finding("logdir_not_shared", f"{places[0].seen}: it runs in a container.", places)


def _read(look: Look) -> list[OpenFile]:
    readers = set(processes.named("tensorboard"))
    return [file for file in look.open_files if not file.writing and file.pid in readers]


def _closed(look: Look, pid: int) -> dict[str, Entry]:
    """List the event files that a data server serves but has not open; none while it is still reading others."""
    files = list(processes.open_files(pid))
    if not files or any(file.position < file.size for file in files):
        return {}
    opened = {(file.device, file.inode) for file in files}
    served = processes.paths(pid)
    before = time.time() - READ_ON
    return {
        entry.path: entry
        for entry in look.tree.entries
        if entry.status is not None
        and entry.is_regular
        and entry.size
        and entry.status.st_mtime < before
        and (entry.status.st_dev, entry.status.st_ino) not in opened
        and os.path.realpath(entry.logdir.path) in served
    }


def _is_damaged(audit: Audit) -> bool:
    return bool(audit.facts["damage_count"] or audit.facts["tail"])


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _holds_event_files(folder: str) -> bool:
    try:
        return any("tfevents" in name for name in os.listdir(folder))
    except OSError:
        return False


def _is_apart(pid: int) -> bool:
    """Whether the process has mounts of its own."""
    try:
        return os.readlink(f"/proc/{pid}/ns/mnt") != os.readlink("/proc/self/ns/mnt")
    except OSError:
        return False


def _who(file: OpenFile) -> str:
    return f"process {file.pid} ({file.command})"


CHECKS = (replaced_files, rewritten_files, files_given_up, hidden_mounts)
