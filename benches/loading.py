"""Cold load of a log directory: Lightboard's index (every checksum, every point) and TensorBoard's data server."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Load:
    """`seconds`: from opening the directory to everything read; `points` are those that can be asked for."""

    seconds: float
    points: int
    resident_mb: float


def lightboard(directory: Path) -> Load:
    """Load with Lightboard's index in a fresh process."""
    done = subprocess.run(
        [sys.executable, __file__, str(directory)], check=True, capture_output=True, text=True
    )
    return Load(**json.loads(done.stdout))


def _child(directory: str) -> None:
    import resource

    from lightboard._core import Index

    start = time.perf_counter()
    index = Index([("bench", directory)])
    version = index.wait(0, 60.0)
    while True:
        loading = json.loads(index.runs())["loading"]
        if loading["bytes_total"] and loading["bytes_read"] == loading["bytes_total"]:
            break
        version = index.wait(version, 60.0)
    seconds = time.perf_counter() - start
    points = sum(run["points"] for run in json.loads(index.runs())["runs"])
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "points": points, "resident_mb": resident}))


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
                peak = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{server.pid}/status").read_text())
                return Load(seconds, points=-1, resident_mb=int(peak[1]) / 1024 if peak else float("nan"))
        raise RuntimeError(
            f"expected the data server to report a finished load cycle of {directory}, it ended instead"
        )
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    _child(sys.argv[1])
