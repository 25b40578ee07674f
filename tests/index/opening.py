"""An index in a process of its own, and answers that do not depend on when they are asked for."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from boards import bound_by_permissions
from lightboard._core import Index

OPEN = """
import json, re, sys
from lightboard._core import Index
def read():
    fields = dict(line.split(": ") for line in open("/proc/self/io").read().splitlines())
    return int(fields["rchar"])
before = read()
cache, max_memory, end, *logdirs = sys.argv[1:]
index = Index([("logs", logdir) for logdir in logdirs], cache_dir=cache or None, max_memory=int(max_memory))
version = index.wait(0, 30.0)
while True:
    runs = json.loads(index.runs())["runs"]
    if not any(run["state"] == "loading" for run in runs):
        break
    version = index.wait(version, 30.0)
cost = read() - before
peak = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024
print(json.dumps({"read": cost, "peak": peak, "runs": runs}), flush=True)
if end == "close":
    index.close()
sys.stdin.read()
"""


class Opened(NamedTuple):
    """`read`: bytes read from files until everything was loaded; `peak`: of resident memory; `runs`: as answered."""

    read: int
    peak: int
    runs: list[dict[str, Any]]

    @property
    def points(self) -> int:
        return sum(run["points"] for run in self.runs)


def command(*logdirs: Path, cache: Path | None, max_memory: int = 1 << 30, end: str = "close") -> list[str]:
    """Opens an index until everything is read, says what it found, and ends when its input does."""
    return [sys.executable, "-c", OPEN, str(cache or ""), str(max_memory), end, *map(str, logdirs)]


def opened(
    logs: Path, cache: Path | None, *others: Path, max_memory: int = 1 << 30, unprivileged: bool = False
) -> Opened:
    """Open an index in a process of its own until everything is read, and close it, which saves the cache.

    `unprivileged`: the permissions of files bind it, even where the tests run as root.
    """
    call = command(logs, *others, cache=cache, max_memory=max_memory)
    done = subprocess.run(
        bound_by_permissions(call) if unprivileged else call,
        check=True,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    return Opened(**json.loads(done.stdout))


def answer(index: Index) -> bytes:
    """All points of a tag, without the version that the answer has."""
    frame = index.scalars(
        ["tag1"], runs=None, axis="step", x_min=None, x_max=None, width=16_384, smoothing=None
    )
    length = int.from_bytes(frame[8:12], "little")
    header = json.loads(frame[16 : 16 + length])
    del header["version"]
    start = min(column["offset"] for column in header.pop("columns").values())
    return json.dumps(header).encode() + frame[start:]


def described(index: Index) -> list[dict[str, Any]]:
    """What the index says of its runs."""
    runs: list[dict[str, Any]] = json.loads(index.runs())["runs"]
    return runs


def awaited(index: Index, expected: object, ask: Callable[[Index], object] = answer) -> None:
    """Wait until the index answers as expected, as it must after reading anew what the cache did not hold."""
    version = index.wait(0, 30.0)
    while ask(index) != expected:
        later = index.wait(version, 30.0)
        assert later > version, "the answer never became right"
        version = later
