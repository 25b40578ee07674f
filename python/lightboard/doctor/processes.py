"""Running programs that have event files open, or serve them (Linux; nothing elsewhere). Other users' are unseen."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from lightboard.cli.occupant import listeners
from lightboard.doctor.tree import readable
from lightboard.listening import listening as sockets

DELETED = " (deleted)"

DATA_SERVER = "tensorboard_data_server"
"""In the path of TensorBoard's default reader, a program of its own."""


@dataclass(frozen=True)
class OpenFile:
    """An event file that a process has open.

    `path` is the one by which it was opened; `deleted` tells that it has no name any more. `position` is where the
    process reads or writes next.
    """

    pid: int
    path: str
    deleted: bool
    device: int
    inode: int
    size: int
    position: int
    writing: bool

    @property
    def command(self) -> str:
        """The process's command line, shortened."""
        return command(self.pid)


def open_event_files() -> list[OpenFile]:
    """List every event file that a process has open."""
    return [found for pid in ids() for found in open_files(pid)]


def ids() -> Iterator[int]:
    """List the ids of all processes that can be seen."""
    try:
        names = os.listdir("/proc")
    except OSError:
        return
    yield from sorted(int(name) for name in names if name.isdigit())


def is_alive(pid: int) -> bool:
    """Whether a process of that id runs (and is no zombie)."""
    try:
        return _status(pid).get("State", "")[:1] not in ("Z", "X")
    except OSError:
        return False


def parent(pid: int) -> int | None:
    """Return the id of the process that started it."""
    try:
        return int(_status(pid)["PPid"])
    except (OSError, KeyError, ValueError):
        return None


def children(pid: int) -> list[int]:
    """Return the ids of the processes that it started and that live."""
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in path.read_text().split()]
        except OSError:
            continue
    return found


def folder(pid: int) -> str | None:
    """Return its working directory; None if that cannot be told."""
    try:
        return os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return None


def resident_bytes(pid: int) -> int:
    """Return the memory that it has in use; 0 if that cannot be told."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def memory_limit(pid: int) -> int:
    """Return how many bytes of memory it may have in use: the machine's, or less where its container has less."""
    limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    try:
        groups = Path(f"/proc/{pid}/cgroup").read_text().splitlines()
    except OSError:
        groups = []
    for group in groups:
        _, controllers, path = group.split(":", 2)
        if "memory" in controllers.split(","):
            root, file = Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"
        elif not controllers:
            root, file = Path("/sys/fs/cgroup"), "memory.max"
        else:
            continue
        within = root / path.lstrip("/")
        for folder in (within, *within.parents):
            try:
                limits.append(int((folder / file).read_text()))
            except (OSError, ValueError):  # It has none, or "max".
                continue
    return min(limits)


def behind(host: str, port: int) -> int | None:
    """Return the id of the process that listens on a port; None if that is on another machine, or cannot be seen."""
    return min(listeners(port), default=None) if is_here(host) else None


def is_here(host: str) -> bool:
    """Whether a name or an address is this machine's, without asking anybody else."""
    if host in ("localhost", os.uname().nodename):
        return True
    try:
        family = socket.AF_INET6 if ip_address(host).version == 6 else socket.AF_INET
        with socket.socket(family) as own:
            own.bind((host, 0))
    except (OSError, ValueError):
        return False
    return True


def threads(pid: int) -> int:
    """Return the number of its threads; 0 if that cannot be told."""
    try:
        return int(_status(pid)["Threads"])
    except (OSError, KeyError, ValueError):
        return 0


def arguments(pid: int) -> list[str]:
    """Return its command line, in parts."""
    try:
        text = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return []
    return [os.fsdecode(part) for part in text.rstrip(b"\0").split(b"\0")]


def command(pid: int) -> str:
    """Return its command line, shortened, as text."""
    text = readable(" ".join(arguments(pid)))
    return text if len(text) <= 80 else text[:79] + "…"


def paths(pid: int) -> set[str]:
    """Return what its arguments are as paths, those of `--logdir=PATH` and `name=PATH` included."""
    given, cwd = arguments(pid), folder(pid)
    if cwd is None:
        return set()
    found = {part for argument in given for part in (argument, argument.partition("=")[2]) if part}
    return {os.path.normpath(os.path.join(cwd, path)) for path in found}


def named(name: str) -> Iterator[int]:
    """List the processes that have `name` in their command lines."""
    for pid in ids():
        if any(name in part for part in arguments(pid)):
            yield pid


def listening(name: str) -> Iterator[tuple[int, int]]:
    """List process and port of each program with `name` in its command line that waits for connections."""
    ports = {listener.link: listener.port for listener in sockets()}
    for pid in named(name):
        for link in _links(pid).values():
            if link in ports:
                yield pid, ports[link]


def _links(pid: int) -> dict[str, str]:
    """Tell what the process's file descriptors are, by number; nothing if it has ended or is another user's."""
    descriptors, links = f"/proc/{pid}/fd", {}
    try:
        numbers = os.listdir(descriptors)
    except OSError:
        return {}
    for number in numbers:
        try:
            links[number] = os.readlink(f"{descriptors}/{number}")
        except OSError:
            continue
    return links


def open_files(pid: int) -> Iterator[OpenFile]:
    """List the event files that one process has open."""
    for number, link in _links(pid).items():
        if "tfevents" not in link.rpartition("/")[2]:
            continue
        try:
            status = os.stat(f"/proc/{pid}/fd/{number}")
            info = _fields(Path(f"/proc/{pid}/fdinfo/{number}"))
            position, flags = int(info["pos"]), int(info["flags"], 8)
        except (OSError, KeyError, ValueError):
            continue
        deleted = link.endswith(DELETED) and status.st_nlink == 0
        yield OpenFile(
            pid,
            link.removesuffix(DELETED) if deleted else link,
            deleted,
            status.st_dev,
            status.st_ino,
            status.st_size,
            position,
            writing=flags & os.O_ACCMODE != os.O_RDONLY,
        )


def _status(pid: int) -> dict[str, str]:
    return _fields(Path(f"/proc/{pid}/status"))


def _fields(file: Path) -> dict[str, str]:
    lines = file.read_text(errors="replace").splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
