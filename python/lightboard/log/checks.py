"""What a writer looks at when it is made: what is likely to hide or mix up its run later.

The words are those of the doctor's catalogue (spec/doctor.md), so that what is warned of here can be looked up there.
They are imported only where there is something to warn of. `LIGHTBOARD_CHECKS=off` silences all of it.
"""

import os
from collections.abc import Iterator, Mapping

from lightboard.log.conflict import earlier_files, live_writers
from lightboard.log.mounts import NO_APPEND, mount_of, synced_folder
from lightboard.log.notices import warn_of_all
from lightboard.log.ranks import rank_of

LITTLE_SPACE = 16 << 20
"""Bytes free below which a writer says so."""

TEMPORARY = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - looked for, not used

_told: set[str] = set()
"""What is a matter of the machine and not of the run is told once a process."""


def check(path: str, own: str, *, comment: str, resumes: bool, ranks_are_ruled: bool) -> None:
    """Warn of what was found in and around the directory `path`, in which the event file `own` was just made.

    `comment` is one that is ignored; `resumes`: a `purge_step` tells where the run goes on; `ranks_are_ruled`: which
    ranks log was said.
    """
    if os.environ.get("LIGHTBOARD_CHECKS", "").lower() != "off":
        warn_of_all(
            _worded(code, seen)
            for code, seen in _found(
                path, own, comment=comment, resumes=resumes, ranks_are_ruled=ranks_are_ruled
            )
        )


def _worded(code: str, seen: str) -> str:
    from lightboard.doctor.codes import CODES

    about = CODES[code]
    return f"{seen} {about.consequence} {about.remedy} ({code}; LIGHTBOARD_CHECKS=off silences this)"


def _found(
    path: str, own: str, *, comment: str, resumes: bool, ranks_are_ruled: bool
) -> Iterator[tuple[str, str]]:
    if comment:
        yield "run_is_logdir", f"comment={comment!r} is ignored, since log_dir is given; put it into log_dir."
    others = live_writers(path, own)
    earlier = [] if resumes or others else earlier_files(path, own)
    if not ranks_are_ruled and (others or earlier) and (rank := _rank(os.environ)):
        yield (
            "ranks_in_one_folder",
            f"this is rank {rank} of a program, and {path} has event files of other processes already: it seems that "
            'each rank logs there. Give ranks="all" for a run of each, ranks="zero" for the first alone.',
        )
    elif others:
        yield (
            "writers_at_once",
            f"expected no other writer in {path}, found {', '.join(str(other) for other in others)}.",
        )
    elif earlier:
        files = earlier[0] if len(earlier) == 1 else f"{earlier[0]} and {len(earlier) - 1} more"
        yield (
            "restarted",
            f"expected an empty directory for a new run, found an earlier one in {path}: {files}.",
        )
    yield from _machine(path)


def _machine(path: str) -> Iterator[tuple[str, str]]:
    mount, synced = mount_of(path), synced_folder(path)
    kind = NO_APPEND.get(mount.kind) if mount is not None else None
    if kind is not None or synced is not None:
        place = f"{mount.point} is {kind}" if mount is not None and kind else f"{synced} is synchronised"
        if _once(place):
            yield "logdir_on_remote_disk", f"expected a local disk for {path}, found that {place}."
    try:
        disk = os.statvfs(path)
    except OSError:
        return  # Removed meanwhile, which the writer tells by itself.
    free = disk.f_bavail * disk.f_frsize
    if free < LITTLE_SPACE and _once(f"space {mount}"):
        yield "disk_full", f"expected room for {path}, found {free >> 10:,} KiB free on its disk."
    # Tests log where nothing is meant to stay.
    if "PYTEST_CURRENT_TEST" not in os.environ and _is_temporary(path) and _once("temporary"):
        yield "logdir_temporary", f"expected a directory that is kept, found one for temporary files: {path}."


def _once(what: str) -> bool:
    if what in _told:
        return False
    _told.add(what)
    return True


def _rank(environment: Mapping[str, str]) -> int | None:
    try:
        return rank_of(environment)
    except ValueError:
        return None  # Nobody asked for ranks: a variable of that name means something else.


def _is_temporary(path: str) -> bool:
    real = os.path.realpath(path)
    # What the environment names, as `tempfile` does; that takes the working directory where none of all can be used.
    named = (os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP"))
    folders = {os.path.realpath(folder) for folder in (*named, *TEMPORARY) if folder}
    return any(real.startswith(folder + os.sep) for folder in folders)
