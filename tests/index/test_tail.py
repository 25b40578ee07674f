"""A tail under fire: whatever happens to a file, and in what pieces, the index then holds what is in it."""

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import lightboard.events
from index.following import Following
from index.records import NAME, header, scalar

Follow = Callable[..., Following]

SEEDS = 30
STEPS = 25


class File:
    """An event file with a writer, and what a network drive, a copy program or a failing disk makes of it."""

    def __init__(self, path: Path, chance: random.Random) -> None:
        self.path, self.chance, self.step = path, chance, 0
        self.whole = b""
        """What the file holds once everything has arrived."""
        self.missing: list[tuple[int, int]] = []
        """Ranges of it that are something else so far."""
        self.start()

    def start(self) -> None:
        self.path.parent.mkdir(exist_ok=True)
        self.whole, self.missing = header(self.chance.random() * 1e9), []
        self.path.write_bytes(self.whole)
        self.append()

    def records(self) -> bytes:
        made = []
        for _ in range(self.chance.choice([1, 3, 40])):
            self.step += 1
            tag = self.chance.choice(["loss", "accuracy", "t" * 300])
            made.append(scalar(self.step, self.chance.random(), tag))
        return b"".join(made)

    def put(self, offset: int, content: bytes) -> None:
        descriptor = os.open(self.path, os.O_WRONLY)
        os.pwrite(descriptor, content, offset)
        os.close(descriptor)

    def append(self) -> None:
        """In one to four pieces."""
        added = self.records()
        at = len(self.whole)
        self.whole += added
        cuts = sorted(self.chance.sample(range(len(added)), self.chance.randrange(4)))
        for start, end in zip([0, *cuts], [*cuts, len(added)], strict=True):
            self.put(at + start, added[start:end])

    def append_with_holes(self) -> None:
        """The length first, then some of the bytes; the others are zero, or flipped."""
        added = self.records()
        at = len(self.whole)
        self.whole += added
        shown = bytearray(added)
        for _ in range(self.chance.randrange(1, 4)):
            start = self.chance.randrange(len(added))
            end = min(len(added), start + self.chance.choice([1, 12, 100, 1000]))
            zeros = self.chance.random() < 0.7
            shown[start:end] = (
                bytes(end - start) if zeros else bytes(byte ^ 0x55 for byte in added[start:end])
            )
            self.missing.append((at + start, at + end))
        self.put(at, bytes(shown))

    def fill_a_hole(self) -> None:
        if self.missing:
            start, end = self.missing.pop(self.chance.randrange(len(self.missing)))
            self.put(start, self.whole[start:end])

    def cut(self) -> None:
        """Ends early, perhaps inside a record, and goes on from there with something else."""
        length = self.chance.randrange(len(self.whole))
        os.truncate(self.path, length)
        self.whole = self.path.read_bytes()
        self.missing = []

    def replace(self) -> None:
        copy = self.path.with_name("copy")
        self.whole = header(self.chance.random() * 1e9) + self.records()
        self.missing = []
        copy.write_bytes(self.whole)
        copy.rename(self.path)

    def rewrite(self) -> None:
        self.start()

    def make_again(self) -> None:
        self.path.unlink()
        if self.chance.random() < 0.5:
            self.path.parent.rmdir()
        self.start()

    def touch(self) -> None:
        os.utime(self.path)

    def happen(self) -> None:
        """Any of these; what happened is printed, for the report of a failure."""
        (name,) = self.chance.choices(
            [
                "append",
                "append_with_holes",
                "fill_a_hole",
                "cut",
                "replace",
                "rewrite",
                "make_again",
                "touch",
            ],
            [6, 4, 5, 1, 1, 1, 1, 1],
        )
        print(name)
        getattr(self, name)()


def held(following: Following) -> dict[str, Any] | None:
    """What the index holds of the run, bit for bit; None while there is none."""
    run = following.runs().get("run")
    if run is None or len(run["files"]) != 1:
        return None
    (file,) = run["files"]
    points = {}
    for tag, _ in following.tags():
        columns = following.scalars(tag).columns
        points[tag] = sorted(
            zip(*(columns[name].tolist() for name in ("step", "wall_time", "value")), strict=True)
        )
    return {
        "bytes": file["bytes"],
        "records": file["records"],
        "damage": [(it["code"], it["offset"], it["length"]) for it in file["damage"]],
        "points": points,
    }


def fresh(path: Path) -> dict[str, Any]:
    """What a reader that knows nothing of earlier finds in the file."""
    read = lightboard.events.read(path)
    points = {
        series.tag: sorted(
            zip(series.step.tolist(), series.wall_time.tolist(), series.value.tolist(), strict=True)
        )
        for series in read.series.values()
    }
    return {
        "bytes": path.stat().st_size,
        "records": read.records,
        "damage": [(it.code, it.offset, it.length) for it in read.damage],
        "points": points,
    }


@pytest.mark.row("F13", "F14", "F15", "F16", "F17", "E05", "E06")
@pytest.mark.parametrize("seed", range(SEEDS))
def test_after_any_faults_the_index_holds_what_a_fresh_reader_finds(
    tmp_path: Path, follow: Follow, seed: int
) -> None:
    chance = random.Random(seed)
    logs = tmp_path / "logs"
    logs.mkdir()
    following = follow(logs, poll_secs=0.005)
    file = File(logs / "run" / NAME, chance)

    def agree() -> None:
        expected = fresh(file.path)
        following.until(lambda: held(following) == expected)

    for _ in range(STEPS):
        for _ in range(chance.choice([1, 1, 2, 5])):
            file.happen()
        agree()
    while file.missing:
        file.fill_a_hole()
    agree()
