"""What an index keeps on disk: used when it is right, never trusted when it is not."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from index.following import Following
from index.opening import answer, awaited, command, opened
from lightboard import SummaryWriter
from lightboard._core import Index, clear_caches, list_caches


def write(folder: Path, steps: range, tags: int = 3) -> None:
    with SummaryWriter(folder) as writer:
        for step in steps:
            for tag in range(tags):
                writer.add_scalar(f"tag{tag}", step * 0.5 + tag, step)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    write(folder / "a", range(3_000))
    write(folder / "b", range(500))
    return folder


@pytest.fixture
def expected(logs: Path) -> bytes:
    index = Index([("logs", str(logs))])
    version = index.wait(0, 30.0)
    while sum(run["points"] for run in json.loads(index.runs())["runs"]) < 10_500:
        version = index.wait(version, 30.0)
    frame = answer(index)
    index.close()
    return frame


def test_files_that_were_replaced_or_cut_between_two_starts_are_read_anew(logs: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    opened(logs, cache)
    (cut,) = (logs / "a").iterdir()
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    (other,) = (logs / "b").iterdir()
    other.write_bytes((tmp_path / "logs" / "a" / cut.name).read_bytes())
    with_cache, without = opened(logs, cache), opened(logs, None)
    assert with_cache.points == without.points < 10_500


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_cache_is_never_believed(logs: Path, tmp_path: Path, expected: bytes, seed: int) -> None:
    cache = tmp_path / "cache"
    opened(logs, cache)
    files = sorted(path for path in cache.rglob("*") if path.is_file() and path.stat().st_size)
    assert {path.name for path in files} >= {"manifest", "0.segment"}
    dice = random.Random(seed)
    victim = files[seed % len(files)]
    content = bytearray(victim.read_bytes())
    match seed // 2 % 3:
        case 0:
            content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
        case 1:
            del content[dice.randrange(len(content)) :]
        case _:
            at = dice.randrange(len(content))
            content[at : at + 500] = dice.randbytes(500)
    victim.write_bytes(content)
    index = Index([("logs", str(logs))], cache_dir=str(cache))
    awaited(index, expected)
    index.close()


def test_a_missing_segment_is_read_anew(logs: Path, tmp_path: Path, expected: bytes) -> None:
    cache = tmp_path / "cache"
    opened(logs, cache)
    for segment in cache.rglob("*.segment"):
        segment.unlink()
    index = Index([("logs", str(logs))], cache_dir=str(cache))
    awaited(index, expected)
    index.close()
    assert list(cache.rglob("*.segment"))


def test_boards_share_a_cache_and_a_killed_one_leaves_it_to_others(
    logs: Path, tmp_path: Path, expected: bytes
) -> None:
    cache = tmp_path / "cache"
    first = subprocess.Popen(
        command(logs, cache=cache, end="stay"), stdout=subprocess.PIPE, stdin=subprocess.PIPE
    )
    assert first.stdout is not None
    first.stdout.readline()
    assert [entry["in_use"] for entry in json.loads(list_caches(str(cache)))["caches"]] == [True]
    second = Index([("logs", str(logs))], cache_dir=str(cache))
    awaited(second, expected)
    second.close()
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert [entry["in_use"] for entry in json.loads(list_caches(str(cache)))["caches"]] == [False]
    third = Index([("logs", str(logs))], cache_dir=str(cache))
    awaited(third, expected)
    cleared = json.loads(clear_caches(str(cache)))
    assert (len(cleared["removed"]), len(cleared["in_use"])) == (0, 1)
    third.close()
    assert len(json.loads(clear_caches(str(cache), str(logs)))["removed"]) == 1
    assert json.loads(list_caches(str(cache)))["caches"] == []


def size(*logdirs: Path) -> int:
    return sum(path.stat().st_size for logdir in logdirs for path in logdir.rglob("*") if path.is_file())


def test_a_log_directory_that_comes_late_finds_its_cache(logs: Path, tmp_path: Path) -> None:
    cache, other, away = tmp_path / "cache", tmp_path / "other", tmp_path / "away"
    write(other / "c", range(2_000))
    before = opened(logs, cache, other)
    logs.rename(away)
    write(other / "d", range(2_000))
    following = Following(("logs", str(logs)), ("other", str(other)), cache=cache)
    following.until(lambda: following.points() == 12_000)
    away.rename(logs)
    write(other / "e", range(2_000))
    following.until(lambda: following.points() == before.points + 12_000)
    following.index.close()
    after = opened(logs, cache, other)
    assert after.points == before.points + 12_000
    assert after.read < size(logs, other) // 4


@pytest.mark.parametrize("mount_point", [False, True])
def test_a_log_directory_that_goes_away_finds_its_cache_when_it_returns(
    logs: Path, tmp_path: Path, mount_point: bool
) -> None:
    cache, other, away = tmp_path / "cache", tmp_path / "other", tmp_path / "away"
    other.mkdir()
    before = opened(logs, cache, other)
    following = Following(("logs", str(logs)), ("other", str(other)), cache=cache)
    following.until(lambda: following.points() == before.points)
    logs.rename(away)
    if mount_point:
        logs.mkdir()
    write(other / "c", range(2_000))
    following.until(lambda: following.points() == 6_000)
    following.index.close()
    if mount_point:
        logs.rmdir()
    away.rename(logs)
    after = opened(logs, cache, other)
    assert after.points == before.points + 6_000
    assert after.read < size(logs, other) // 4


def test_a_folder_that_cannot_be_listed_keeps_its_part_of_the_cache(logs: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    before = opened(logs, cache)
    (logs / "a").chmod(0)
    try:
        for late in ("c", "d"):
            write(logs / late, range(2_000))
            opened(logs, cache, unprivileged=True)
    finally:
        (logs / "a").chmod(0o700)
    after = opened(logs, cache)
    assert after.points == before.points + 12_000
    assert after.read < size(logs) // 4


def test_a_file_that_cannot_be_read_does_not_make_the_cache_be_written_anew(
    logs: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    write(logs / "c", range(10))
    next((logs / "c").iterdir()).chmod(0)
    opened(logs, cache, unprivileged=True)
    (manifest,) = cache.rglob("manifest")
    before = manifest.stat().st_ino
    opened(logs, cache, unprivileged=True)
    assert manifest.stat().st_ino == before


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(
    logs: Path, tmp_path: Path, expected: bytes
) -> None:
    in_the_way = tmp_path / "cache"
    in_the_way.write_text("a file")
    index = Index([("logs", str(logs))], cache_dir=str(in_the_way))
    awaited(index, expected)
    index.close()


def test_nothing_is_written_below_the_log_directory(logs: Path, tmp_path: Path) -> None:
    def tree() -> str:
        state = hashlib.sha256()
        for path in sorted([logs, *logs.rglob("*")]):
            found = path.lstat()
            state.update(f"{path} {found.st_mode} {found.st_mtime_ns} {found.st_ctime_ns}".encode())
            state.update(path.read_bytes() if path.is_file() else b"")
        return state.hexdigest()

    for path in [*logs.rglob("*"), logs]:
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        before = tree()
        opened(logs, tmp_path / "cache")
        opened(logs, tmp_path / "cache")
        assert tree() == before
    finally:
        for path in [logs, *logs.rglob("*")]:
            path.chmod(0o700 if path.is_dir() else 0o600)


@pytest.mark.parametrize("cached", [True, False])
def test_memory_stays_below_its_limit(tmp_path: Path, cached: bool) -> None:
    logs, limit = tmp_path / "logs", 64 << 20
    for run in range(4):
        write(logs / f"run{run}", range(100_000), tags=5)
    cache = tmp_path / "cache" if cached else None
    for _ in range(2):
        outcome = opened(logs, cache, max_memory=limit)
        assert outcome.points == 2_000_000
        assert outcome.peak < limit, f"{outcome.peak / 2**20:.0f} MiB"


@pytest.mark.parametrize("limit", [0, 64])
def test_no_limit_is_too_small_to_read_anything(tmp_path: Path, limit: int) -> None:
    write(tmp_path / "logs" / "run", range(3_000), tags=1)
    assert opened(tmp_path / "logs", None, max_memory=limit).points == 3_000


def test_the_command_lists_and_clears(logs: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    opened(logs, cache)

    def run(*arguments: str) -> str:
        call = [sys.executable, "-m", "lightboard", "cache", *arguments]
        environment = {**os.environ, "LIGHTBOARD_CACHE_DIR": str(cache)}
        done = subprocess.run(call, check=True, capture_output=True, text=True, env=environment)
        return done.stdout

    assert str(logs) in run("--list")
    assert str(logs) in run("--clear", str(logs))
    assert str(logs) not in run()
