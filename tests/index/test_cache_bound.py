"""All caches together stay below a quarter of their disk: those used longest ago go, but none that a board has open."""

import os
import random
import subprocess
from pathlib import Path

import boards
from index.disks import small_disk
from lightboard import SummaryWriter

STEPS = 15_000
# A quarter of it takes two caches of so many points, and not three.
DISK = 1 << 20


def run(*arguments: str | Path, cache: Path) -> boards.Finished:
    done = subprocess.run(
        [*boards.LIGHTBOARD, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=boards.environment({"LIGHTBOARD_CACHE_DIR": str(cache)}),
        check=False,
    )
    return boards.Finished(done.returncode, done.stdout, done.stderr)


def listed(cache: Path) -> dict[str, bool]:
    """The log directories that `lightboard cache --list` tells of, and whether each is open."""
    _, *lines = run("cache", "--list", cache=cache).out.splitlines()
    paths = [line.removesuffix("  (open)").split()[-1] for line in lines]
    return {Path(path).name: line.endswith("(open)") for path, line in zip(paths, lines, strict=True)}


def test_what_was_used_longest_ago_goes_and_what_is_open_stays(tmp_path: Path) -> None:
    dice = random.Random(0)
    logs = {name: tmp_path / name for name in ("first", "second", "third")}
    for folder in logs.values():
        with SummaryWriter(folder) as writer:
            for step in range(STEPS):
                writer.add_scalar("loss", dice.random(), step)
    with small_disk(tmp_path / "disk", DISK) as cache:
        # `ls` reads everything, and saves it.
        run("ls", logs["first"], cache=cache)
        run("ls", logs["second"], cache=cache)
        assert listed(cache) == {"first": False, "second": False}
        with boards.board(logs["first"], "--port", "0", env={"LIGHTBOARD_CACHE_DIR": str(cache)}) as running:
            with boards.client(running) as client:
                # The cache is open before the first walk.
                while client.get("/api/runs").json()["logdirs"][0]["state"] == "loading":
                    pass
            assert listed(cache) == {"first": True, "second": False}
            # That of the first is open, and nevertheless the one used longest ago.
            for age, name in enumerate(["second", "first"], start=1):
                (manifest,) = (
                    path for path in cache.rglob("manifest") if os.fsencode(logs[name]) in path.read_bytes()
                )
                used = manifest.stat().st_mtime - age * 3_600
                os.utime(manifest, (used, used))
            run("ls", logs["third"], cache=cache)
            assert listed(cache) == {"third": False, "first": True}
            cleared = run("cache", "--clear", cache=cache)
            assert cleared.code == 1
            assert str(logs["third"]) in cleared.out
            assert str(logs["first"]) in cleared.err
            assert listed(cache) == {"first": True}
            running.stop()
        cleared = run("cache", "--clear", cache=cache)
        assert (cleared.code, cleared.err) == (0, "")
        assert str(logs["first"]) in cleared.out
        assert listed(cache) == {}
