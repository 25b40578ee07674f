"""What was wrong with a file heals when its bytes come: wherever they were missing, without a restart."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from index.following import Following
from index.records import append, header, scalar, scalars, write

Follow = Callable[..., Following]


def patch(path: Path, offset: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(content)


def pieces(count: int) -> list[bytes]:
    """A header and single records, whose concatenation is a file."""
    return [header(), *(scalar(step, step) for step in range(count))]


def offsets(records: list[bytes]) -> list[int]:
    return [sum(map(len, records[:number])) for number in range(len(records))]


@pytest.mark.row("F16")
def test_zeros_that_become_records_are_read_then(tmp_path: Path, follow: Follow) -> None:
    start, rest = scalars(range(5)), b"".join(scalar(step, step) for step in range(5, 10))
    path = write(tmp_path / "run", start + bytes(len(rest)))
    following = follow(tmp_path)
    following.until(lambda: following.steps() == list(range(5)))
    assert following.run("run")["state"] == "live"
    patch(path, len(start), rest)
    following.until(lambda: following.steps() == list(range(10)))
    assert following.file("run")["damage"] == []


@pytest.mark.row("F16")
@pytest.mark.parametrize("order", ["forwards", "backwards", "shuffled"])
def test_each_of_several_holes_is_read_when_it_is_filled(tmp_path: Path, follow: Follow, order: str) -> None:
    records = pieces(20)
    places = offsets(records)
    holes = [4, 9, 10, 15, 18]
    content = bytearray(b"".join(records))
    for hole in holes:
        content[places[hole] : places[hole] + len(records[hole])] = bytes(len(records[hole]))
    path = write(tmp_path / "run", bytes(content))
    following = follow(tmp_path)
    missing = {hole - 1 for hole in holes}
    following.until(lambda: following.steps() == [step for step in range(20) if step not in missing])
    assert len(following.file("run")["damage"]) == 4, "two holes side by side are one range"
    random.Random(1).shuffle(holes) if order == "shuffled" else holes.sort(reverse=order == "backwards")
    for hole in holes:
        patch(path, places[hole], records[hole])
        missing.remove(hole - 1)
        following.until(lambda: following.steps() == [step for step in range(20) if step not in missing])
    assert following.file("run")["damage"] == []
    assert following.run("run")["state"] == "live"


@pytest.mark.row("F16", "F17")
def test_a_tail_of_zeros_may_be_filled_from_its_middle(tmp_path: Path, follow: Follow) -> None:
    start = scalars(range(5))
    rest = [scalar(step, step) for step in range(5, 10)]
    path = write(tmp_path / "run", start + bytes(sum(map(len, rest)) + 100_000))
    following = follow(tmp_path)
    following.until(lambda: following.steps() == list(range(5)))
    patch(path, len(start) + len(b"".join(rest[:3])), rest[3])
    following.until(lambda: following.steps() == [*range(5), 8])
    patch(path, len(start), b"".join(rest))
    following.until(lambda: following.steps() == list(range(10)))
    (state, damage) = (following.run("run")["state"], following.file("run")["damage"])
    assert (state, damage) == ("live", []), "zeros at a live file's end are not yet"


@pytest.mark.row("F17")
def test_zeros_at_the_end_of_a_file_at_rest_are_damage_until_something_follows(
    tmp_path: Path, follow: Follow
) -> None:
    path = write(tmp_path / "run", scalars(range(5)) + bytes(64))
    os.utime(path, (1_700_000_000, 1_700_000_000))
    following = follow(tmp_path)
    following.until_loaded()
    assert [damage["code"] for damage in following.file("run")["damage"]] == ["zeros"]
    append(path, scalar(5, 5))
    following.until(lambda: following.steps() == list(range(6)))
    (damage,) = following.file("run")["damage"]
    assert (damage["code"], damage["length"]) == ("zeros", 64)


@pytest.mark.row("E05", "E06")
@pytest.mark.parametrize("place", [0, 20], ids=["length", "payload"])
def test_a_flipped_byte_that_is_put_right_again(tmp_path: Path, follow: Follow, place: int) -> None:
    records = pieces(10)
    at = offsets(records)[4] + place
    content = bytearray(b"".join(records))
    right = content[at]
    content[at] ^= 0xFF
    path = write(tmp_path / "run", bytes(content))
    following = follow(tmp_path)
    following.until(lambda: following.steps() == [0, 1, 2, *range(4, 10)])
    assert following.run("run")["state"] == "damaged"
    patch(path, at, bytes([right]))
    following.until(lambda: following.steps() == list(range(10)))
    assert following.run("run")["state"] == "live"


@pytest.mark.row("F14")
def test_a_file_cut_back_and_written_on_from_there_is_the_new_one(tmp_path: Path, follow: Follow) -> None:
    path = write(tmp_path / "run", scalars(range(10)))
    following = follow(tmp_path)
    following.until(lambda: following.steps() == list(range(10)))
    # A trainer that goes back to a checkpoint: the same inode, the same first bytes, and soon longer than before.
    kept = scalars(range(4))
    with path.open("r+b") as file:
        file.truncate(len(kept))
        file.seek(len(kept))
        file.write(b"".join(scalar(step, -step) for step in range(50, 90)))
    following.until(lambda: following.steps() == [*range(4), *range(50, 90)])


@pytest.mark.row("F15")
def test_a_run_deleted_and_made_again_between_two_looks(tmp_path: Path, follow: Follow) -> None:
    path = write(tmp_path / "run", scalars(range(10)))
    following = follow(tmp_path)
    following.until(lambda: following.steps() == list(range(10)))
    for start in range(100, 600, 100):
        path.unlink()
        path.parent.rmdir()
        steps = range(start, start + 12)
        write(tmp_path / "run", scalars(steps))  # the file system may well give it the same inode
        following.until(lambda: following.steps() == list(steps))  # noqa: B023 (called at once)
    assert following.run("run")["attempts"] == 1
