"""Who holds a port: asked over HTTP, else looked up among the processes."""

import http.client
import ipaddress
import json
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lightboard.cli.text import clock, printable

TIMEOUT_SECS = 1.0
MAX_ANSWER_BYTES = 1_000_000


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
    """Status and JSON of an answer; (0, None) where there is none worth the name."""
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECS)
    try:
        connection.request("GET", path, headers={"Accept": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read(MAX_ANSWER_BYTES))
    except (OSError, http.client.HTTPException, ValueError, RecursionError):
        return 0, None
    finally:
        connection.close()


def listeners(port: int) -> Iterator[int]:
    """Ids of the processes that listen on `port`; only one's own, unless one is root. Linux only, else none."""
    inodes = {f"socket:[{inode}]" for _, inode in _listening(port)}
    if not inodes:
        return
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if any(os.readlink(descriptor) in inodes for descriptor in (entry / "fd").iterdir()):
                yield int(entry.name)
        except OSError:  # Another user's process, or one that has just ended.
            continue


def listening_addresses(port: int) -> set[str]:
    """Addresses of this machine on which a program listens on `port`. Linux only, else none."""
    return {str(address) for address, _ in _listening(port)}


def _listening(port: int) -> Iterator[tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, str]]:
    """Address and inode of each socket that listens on `port`."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            address, _, number = fields[1].partition(":")
            if int(number, 16) == port and fields[3] == "0A":
                # The kernel writes words of 32 bits, each in the machine's own order.
                words = struct.unpack(f">{len(address) // 8}I", bytes.fromhex(address))
                yield ipaddress.ip_address(struct.pack(f"={len(words)}I", *words)), fields[9]
