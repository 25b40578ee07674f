"""TensorBoard's instance files: `$TMPDIR/.tensorboard-info/pid-<pid>.info`, which tell of servers that run."""

from __future__ import annotations

import base64
import json
import os
import re
import stat
import tempfile
from dataclasses import dataclass
from typing import Any

MAX_BYTES = 64 << 10
MAX_PID = 2**31
NAME = re.compile(r"pid-\d+\.info", re.ASCII)


@dataclass(frozen=True)
class Instance:
    """A server that TensorBoard noted. `logdir` is absolute, if the note tells the server's working directory."""

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
        logdir = os.path.join(_working_directory(told), os.path.expanduser(logdir)) if is_path else ""
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return Instance(path, pid, port, logdir) if is_path and 0 < pid < MAX_PID and 0 < port < 65_536 else None


def _working_directory(told: dict[str, Any]) -> str:
    """Return the folder that the server was started in, which its key among the notes holds; empty without one."""
    try:
        found = json.loads(base64.b64decode(told["cache_key"]))["working_directory"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return found if isinstance(found, str) and b"\0" not in os.fsencode(found) else ""


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
