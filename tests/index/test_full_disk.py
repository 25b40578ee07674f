"""A disk that takes no more points that must leave memory: another one does, or reading waits until there is room."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from index.disks import small_disk
from index.records import scalars, write
from lightboard._core import Index

STEPS = 60_000
# An eighth of it, 128 KiB, is less than what the points take.
MAX_MEMORY = 1 << 20
ROOM = 64 * 1024


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("full-disk") / "logs"
    content = scalars(range(STEPS // 4))
    for run in range(4):
        write(folder / f"run{run}", content)
    return folder


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", ROOM) as path:
        yield path


def until(index: Index, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    version = index.version
    while not condition(body := json.loads(index.runs())):
        later = index.wait(version, 30.0)
        assert later > version, body["logdirs"]
        version = later
    return dict(body)


def all_read(body: dict[str, Any]) -> bool:
    return bool(sum(run["points"] for run in body["runs"]) == STEPS)


def test_a_full_cache_disk_leaves_points_to_the_temporary_folder(logs: Path, disk: Path) -> None:
    index = Index([("logs", str(logs))], cache_dir=str(disk), max_memory=MAX_MEMORY)
    body = until(index, all_read)
    assert [logdir["state"] for logdir in body["logdirs"]] == ["ok"]
    index.close()
    # Nothing half is left to keep the disk full.
    assert not [path for path in disk.rglob("*") if path.suffix == ".partial"]


def test_what_was_saved_before_the_disk_filled_up_is_no_harm(logs: Path, disk: Path) -> None:
    (disk / "ballast").write_bytes(bytes(ROOM - 32 * 1024))
    for _ in range(2):
        index = Index([("logs", str(logs))], cache_dir=str(disk), max_memory=1 << 30)
        until(index, all_read)
        index.close()
    assert not [path for path in disk.rglob("*") if path.suffix in {".partial", ".segment"}]


WAITS = f"""
import json, resource, sys
from lightboard._core import Index
limit = lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
limit({ROOM})
index = Index([("logs", sys.argv[1])], cache_dir=sys.argv[2] or None, max_memory={MAX_MEMORY})
def until(condition):
    version = index.version
    while not condition(body := json.loads(index.runs())):
        later = index.wait(version, 30.0)
        assert later > version, body["logdirs"]
        version = later
    return body
points = lambda body: sum(run["points"] for run in body["runs"])
body = until(lambda body: body["logdirs"][0]["state"] == "failed")
assert points(body) < {STEPS}
print(body["logdirs"][0]["message"], flush=True)
limit(resource.RLIM_INFINITY)
body = until(lambda body: points(body) == {STEPS})
body = until(lambda body: body["logdirs"][0]["state"] == "ok")
index.close()
"""


@pytest.mark.parametrize("cached", [True, False])
def test_reading_waits_for_room_and_goes_on(logs: Path, tmp_path: Path, cached: bool) -> None:
    cache = str(tmp_path / "cache") if cached else ""
    done = subprocess.run(
        [sys.executable, "-c", WAITS, str(logs), cache], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "--max-memory" in done.stdout
    assert "there is room" in done.stdout
