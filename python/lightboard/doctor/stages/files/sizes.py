"""Trees that are too large for what reads them."""

import os
from collections.abc import Iterator

from lightboard.doctor import processes
from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.look import Look
from lightboard.doctor.processes import DATA_SERVER
from lightboard.doctor.words import amount

OTHERS = 10_000
SHARE = 100
"""So many other files, and so many for each event file: a walk is then spent on what is no run."""


def too_many_files(look: Look) -> Iterator[Finding]:
    """Report running TensorBoards that serve more event files than they may have open."""
    for pid in processes.named(DATA_SERVER):
        served = processes.paths(pid)
        logdirs = {logdir for logdir in look.logdirs if os.path.realpath(logdir.path) in served}
        count = sum(entry.is_regular and entry.logdir in logdirs for entry in look.tree.entries)
        limit = _limit_of(pid)
        if limit is not None and count > limit:
            yield Finding(
                "files_too_many",
                f"{amount(count, 'event file')}; process {pid} (TensorBoard) may have {limit:,} files open.",
                [Place(path=logdir.readable_path, logdir=logdir.name) for logdir in logdirs],
                remedy=f"Start TensorBoard in a shell with a higher limit: ulimit -n {max(65_536, 2 * count)}.",
            )


def enormous_trees(look: Look) -> Iterator[Finding]:
    """Report log directories in which event files are one file among very many."""
    tree = look.tree
    for logdir in look.logdirs:
        folders = [folder for folder in tree.folders if folder.logdir == logdir]
        files = len(folders) + sum(folder.files for folder in folders)
        count = sum(entry.logdir == logdir for entry in tree.entries)
        if files - count < OTHERS or files < SHARE * count or not count:
            continue
        crowded = sorted(folders, key=lambda folder: -folder.files)[:3]
        yield Finding(
            "tree_enormous",
            f"{files:,} files and folders below {logdir.readable_path}, {count:,} of them event files; listing them "
            f"all took {tree.seconds:.1f} s.",
            [folder.place(seen=f"{folder.files:,} files") for folder in crowded],
        )


def _limit_of(pid: int) -> int | None:
    """Return how many files a process may have open (Linux)."""
    try:
        with open(f"/proc/{pid}/limits", encoding="ascii") as file:
            line = next(line for line in file if line.startswith("Max open files"))
        return int(line.split()[3])
    except (OSError, StopIteration, ValueError, IndexError):
        return None


CHECKS = (too_many_files, enormous_trees)
