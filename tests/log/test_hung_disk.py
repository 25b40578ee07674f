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
writer = SummaryWriter({str(disk / "run")!r})
say("made")
sys.stdin.readline()
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    for step in range(10_000):
        writer.add_scalar("loss", step, step)
    say(heard(warned))
    writer.flush()
    say(heard(warned))
    writer.close()
    say(heard(warned))
sys.stdin.readline()
"""
    program = Program(text, tmp_path)
    program.line()
    subprocess.run(["fsfreeze", "--freeze", disk], check=True)
    program.answer()
    logged, flushed, closed = [json.loads(program.line()) for _ in range(3)]
    subprocess.run(["fsfreeze", "--unfreeze", disk], check=True)
    program.answer()
    assert program.end()[0] == 0
    assert (logged, len(flushed), len(closed)) == ([], 1, 2)
    assert all("has not answered for 5 s" in message and str(disk / "run") in message for message in closed)
    assert steps(disk / "run") == list(range(10_000))
