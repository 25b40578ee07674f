"""What the name of an event file says of its writer."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass

NAME = re.compile(
    r"tfevents\.(?P<seconds>\d{9,11})\.(?P<host>.+?)(?:\.(?P<pid>\d+)\.(?P<counter>\d+)(?P<suffix>(?:\D.*)?))?$",
    re.DOTALL,
)
"""TensorBoard's, torch's and TensorFlow 2's writers name their process; TensorFlow 1's and tensorboardX's do not."""

NO_WRITER = ".profile-empty"
"""TensorFlow's profiler leaves an empty event file of this ending beside its profile, for TensorBoard to find it."""


@dataclass(frozen=True)
class FileName:
    """When (seconds since 1970), on which machine and by which process a file was begun; `suffix` is what follows."""

    seconds: int
    host: str
    pid: int | None
    counter: int | None
    suffix: str

    @property
    def process(self) -> tuple[str, int | None]:
        """Machine and process."""
        return self.host, self.pid

    @property
    def is_here(self) -> bool:
        """Whether the file was begun on this machine, by a process whose id is known."""
        return self.pid is not None and self.host == socket.gethostname()


def parse(name: str) -> FileName | None:
    """Take an event file's name apart; None if it is of another form."""
    found = NAME.search(name)
    if found is None:
        return None
    pid, counter = found["pid"], found["counter"]
    return FileName(
        int(found["seconds"]),
        found["host"],
        None if pid is None else int(pid),
        None if counter is None else int(counter),
        found["suffix"] or "",
    )
