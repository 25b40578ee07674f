"""A file system that does not answer: calls come back in bounded time and say so."""

import json
import re
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


def told_while_frozen(text: str, directory: Path, disk: Path, lines: int = 1) -> list[str]:
    """What a program says while the disk is frozen: from its first line on, which is not among that, to its last."""
    program = Program(text, directory)
    program.line()
    subprocess.run(["fsfreeze", "--freeze", disk], check=True)
    program.answer()
    told = [program.line() for _ in range(lines)]
    subprocess.run(["fsfreeze", "--unfreeze", disk], check=True)
    program.answer()
    assert program.end()[0] == 0
    return told


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
    logged, flushed, closed = map(json.loads, told_while_frozen(text, tmp_path, disk, lines=3))
    assert (logged, len(flushed), len(closed)) == ([], 1, 2)
    assert all("has not answered for 5 s" in message and str(disk / "run") in message for message in closed)
    assert steps(disk / "run") == list(range(10_000))


def test_what_was_dropped_for_want_of_room_is_told_when_it_is_closed(tmp_path: Path, disk: Path) -> None:
    text = f"""
writer = SummaryWriter({str(disk / "run")!r})
say("made")
sys.stdin.readline()
for step in range(30):
    writer.add_text("note", "x" * 1_000_000, step)
writer.add_scalar("loss", 1.0, 0)
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    writer.close()
say(heard(warned))
sys.stdin.readline()
"""
    closed = json.loads(told_while_frozen(text, tmp_path, disk)[0])
    told = [int(count) for message in closed for count in re.findall(r"(\d+) records? ", message)]
    assert sum(told) == 31
    assert any("lost" in message for message in closed)


def test_a_disk_of_temporary_files_that_hangs_keeps_no_other_back(tmp_path: Path, disk: Path) -> None:
    text = f"""
import resource
import numpy as np

def write_up_to(bytes):
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes, resource.RLIM_INFINITY))

os.environ["TMPDIR"] = {str(disk)!r}
warnings.simplefilter("ignore")
writer = SummaryWriter("run")
writer.add_text("note", "x" * 2_000_000, 0)
writer.flush()
write_up_to(10_000_000)
writer.add_tensor("large", np.zeros(9_000_000, np.uint8), 0)  # Has room among the temporary files, not in the run.
writer.flush()
say("stuck")
sys.stdin.readline()
write_up_to(resource.RLIM_INFINITY)
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    writer.add_scalar("loss", 1.0, 5)
    writer.close()
say(heard(warned))
sys.stdin.readline()
"""
    assert told_while_frozen(text, tmp_path, disk) == ["[]"]
    assert steps(tmp_path / "run") == [5]


def test_media_for_which_only_a_disk_that_hangs_has_room_hold_nobody_up(tmp_path: Path, disk: Path) -> None:
    text = f"""
import resource
import numpy as np

os.environ["TMPDIR"] = {str(tmp_path)!r}
writer = SummaryWriter({str(disk / "run")!r})
pixels = np.random.default_rng(0).integers(0, 256, (1, 10, 3, 600, 600), dtype=np.uint8)
say("made")
sys.stdin.readline()
# Room for the copy, among the temporary files, but not for what becomes of it.
resource.setrlimit(resource.RLIMIT_FSIZE, (pixels.size + 200, resource.RLIM_INFINITY))
writer.add_video("noise", pixels, 0, format="webp")
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    writer.close()
say(heard(warned))
sys.stdin.readline()
"""
    told = json.loads(told_while_frozen(text, tmp_path, disk)[0])
    assert any("noise" in message and "has not answered" in message for message in told)
