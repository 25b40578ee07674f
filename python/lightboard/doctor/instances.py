"""TensorBoard's instance files: `$TMPDIR/.tensorboard-info/pid-<pid>.info`, which tell of servers that run."""

from __future__ import annotations

import json
import os
import re
import stat
import tempfile
from dataclasses import dataclass

MAX_BYTES = 64 << 10
MAX_PID = 2**31
NAME = re.compile(r"pid-\d+\.info", re.ASCII)


@dataclass(frozen=True)
class Instance:
    """A server that TensorBoard noted. `logdir` is as it was given: relative, perhaps, to the server's folder."""

    path: str
    pid: int
    port: int
    logdir: str


def folder() -> str:
    """Where TensorBoard notes its servers. Every user may write there."""
    return os.path.join(tempfile.gettempdir(), ".tensorboard-info")


def instances() -> list[Instance]:
    """All servers with a log directory that this user or root has noted; what is no such note is passed over."""
    try:
        names = sorted(name for name in os.listdir(folder()) if NAME.fullmatch(name))
    except OSError:
        return []
    found = (_read(os.path.join(folder(), name)) for name in names)
    return [one for one in found if one is not None]


def _read(path: str) -> Instance | None:
    try:
        told = json.loads(_content(path))
        pid, port, logdir = told["pid"], told["port"], told["logdir"]
        if type(pid) is not int or type(port) is not int or not isinstance(logdir, str):
            return None
        # What cannot be a path has no bytes: a half of a surrogate pair.
        is_path = bool(logdir) and b"\0" not in os.fsencode(logdir)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return Instance(path, pid, port, logdir) if is_path and 0 < pid < MAX_PID and 0 < port < 65_536 else None


def _content(path: str) -> bytes:
    """Read the file without waiting for anybody; nothing of links, of other users' files, and of what is too long."""
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_NOFOLLOW", "O_CLOEXEC"):
        flags |= getattr(os, name, 0)
    descriptor = os.open(path, flags)
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        is_ours = not hasattr(os, "geteuid") or status.st_uid in (0, os.geteuid())
        content = file.read(MAX_BYTES + 1) if stat.S_ISREG(status.st_mode) and is_ours else b""
    return content if len(content) <= MAX_BYTES else b""
