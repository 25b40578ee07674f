"""Checks of the stage `files`."""

import os
from collections.abc import Iterator

from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.look import Look


def missing_logdirs(look: Look) -> Iterator[Finding]:
    """Report log directories that are not there."""
    for logdir in look.logdirs:
        if not os.path.lexists(logdir.path):
            yield Finding(
                "logdir_missing",
                f"Looked for {logdir.readable_path}, found nothing there.",
                [Place(path=logdir.readable_path, logdir=logdir.name)],
            )


def empty_files(look: Look) -> Iterator[Finding]:
    """Report event files of 0 bytes."""
    empty = [entry for entry in look.tree.entries if entry.is_regular and entry.size == 0]
    if empty:
        yield Finding(
            "file_empty", f"{len(empty):,} event files have 0 bytes.", [entry.place() for entry in empty]
        )


CHECKS = (missing_logdirs, empty_files)
