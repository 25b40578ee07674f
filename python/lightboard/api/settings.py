"""What a server was started with."""

import os
from dataclasses import dataclass
from typing import NamedTuple


class LogDirectory(NamedTuple):
    """A directory that the board is opened on: a name unique among its siblings, and an absolute path."""

    name: str
    path: str

    @property
    def readable_path(self) -> str:
        r"""The path as text: bytes that are not UTF-8 appear as `\xNN`."""
        return os.fsencode(self.path).decode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the application needs to know besides the index."""

    logdirs: tuple[LogDirectory, ...]
    port: int
    started: float
    """Seconds since 1970."""
    token: str | None = None
    """What every request must present; None when bound to loopback only."""
    host_names: frozenset[str] = frozenset()
    """Names, in lower case, that a Host header may hold besides the loopback ones."""

    @property
    def wide(self) -> bool:
        """Whether others than this machine can reach the server."""
        return self.token is not None
