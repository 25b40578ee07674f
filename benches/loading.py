"""Loading a log directory: Lightboard's index, cold and with its cache, and TensorBoard's data server."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lightboard._core import Index

MAX_MEMORY = 1 << 30


@dataclass(frozen=True)
class Load:
    """`seconds`: from opening the directory to everything read; `points` are those that can be asked for."""

    seconds: float
    points: int
    resident_mb: float
    peak_mb: float


def lightboard(directory: Path, cache: Path | None = None) -> Load:
    """Load with Lightboard's index in a fresh process, and close it, which saves the cache."""
    command = [sys.executable, __file__, str(directory), str(cache or "")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Load(**json.loads(done.stdout))


def memory_mb(pid: int | str, figure: str) -> float:
    """A figure of a process's memory: `VmRSS` now, `VmHWM` at its highest."""
    found = re.search(rf"{figure}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else float("nan")


def await_loaded(index: Index) -> None:
    """Wait until everything on disk has been read."""
    version = index.wait(0, 60.0)
    while True:
        # Not parsed: for a thousand runs that takes Python a third of the time that a second start takes.
        loading = re.search(rb'"loading":\{"bytes_read":(\d+),"bytes_total":(\d+)\}', index.runs())
        assert loading, "the answer says how much is loaded"
        if loading[1] == loading[2] != b"0":
            return
        version = index.wait(version, 60.0)


def _child(directory: str, cache: str) -> None:
    from lightboard._core import Index

    start = time.perf_counter()
    index = Index([("bench", directory)], cache_dir=cache or None, max_memory=MAX_MEMORY)
    await_loaded(index)
    seconds = time.perf_counter() - start
    points = sum(run["points"] for run in json.loads(index.runs())["runs"])
    load = Load(seconds, points, memory_mb("self", "VmRSS"), memory_mb("self", "VmHWM"))
    index.close()
    print(json.dumps(load.__dict__))


def rustboard(directory: Path, *, checksum: bool = False, keep_all: bool = False) -> Load:
    """Load with TensorBoard's data server, whose own log states how long the load cycle took."""
    import tensorboard_data_server

    command = [
        tensorboard_data_server.server_binary(),
        "--logdir",
        str(directory),
        "--port",
        "0",
        "--reload",
        "once",
        "-v",
    ]
    command += ["--checksum"] if checksum else []
    command += ["--samples-per-plugin", "scalars=all"] if keep_all else []
    server = subprocess.Popen(command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    assert server.stderr is not None
    try:
        for line in server.stderr:
            finished = re.search(r"[Ff]inished load cycle \((?P<number>[0-9.]+)(?P<unit>µs|ms|s)\)", line)
            if finished:
                seconds = float(finished["number"]) * {"µs": 1e-6, "ms": 1e-3, "s": 1.0}[finished["unit"]]
                resident, peak = memory_mb(server.pid, "VmRSS"), memory_mb(server.pid, "VmHWM")
                return Load(seconds, -1, resident, peak)
        raise RuntimeError(
            f"expected the data server to report a finished load cycle of {directory}, it ended instead"
        )
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    _child(sys.argv[1], sys.argv[2])
