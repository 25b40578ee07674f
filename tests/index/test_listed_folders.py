"""Folders that did not change are not listed again at a start; whatever did change is found all the same."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from index.opening import opened
from index.records import scalars, write

# Neither is the beginning of the other, which would make one a copy.
FEW, MORE = scalars(range(10)), scalars(range(10, 30))
NAME = "events.out.tfevents.1"


def add_with_the_old_time(logs: Path) -> None:
    before = (logs / "run").stat()
    write(logs / "run", MORE, "events.out.tfevents.2")
    os.utime(logs / "run", ns=(before.st_atime_ns, before.st_mtime_ns))


def add_deep(logs: Path) -> None:
    write(logs / "deep" / "er" / "new", MORE, NAME)


def rename_run(logs: Path) -> None:
    (logs / "run").rename(logs / "renamed")


def exchange(logs: Path) -> None:
    (logs / "run").rename(logs / "away")
    (logs / "other").rename(logs / "run")
    (logs / "away").rename(logs / "other")


def replace_file(logs: Path) -> None:
    write(logs / "other", MORE, "new")
    (logs / "other" / "new").rename(logs / "run" / NAME)


def rewrite_file(logs: Path) -> None:
    (logs / "run" / NAME).write_bytes(MORE)


def remove_file(logs: Path) -> None:
    (logs / "run" / NAME).unlink()


def lead_link_elsewhere(logs: Path) -> None:
    # The folder with the link does not change.
    outside = logs.parent / "outside"
    outside.rename(logs.parent / "away")
    write(outside / "another", MORE, NAME)


def name_stranger(logs: Path) -> None:
    (logs / "strange" / "stranger").rename(logs / "strange" / NAME)


CHANGES: dict[str, Callable[[Path], None]] = {
    change.__name__: change
    for change in (
        add_with_the_old_time,
        add_deep,
        rename_run,
        exchange,
        replace_file,
        rewrite_file,
        remove_file,
        lead_link_elsewhere,
        name_stranger,
    )
}


def make(logs: Path) -> None:
    for run in ("run", "deep/er/old"):
        write(logs / run, FEW, NAME)
    write(logs / "other", scalars(range(5)), NAME)
    write(logs / "strange", FEW, "stranger")
    write(logs.parent / "outside" / "one", FEW, NAME)
    (logs / "link").symlink_to(logs.parent / "outside")


def told(runs: list[dict[str, Any]]) -> dict[str, Any]:
    return {run["name"]: (run["points"], [file["name"] for file in run["files"]]) for run in runs}


def test_every_change_between_two_starts_is_found(tmp_path: Path) -> None:
    for name in CHANGES:
        make(tmp_path / name / "logs")
    # Listings of folders that changed just before are not kept: their next change might not show in their times.
    newest = max(folder.stat().st_ctime for folder in tmp_path.rglob("*"))
    while time.time() < newest + 5:
        time.sleep(0.1)
    for name in CHANGES:
        opened(tmp_path / name / "logs", tmp_path / "cache")
    for name, change in CHANGES.items():
        logs = tmp_path / name / "logs"
        before = opened(logs, tmp_path / "cache")
        assert told(before.runs) == told(opened(logs, None).runs), name
        change(logs)
        after = opened(logs, None)
        assert told(after.runs) != told(before.runs), name
        assert told(opened(logs, tmp_path / "cache").runs) == told(after.runs), name
