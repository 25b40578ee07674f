"""The process behind a port of this machine, as far as Linux tells."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lightboard.cli.occupant import listeners


@dataclass(frozen=True)
class Process:
    """A process that can be looked at: one's own, or anybody's for root."""

    pid: int

    @property
    def command(self) -> list[str]:
        """Its arguments; empty if it is gone."""
        try:
            text = Path(f"/proc/{self.pid}/cmdline").read_bytes()
        except OSError:
            return []
        return [os.fsdecode(part) for part in text.split(b"\0")[:-1]]

    @property
    def cwd(self) -> str | None:
        """Its working directory."""
        try:
            return os.readlink(f"/proc/{self.pid}/cwd")
        except OSError:
            return None

    @property
    def children(self) -> list[Process]:
        """Processes that it began and that live."""
        found = []
        for path in Path(f"/proc/{self.pid}/task").glob("*/children"):
            try:
                found += [Process(int(pid)) for pid in path.read_text().split()]
            except OSError:
                continue
        return found

    @property
    def resident_bytes(self) -> int:
        """Memory that it has in use; 0 if that cannot be told."""
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        except (OSError, ValueError, IndexError):
            return 0
        return pages * os.sysconf("SC_PAGE_SIZE")

    @property
    def open_file_limit(self) -> int | None:
        """How many files it may have open."""
        try:
            lines = Path(f"/proc/{self.pid}/limits").read_text().splitlines()
        except OSError:
            return None
        for line in lines:
            if line.startswith("Max open files"):
                return int(line.split()[3])
        return None

    def open_files(self) -> Iterator[tuple[str, int, int]]:
        """Path (ends with " (deleted)" if it has none any more), device and inode of each open file."""
        try:
            descriptors = list(Path(f"/proc/{self.pid}/fd").iterdir())
        except OSError:
            return
        for descriptor in descriptors:
            try:
                status = descriptor.stat()
                yield os.readlink(descriptor), status.st_dev, status.st_ino
            except OSError:
                continue


def behind(host: str, port: int) -> Process | None:
    """Return the process that listens on a port; None if that is on another machine, or cannot be seen."""
    if host not in {"localhost", "127.0.0.1", "::1", "0.0.0.0", os.uname().nodename}:  # noqa: S104 - compared, not bound
        return None
    pids = sorted(listeners(port))
    return Process(pids[0]) if pids else None
