"""TensorBoard's instance files: `$TMPDIR/.tensorboard-info/pid-<pid>.info`, which notebooks look servers up in."""

import json
import os
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.look import Look
from lightboard.doctor.tree import readable

MAX_BYTES = 64 << 10


@dataclass(frozen=True)
class Instance:
    """A server that TensorBoard noted."""

    path: str
    pid: int
    port: int
    logdir: str

    @property
    def is_alive(self) -> bool:
        """Whether its process lives and its port is listened on."""
        if not os.path.exists(f"/proc/{self.pid}") and os.path.isdir("/proc/self"):
            return False
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def folder() -> str:
    """Where TensorBoard notes its servers."""
    return os.path.join(tempfile.gettempdir(), ".tensorboard-info")


def instances() -> list[Instance]:
    """All servers that are noted; files that are none of TensorBoard's are passed over."""
    found = []
    for path in sorted(Path(folder()).glob("pid-*.info")):
        try:
            if path.stat().st_size > MAX_BYTES or not path.is_file():
                continue
            noted = json.loads(path.read_text())
            found.append(
                Instance(str(path), int(noted["pid"]), int(noted["port"]), str(noted.get("logdir") or ""))
            )
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            continue
    return found


def stale_instances(look: Look) -> Iterator[Finding]:
    """Report servers that are noted for these log directories but gone: a notebook would connect to them."""
    asked = {os.path.realpath(logdir.path) for logdir in look.logdirs}
    stale = [
        one
        for one in instances()
        if os.path.realpath(os.path.expanduser(one.logdir)) in asked and not one.is_alive
    ]
    if stale:
        yield Finding(
            "stale_instance",
            f"{len(stale):,} of TensorBoard's notes are of servers on this log directory that do not answer.",
            [
                Place(
                    path=readable(one.path), seen=f"pid {one.pid}, port {one.port}, on {readable(one.logdir)}"
                )
                for one in stale
            ],
            remedy=f"Remove them: rm {' '.join(readable(one.path) for one in stale[:10])}",
        )


def unwritable_folder(_look: Look) -> Iterator[Finding]:
    """Report that TensorBoard cannot note its server here, and ends at its start."""
    path = folder()
    if os.path.isdir(path) and not os.access(path, os.W_OK | os.X_OK):
        owner = os.stat(path).st_uid
        yield Finding(
            "instances_unwritable",
            f"{path} belongs to user {owner}, and user {os.geteuid()} may not write there.",
            [Place(path=path)],
        )


CHECKS = (stale_instances, unwritable_folder)
