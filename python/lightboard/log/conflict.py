"""Other live writers in a run's directory.

Two writers in one run overwrite each other's steps in most readers. A Lightboard writer holds a lock on its event file
as long as it lives; of others only the name of the file and the time of its last change tell.
"""

import fcntl
import os
import re
import stat
import time
from typing import NamedTuple

RECENT_SECS = 120.0

HEADER_BYTES = 128
"""A file that is not larger holds at most the record with which it begins."""

_IMPORTED = time.time()

_NAME = re.compile(r"^events\.out\.tfevents\.(?P<seconds>\d{10})\.(?P<rest>.+)$", re.DOTALL)
_REST = re.compile(r"^(?P<host>.+?)\.(?P<pid>\d+)\.\d+", re.DOTALL)


class LiveWriter(NamedTuple):
    """A writer that is, or seems to be, at work."""

    file: str
    host: str
    pid: int | None
    certain: bool

    def __str__(self) -> str:
        who = f"process {self.pid} on {self.host}" if self.pid is not None else f"a process on {self.host}"
        return f"{who} ({self.file}{'' if self.certain else ', changed less than two minutes ago'})"


def live_writers(directory: str, own: str) -> list[LiveWriter]:
    """Return the writers of the event files in `directory` that are alive, without the file `own`."""
    try:
        names = sorted(os.listdir(directory))
    except OSError:
        return []  # May be written but not read: then nobody can be told.
    found = (_live_writer(os.path.join(directory, name), name) for name in names if name != own)
    return [writer for writer in found if writer is not None]


def earlier_files(directory: str, own: str) -> list[str]:
    """Return the names of event files in `directory` that other processes have written to, without the file `own`."""
    try:
        names = sorted(os.listdir(directory))
    except OSError:
        return []
    found = []
    for name in names:
        match = _NAME.match(name)
        if match is None or name == own or _is_of_this_process(match):
            continue
        try:
            status = os.stat(os.path.join(directory, name))
        except OSError:
            continue
        if stat.S_ISREG(status.st_mode) and status.st_size > HEADER_BYTES:
            found.append(name)
    return found


def _is_of_this_process(name: re.Match[str]) -> bool:
    is_called_so = _author(name["rest"]) == (os.uname().nodename, os.getpid())
    # A container that is started again often has the same host and process id as before.
    return is_called_so and int(name["seconds"]) >= int(_began())


def _began() -> float:
    """When this process began, in seconds since 1970; 0 where /proc is not there to tell."""
    try:
        with open("/proc/self/stat", "rb") as file:
            ticks = int(file.read().rpartition(b")")[2].split()[19])
    except OSError:
        return 0.0
    began = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME) + ticks / os.sysconf("SC_CLK_TCK")
    # The clock may have been set forward since, after this process named its first file.
    return min(began, _IMPORTED)


def _live_writer(path: str, name: str) -> LiveWriter | None:
    match = _NAME.match(name)
    if match is None:
        return None
    host, pid = _author(match["rest"])
    try:
        # Without waiting: somebody may have named a pipe like this.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return None
            locked = _is_locked(file.fileno())
            recent = time.time() - status.st_mtime < RECENT_SECS
            ours = b"lightboard" in file.read(128)
    except OSError:
        return None  # Gone or unreadable meanwhile.
    if locked:
        return LiveWriter(name, host, pid, certain=True)
    here = host == os.uname().nodename
    if (here and ours) or not recent or (here and pid is not None and not _is_alive(pid)):
        return None
    return LiveWriter(name, host, pid, certain=False)


def _author(rest: str) -> tuple[str, int | None]:
    """Host and pid from a file's name; tensorboardX and TensorFlow 1 leave the pid out."""
    here = os.uname().nodename
    if rest == here:
        return here, None
    if rest.startswith(here + "."):
        match = re.match(r"(\d+)\.\d+", rest[len(here) + 1 :])
        return here, int(match[1]) if match else None
    match = _REST.match(rest)
    return (match["host"], int(match["pid"])) if match else (rest, None)


def _is_locked(descriptor: int) -> bool:
    # A shared lock, so that two who look at once do not take each other for a writer.
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False  # A file system without locks.
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
