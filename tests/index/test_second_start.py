"""A second start parses only appended bytes: of sound, damaged and cut-off files, and of files that are none."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from index.following import Following
from index.opening import opened
from index.records import append, length_header, scalar, scalars, write
from lightboard._core import Index

Follow = Callable[..., Following]

STEPS = range(6_000)
SOUND = scalars(STEPS)
SIZE = len(SOUND)
# What a start itself reads: the manifest, the beginnings and ends of files.
LITTLE = SIZE // 8


def flipped(content: bytes, *places: int) -> bytes:
    changed = bytearray(content)
    for place in places:
        changed[place] ^= 0xFF
    return bytes(changed)


def placed(content: bytes, places: list[int], filling: bytes) -> bytes:
    for place in sorted(places, reverse=True):
        content = content[:place] + filling + content[place + len(filling) :]
    return content


DAMAGED = {
    "sound": SOUND,
    "one payload flipped": flipped(SOUND, SIZE // 2),
    "many damaged ranges": placed(SOUND, list(range(10_000, SIZE - 10_000, 9_999)), b"\xff" * 50),
    "zeros inside": placed(SOUND, [SIZE // 3], bytes(5_000)),
    "the last whole record flipped": flipped(SOUND + scalar(6_000, 1.0), SIZE + 20),
    "the last record but one flipped": flipped(SOUND, SIZE - len(scalar(5_999, 1.0)) - 8),
    "cut off": SOUND[:-7],
    "cut off in a header": SOUND + length_header(100)[:5],
    "zeros at the end": SOUND + bytes(1_000),
    "a long record that is not whole": SOUND + length_header(SIZE * 2) + b"x" * SIZE,
    "rubbish at the end": SOUND + bytes(range(256)) * 500,
    "no event file": b"step,loss\n" * (SIZE // 10),
    "zeros only": bytes(SIZE),
    "empty": b"",
}


@pytest.mark.parametrize("case", DAMAGED)
def test_nothing_is_read_again(tmp_path: Path, case: str) -> None:
    logs, cache = tmp_path / "logs", tmp_path / "cache"
    path = write(logs / "run", DAMAGED[case])
    first = opened(logs, cache)
    assert first.read >= path.stat().st_size
    second = opened(logs, cache)
    assert second.read < LITTLE
    assert second.runs == first.runs


@pytest.mark.parametrize("case", DAMAGED)
def test_only_what_was_appended_is_read(tmp_path: Path, case: str) -> None:
    logs, cache = tmp_path / "logs", tmp_path / "cache"
    path = write(logs / "run", DAMAGED[case])
    first = opened(logs, cache)
    tail = path.stat().st_size - first.runs[0]["files"][0]["bytes_read"]
    more = b"".join(scalar(step, 1.0) for step in range(6_001, 6_501))
    append(path, more)
    second, without = opened(logs, cache), opened(logs, None)
    # Damaged ranges are looked at again, should they have healed; bytes that turn out to hold no record twice.
    again = sum(damage["length"] for damage in first.runs[0]["files"][0]["damage"])
    assert second.read < 2 * tail + again + len(more) + LITTLE
    assert second.runs == without.runs
    third = opened(logs, cache)
    assert third.read < LITTLE
    assert third.runs == without.runs


def test_a_record_that_was_cut_off_is_completed(tmp_path: Path) -> None:
    logs, cache = tmp_path / "logs", tmp_path / "cache"
    path = write(logs / "run", SOUND[:-7])
    assert opened(logs, cache).points == len(STEPS) - 1
    append(path, SOUND[-7:])
    outcome = opened(logs, cache)
    assert (outcome.points, outcome.runs[0]["files"][0]["damage"]) == (len(STEPS), [])
    assert outcome.read < LITTLE


@pytest.mark.parametrize("grown", [False, True])
def test_damage_that_healed_between_two_starts_is_noticed(tmp_path: Path, grown: bool) -> None:
    logs, cache = tmp_path / "logs", tmp_path / "cache"
    path = write(logs / "run", DAMAGED["zeros inside"])
    assert opened(logs, cache).points < len(STEPS)
    with path.open("r+b") as file:
        file.write(SOUND + (scalar(6_000, 1.0) if grown else b""))
    outcome = opened(logs, cache)
    assert outcome.points == len(STEPS) + grown
    assert outcome.runs[0]["files"][0]["damage"] == []


def test_who_asked_before_is_told_that_there_are_tags(tmp_path: Path) -> None:
    logs, cache = tmp_path / "logs", tmp_path / "cache"
    write(logs / "run", SOUND)
    opened(logs, cache)
    index = Index([("logs", str(logs))], cache_dir=str(cache))
    index.wait(0, 30.0)
    assert json.loads(index.changes(0)[1])["tags"] is True
    index.close()


def test_a_file_that_was_as_it_had_been_grows_as_any_other(tmp_path: Path, follow: Follow) -> None:
    logs, cache = tmp_path / "logs", tmp_path / "cache"
    path = write(logs / "run", SOUND)
    opened(logs, cache)
    following = follow(logs, cache=cache)
    following.until_loaded()
    version = following.until_quiet()
    append(path, scalar(6_000, 1.0))
    following.until(lambda: following.points() == len(STEPS) + 1 and following.index.version > version)
    change = following.changes(version)
    assert (change["any_series"], change["series"]) == ([], {"loss": [0]})
