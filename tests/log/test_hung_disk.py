"""A file system that does not answer: calls come back in bounded time and say so."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from log.program import Program
from log.records import steps


def root(*command: object) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a file system that can be frozen needs root and loop devices: {done.stderr.strip()}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    image, path = tmp_path / "image", tmp_path / "disk"
    path.mkdir()
    with image.open("wb") as file:
        file.truncate(16 << 20)
    root("mkfs.ext4", "-q", "-F", image)
    root("mount", "-o", "loop", image, path)
    yield path
    subprocess.run(["fsfreeze", "--unfreeze", path], capture_output=True, check=False)
    subprocess.run(["umount", "--lazy", path], check=True)


def test_flush_and_close_do_not_wait_for_ever(tmp_path: Path, disk: Path) -> None:
    text = f"""
import time
writer = SummaryWriter({str(disk / "run")!r})
say("made")
sys.stdin.readline()
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    slowest = 0
    for step in range(10_000):
        start = time.perf_counter()
        writer.add_scalar("loss", step, step)
        slowest = max(slowest, time.perf_counter() - start)
    start = time.perf_counter()
    writer.flush()
    flushed = time.perf_counter() - start
    writer.close()
    closed = time.perf_counter() - start - flushed
say(json.dumps([slowest, flushed, closed]))
say(heard(warned))
sys.stdin.readline()
"""
    program = Program(text, tmp_path)
    program.line()
    subprocess.run(["fsfreeze", "--freeze", disk], check=True)
    program.answer()
    slowest, flushed, closed = json.loads(program.line())
    warned = json.loads(program.line())
    subprocess.run(["fsfreeze", "--unfreeze", disk], check=True)
    program.answer()
    assert program.end()[0] == 0
    assert slowest < 1
    assert flushed < 8
    assert closed < 8
    assert len(warned) == 2
    assert all("has not answered for 5 s" in message and str(disk / "run") in message for message in warned)
    assert steps(disk / "run") == list(range(10_000))
