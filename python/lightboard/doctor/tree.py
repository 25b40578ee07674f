"""The doctor's own walk: what the operating system says of every folder and file, by other means than the index's."""

from __future__ import annotations

import os
import re
import stat
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lightboard.api.settings import LogDirectory
from lightboard.doctor.finding import Place
from lightboard.doctor.look import Look
from lightboard.doctor.words import amount

FOLDERS_BETWEEN_REPORTS = 256

RENAMED = re.compile(r"event|\.v2(\.|$)|\.\d{10}\.", re.IGNORECASE)
"""What is left of an event file's name when somebody has renamed it."""

FILE = re.compile(
    r"tfevents|\.(?:arrow|bak|bin|bz2|cfg|ckpt|conf|cpp|csv|cu|data|db|err|gguf|gif|gz|h|h5|hdf5|html|index|ini|ipynb|"
    r"jpe?g|json|jsonl|keras|lock|log|lz4|md|meta|mp4|msgpack|npy|npz|onnx|out|parquet|pb|pbtxt|pdf|pickle|pid|pkl|png|"
    r"pth?|py|rst|safetensors|sh|so|sock|sqlite3?|svg|tar|tflite|tgz|tiff?|tmp|toml|tsv|txt|wav|webp|xml|xz|ya?ml|zip|"
    r"zst)(?![a-z0-9])",
    re.IGNORECASE,
)
"""What the name of a file holds. Any other dot, as of `lr=0.01`, may stand in the name of a run."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file named like an event file: the name holds `tfevents`. `status` follows links; None where that fails."""

    path: str
    logdir: LogDirectory
    run: str
    status: os.stat_result | None
    is_link: bool
    error: OSError | None = None

    @property
    def is_regular(self) -> bool:
        """Whether it is a file that can be read, and no folder, pipe, socket or device."""
        return self.status is not None and stat.S_ISREG(self.status.st_mode)

    @property
    def name(self) -> str:
        """Name without the folder."""
        return os.path.basename(self.path)

    @property
    def size(self) -> int:
        """Bytes, as listed; 0 if that could not be told."""
        return 0 if self.status is None else self.status.st_size

    def place(self, **more: Any) -> Place:
        """Return the place of a finding about this file, with `more` members of it."""
        return Place(path=readable(self.path), logdir=self.logdir.name, run=self.run, **more)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that was listed, or could not be. `files` counts all that is no folder, event file or not."""

    path: str
    logdir: LogDirectory
    run: str
    files: int = 0
    is_link: bool = False
    error: OSError | None = None
    leads_to: str | None = None
    """Of a link to a folder that was listed already: that folder. It is not entered again."""

    def place(self, **more: Any) -> Place:
        """Return the place of a finding about this folder, with `more` members of it."""
        return Place(path=readable(self.path), logdir=self.logdir.name, run=self.run, **more)


@dataclass
class Tree:
    """All log directories together."""

    folders: list[Folder] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    others: list[Entry] = field(default_factory=list)
    """Regular files whose names lack `tfevents` but look a little like it: candidates for renamed event files."""
    hidden: list[Entry] = field(default_factory=list)
    """Event files below folders whose names begin with a dot. Lightboard does not list those, so nothing else is
    said of them."""
    unfinished: list[Entry] = field(default_factory=list)
    """Event files whose own names begin with a dot, as copies are called while they are made."""
    broken: list[Entry] = field(default_factory=list)
    """Links that lead nowhere, and are runs as far as names tell: their own, and the one that they lead to."""
    seconds: float = 0.0
    complete: bool = True

    @property
    def holds_nothing(self) -> bool:
        """Whether it is known that there is no event file: all was walked, and every folder could be listed."""
        return self.complete and not self.entries and all(folder.error is None for folder in self.folders)

    def runs(self) -> dict[tuple[str, str], list[Entry]]:
        """Event files by log directory's and run's name, in the order of the walk."""
        found: dict[tuple[str, str], list[Entry]] = {}
        for entry in self.entries:
            found.setdefault((entry.logdir.name, entry.run), []).append(entry)
        return found


def walk(look: Look) -> Tree:
    """List everything below the log directories, each folder once, as long as the budget lasts.

    Links wait until all true folders are known, so that these have their own names, as in the index.
    """
    tree = Tree()
    before = look.left
    for logdir in look.logdirs:
        seen: dict[tuple[int, int], str] = {}
        waiting: deque[tuple[str, bool]] = deque([(logdir.path, False)])
        links: deque[tuple[str, bool]] = deque()
        while waiting or links:
            if look.left == 0:
                tree.complete = False
                look.left_out.append(
                    f"{amount(len(waiting) + len(links), 'folder')} or more, {logdir.readable_path} or below, not "
                    f"entered: the time was used up after {amount(len(tree.folders), 'folder')}."
                )
                break
            path, is_link = (waiting or links).popleft()
            for found in _list(path, is_link, logdir, tree, seen):
                (links if found[1] else waiting).append(found)
            if len(tree.folders) % FOLDERS_BETWEEN_REPORTS == 0:
                look.progress(f"walking, {len(tree.folders):,} folders", 0.0)
    tree.seconds = before - look.left
    return tree


def run_name(path: str, logdir: LogDirectory) -> str:
    """Name a folder as Lightboard names the run in it: by the path below the log directory."""
    return readable(os.path.relpath(path, logdir.path))


def is_hidden(run: str) -> bool:
    """Whether a folder of the run's path has a name that begins with a dot."""
    return run != "." and any(part.startswith(".") and part != ".." for part in run.split(os.sep))


