"""What following costs: a core's share while many files are live, and bytes read when one large file grows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import loading


@dataclass(frozen=True)
class Following:
    """`core`: share of one core over the whole time; `bytes_read`: what was read of files meanwhile."""

    core: float
    bytes_read: int


def idle(directory: Path, seconds: float) -> Following:
    """Follow a loaded directory in which nothing happens, all of its files changed a moment ago."""
    for path in directory.rglob("*tfevents*"):
        os.utime(path)
    return _run(directory, seconds, growing=None)


def growing(directory: Path, seconds: float) -> Following:
    """Follow a directory with one event file that gets a record of another run's every tenth of a second."""
    (path,) = directory.rglob("*tfevents*")
    return _run(directory, seconds, growing=path)


def _run(directory: Path, seconds: float, growing: Path | None) -> Following:
    command = [sys.executable, __file__, str(directory), str(seconds), str(growing or "")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Following(**json.loads(done.stdout))


def _child(directory: str, seconds: float, growing: str) -> None:
    from lightboard._core import Index

    index = Index([("bench", directory)], max_memory=loading.MAX_MEMORY)
    loading.await_loaded(index)
    read, cpu, start = _bytes_read(), time.process_time(), time.perf_counter()
    if growing:
        with open(growing, "r+b") as file:
            header = file.read(12)
            record = header + file.read(int.from_bytes(header[:8], "little") + 4)
            file.seek(0, os.SEEK_END)
            for _ in range(int(seconds * 10)):
                version = index.version
                file.write(record)
                file.flush()
                index.wait(version, 10.0)
                time.sleep(0.1)
            file.truncate(file.tell() - int(seconds * 10) * len(record))
    else:
        time.sleep(seconds)
    elapsed = time.perf_counter() - start
    cost = Following((time.process_time() - cpu) / elapsed, _bytes_read() - read)
    index.close()
    print(json.dumps(cost.__dict__))


def _bytes_read() -> int:
    fields = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(fields["rchar"])


if __name__ == "__main__":
    _child(sys.argv[1], float(sys.argv[2]), sys.argv[3])
