"""Trees that are too large for what reads them."""

from collections.abc import Iterator

from lightboard.doctor import processes
from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.look import Look

OTHERS = 10_000
SHARE = 100
"""So many other files, and so many for each event file: a walk is then spent on what is no run."""


def too_many_files(look: Look) -> Iterator[Finding]:
    """Report log directories with more event files than a reader may have open."""
    count = sum(entry.is_regular for entry in look.tree.entries)
    readers = {
        pid: limit for pid, _ in processes.listening("tensorboard") if (limit := _limit_of(pid)) is not None
    }
    who, limit = min(readers.items(), key=lambda one: one[1], default=(None, _own_limit()))
    if limit is not None and count > limit:
        by = f"process {who} (TensorBoard)" if who is not None else "a program started from here"
        yield Finding(
            "files_too_many",
            f"{count:,} event files; {by} may have {limit:,} files open.",
            [Place(path=logdir.readable_path, logdir=logdir.name) for logdir in look.logdirs],
            remedy=f"Raise the limit in the shell that starts TensorBoard: ulimit -n {max(65_536, 2 * count)}. "
            "Or open a part of the runs.",
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


def _own_limit() -> int | None:
    try:
        import resource
    except ImportError:  # Windows has none.
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft


def _limit_of(pid: int) -> int | None:
    """Return how many files a process may have open (Linux)."""
    try:
        with open(f"/proc/{pid}/limits", encoding="ascii") as file:
            line = next(line for line in file if line.startswith("Max open files"))
        return int(line.split()[3])
    except (OSError, StopIteration, ValueError, IndexError):
        return None


CHECKS = (too_many_files, enormous_trees)
