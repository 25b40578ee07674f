"""One look of the doctor: at what, for how long, and what all stages share of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lightboard.api.settings import LogDirectory
from lightboard.doctor.finding import Finding, Place

if TYPE_CHECKING:
    from lightboard.doctor.audits import Audits
    from lightboard.doctor.heads import Head
    from lightboard.doctor.indexed import Indexed
    from lightboard.doctor.processes import OpenFile
    from lightboard.doctor.served import Served
    from lightboard.doctor.stages.environment import Installed
    from lightboard.doctor.tree import Tree


@dataclass
class Look:
    """What is examined. The parts that cost time are taken once, when the first check asks for them.

    `budget` is in seconds; when it is used up, no new file or folder is begun, and `left_out` says what was not looked
    at. `run` and `tag` narrow the question. `url` is a running Lightboard or TensorBoard. `progress` is told what is
    being done and how much of it is done (0 to 1).
    """

    logdirs: Sequence[LogDirectory]
    run: str | None = None
    run_logdir: str | None = None
    """Name of the log directory whose run is meant, where several have one of that name; None for any."""
    tag: str | None = None
    url: str | None = None
    budget: float = 60.0
    own_board: bool = False
    """Whether a Lightboard asks about itself: whether TensorBoard would start is nothing to it."""
    misread: Sequence[Finding] = ()
    """What is wrong with the arguments that named the log directories."""
    progress: Callable[[str, float], None] = lambda _what, _share: None
    left_out: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    """One line a stage for the report: what was looked at, in figures."""
    _began: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        """Seconds of the budget that are left; 0 when it is used up."""
        return max(0.0, self.budget - (time.monotonic() - self._began))

    def is_about(self, logdir: str, run: str) -> bool:
        """Whether the look is for this run, or for all."""
        return self.run is None or (run == self.run and self.run_logdir in (None, logdir))

    @cached_property
    def installed(self) -> list[Installed]:
        """Every distribution on this Python's path."""
        from lightboard.doctor.stages.environment import installed

        return installed()

    @cached_property
    def tree(self) -> Tree:
        """Every folder and event file below the log directories, as the operating system lists them."""
        from lightboard.doctor.tree import walk

        return walk(self)

    @cached_property
    def heads(self) -> dict[str, Head]:
        """How the event files of the tree begin, by path."""
        from lightboard.doctor.heads import read

        return read(self)

    @cached_property
    def open_files(self) -> list[OpenFile]:
        """Event files below the log directories that running programs have open, as far as this user may know."""
        from lightboard.doctor.processes import open_event_files

        return [file for file in open_event_files() if self.run_in(os.path.dirname(file.path))]

    def place(self, path: str, **more: Any) -> Place:
        """Return the place of a file that is known by its path alone, with its log directory and run."""
        from lightboard.doctor.tree import readable

        logdir, run = self.run_in(os.path.dirname(path)) or (None, None)
        return Place(path=readable(path), logdir=logdir, run=run, **more)

    def run_in(self, folder: str) -> tuple[str, str] | None:
        """Return the log directory's and the run's name of a folder, by what leads to it last; None elsewhere."""
        from lightboard.doctor.tree import run_name

        folder = os.path.realpath(folder)
        for real, logdir, listed in self._roots:
            if folder == real or folder.startswith(os.path.join(real, "")):
                return logdir.name, run_name(os.path.join(listed, os.path.relpath(folder, real)), logdir)
        return None

    @cached_property
    def _roots(self) -> list[tuple[str, LogDirectory, str]]:
        """Log directories, and folders that links in them lead to: real path, and path as it was walked."""
        roots = [(os.path.realpath(logdir.path), logdir, logdir.path) for logdir in self.logdirs]
        roots += [
            (os.path.realpath(folder.path), folder.logdir, folder.path)
            for folder in self.tree.folders
            if folder.is_link and folder.leads_to is None
        ]
        return sorted(roots, key=lambda root: -len(root[0]))

    @cached_property
    def audits(self) -> Audits:
        """What each event file holds, read whole with every checksum."""
        from lightboard.doctor.audits import audit

        return audit(self)

    @cached_property
    def indexed(self) -> Indexed:
        """What Lightboard's own index makes of the log directories."""
        from lightboard.doctor.indexed import index

        return index(self)

    @cached_property
    def served(self) -> Served | None:
        """What the board at `url` answers; None without one, and where no time is left to ask it."""
        from lightboard.doctor.served import OutOfTimeError, ask, shown

        if self.url is None:
            return None
        try:
            return ask(self.url, lambda: self.left)
        except OutOfTimeError:
            self.left_out.append(f"{shown(self.url)}: the time was up before the board there had answered.")
            return None
