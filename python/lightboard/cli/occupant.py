"""Who holds a port: asked over HTTP, else looked up among the processes."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lightboard.cli.text import clock, printable
from lightboard.listening import listening

TIMEOUT_SECS = 1.0


@dataclass(frozen=True)
class Occupant:
    """The program that listens on a port, as far as it can be told."""

    description: str
    """Reads after "is taken by"."""
    paths: frozenset[str] = frozenset()
    """The log directories of a Lightboard."""


def find_occupant(host: str, port: int) -> Occupant:
    """Find out what listens on `port` of `host`, an address of this machine; takes three seconds at most."""
    return _ask_lightboard(host, port) or _ask_tensorboard(host, port) or _look_up(port)


def _ask_lightboard(host: str, port: int) -> Occupant | None:
    status, answer = _get(host, port, "/api/server")
    try:
        if status == 401 and answer["error"]["code"] == "token_required":
            return Occupant("a Lightboard that other machines can reach (it asks for its token)")
        if status != 200 or answer["name"] != "lightboard":
            return None
        paths = [str(logdir["path"]) for logdir in answer["logdirs"]]
        version, pid, since = str(answer["version"]), int(answer["pid"]), clock(float(answer["started"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    shown = ", ".join(map(printable, paths))
    return Occupant(
        f"Lightboard {printable(version)} (pid {pid}, since {since}) on {shown}", frozenset(paths)
    )


def _ask_tensorboard(host: str, port: int) -> Occupant | None:
    status, answer = _get(host, port, "/data/environment")
    if status != 200 or not isinstance(answer, dict) or "data_location" not in answer:
        return None
    version = f" {printable(str(answer['version']))}" if "version" in answer else ""
    return Occupant(f"TensorBoard{version}{_process(port)} on {printable(str(answer['data_location']))}")


def _look_up(port: int) -> Occupant:
    return Occupant(f"another program{_process(port)}")


def _process(port: int) -> str:
    for pid in listeners(port):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").strip()
        except OSError:
            continue
        text = printable(os.fsdecode(command))
        return f" (pid {pid}: {text if len(text) <= 80 else text[:79] + '…'})"
    return ""


def _get(host: str, port: int, path: str) -> tuple[int, Any]:
    """Status and JSON of an answer, however slowly it comes; 0 or None where there is none."""
    # Imported late: the doctor asks this module who listens.
    from lightboard.doctor.served.client import Client

    there = f"[{host}]" if ":" in host else host
    answer = Client(f"http://{there}:{port}/", lambda: TIMEOUT_SECS).get(path)
    return answer.status, answer.json


def listeners(port: int) -> Iterator[int]:
    """Ids of the processes that listen on `port`; only one's own, unless one is root. Linux only, else none."""
    links = {socket.link for socket in listening() if socket.port == port}
    if not links:
        return
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if any(os.readlink(descriptor) in links for descriptor in (entry / "fd").iterdir()):
                yield int(entry.name)
        except OSError:  # Another user's process, or one that has just ended.
            continue