def readable(path: str) -> str:
    r"""Return the path as text; bytes that are not UTF-8 appear as `\xNN`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _list(
    path: str, is_link: bool, logdir: LogDirectory, tree: Tree, seen: dict[tuple[int, int], str]
) -> Iterator[tuple[str, bool]]:
    run = run_name(path, logdir)
    try:
        status = os.stat(path)
        identity = (status.st_dev, status.st_ino)
        if identity in seen:
            tree.folders.append(Folder(path, logdir, run, is_link=is_link, leads_to=seen[identity]))
            return
        seen[identity] = path
        with os.scandir(path) as listed:
            entries = sorted(listed, key=lambda entry: entry.name)
    except OSError as error:
        tree.folders.append(Folder(path, logdir, run, is_link=is_link, error=error))
        return
    files = 0
    hidden = is_hidden(run)
    for entry in entries:
        try:
            is_folder = entry.is_dir()
        except OSError:
            is_folder = False
        if is_folder:
            yield entry.path, entry.is_symlink()
            continue
        files += 1
        if "tfevents" in entry.name:
            is_dotted = entry.name.startswith(".")
            kept = tree.hidden if hidden else tree.unfinished if is_dotted else tree.entries
            kept.append(_entry(entry, logdir, run))
        elif hidden:
            continue
        elif entry.is_symlink() and not os.path.exists(entry.path):
            if _names_run(entry.path):
                tree.broken.append(_entry(entry, logdir, run_name(entry.path, logdir)))
        elif RENAMED.search(entry.name) and entry.is_file(follow_symlinks=False):
            tree.others.append(_entry(entry, logdir, run))
    tree.folders.append(Folder(path, logdir, run, files, is_link))


def _names_run(link: str) -> bool:
    """Whether a link would be a run if it led somewhere: not so one to a file, or a hidden one."""
    name = os.path.basename(link)
    try:
        target = os.path.basename(os.path.realpath(link))
    except OSError:  # It leads to one of /proc that may not be read: nobody knows whether it is broken.
        return False
    return not (name.startswith(".") or FILE.search(name) or FILE.search(target))


def _entry(entry: os.DirEntry[str], logdir: LogDirectory, run: str) -> Entry:
    try:
        return Entry(entry.path, logdir, run, entry.stat(), entry.is_symlink())
    except OSError as error:
        return Entry(entry.path, logdir, run, None, entry.is_symlink(), error)
