"""The disks that writers write to."""

import os
from collections.abc import Iterator

from lightboard.cli.sizes import readable as bytes_text
from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.look import Look
from lightboard.doctor.tree import readable
from lightboard.log.mounts import NO_APPEND, mount_of, synced_folder

FULL = 1 << 20
"""Bytes. With less there is no room for a minute's records, nor for a file system's own books."""


def full_disks(look: Look) -> Iterator[Finding]:
    """Report file systems of the log directories that have no room left."""
    places: dict[int, Place] = {}
    for path in _folders(look):
        try:
            device, disk = os.stat(path).st_dev, os.statvfs(path)
        except OSError:
            continue
        if disk.f_flag & os.ST_RDONLY:
            continue
        free = disk.f_bavail * disk.f_frsize
        if free < FULL:
            seen = f"{bytes_text(free)} free of {bytes_text(disk.f_blocks * disk.f_frsize)}"
        elif disk.f_files and not disk.f_favail:
            seen = f"no more files can be made, of {disk.f_files:,}"
        else:
            continue
        places.setdefault(device, Place(path=readable(path), seen=seen))
    if places:
        first = next(iter(places.values()))
        yield Finding("disk_full", f"{first.path}: {first.seen}.", list(places.values()))


def closed_logdirs(look: Look) -> Iterator[Finding]:
    """Report log directories without event files that this user may not write to: nothing can be logged there.

    Of one that may not be listed nobody knows what it holds.
    """
    used = {entry.logdir for entry in (*look.tree.entries, *look.tree.hidden)}
    used |= {folder.logdir for folder in look.tree.folders if folder.error is not None}
    places = [
        Place(path=logdir.readable_path, logdir=logdir.name)
        for logdir in look.logdirs
        if logdir not in used and os.path.isdir(logdir.path) and not _may_write(logdir.path)
    ]
    if places:
        seen = f"User {os.geteuid()} may not make files in {places[0].path}, and there are no event files."
        yield Finding("logdir_not_writable", seen, places)


def remote_disks(look: Look) -> Iterator[Finding]:
    """Report log directories on file systems that refuse appends, and in folders that a client synchronises."""
    places = []
    for logdir in look.logdirs:
        mount, synced = mount_of(logdir.path), synced_folder(logdir.readable_path)
        kind = NO_APPEND.get(mount.kind) if mount is not None else None
        if kind is not None or synced is not None:
            places.append(Place(path=logdir.readable_path, logdir=logdir.name, seen=kind or f"in {synced}"))
    if places:
        yield Finding("logdir_on_remote_disk", f"{places[0].path}: {places[0].seen}.", places)


def _folders(look: Look) -> Iterator[str]:
    """Log directories, and the folders of their event files where a link or a mount leads to another disk."""
    yield from (logdir.path for logdir in look.logdirs)
    seen = set()
    for entry in look.tree.entries:
        if entry.status is not None and entry.status.st_dev not in seen:
            seen.add(entry.status.st_dev)
            yield os.path.dirname(entry.path)


def _may_write(path: str) -> bool:
    return os.access(path, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids)


CHECKS = (full_disks, closed_logdirs, remote_disks)
