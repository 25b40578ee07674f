"""A record that was cut short does not hide what others appended behind it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

import lightboard.events
from index.following import Following
from index.records import append, frame, header, scalar, scalars, write
from index.values import record, strings, tensor

Follow = Callable[..., Following]


def held(following: Following) -> tuple[list[int], list[tuple[str, int, int]]]:
    """Steps, and the damage: code, offset, length."""
    damage = following.file("run")["damage"]
    return following.steps(), [(it["code"], it["offset"], it["length"]) for it in damage]


def read_anew(path: Path) -> tuple[list[int], list[tuple[str, int, int]]]:
    """The same, by a reader that never saw the file before."""
    file = lightboard.events.read(path)
    return file.series["loss"].step.tolist(), [(it.code, it.offset, it.length) for it in file.damage]


def image(size: int) -> bytes:
    value = Summary.Value(tag="image", image=Summary.Image(width=1, encoded_image_string=b"x" * size))
    return frame(Event(wall_time=1.0, summary=Summary(value=[value])).SerializeToString())


@pytest.mark.row("E06")
def test_what_is_appended_behind_a_torn_record_is_read_at_once(tmp_path: Path, follow: Follow) -> None:
    start = scalars(range(3))
    path = write(tmp_path / "run", start + image(100_000)[:5000])
    following = follow(tmp_path)
    following.until_loaded()
    assert following.steps() == [0, 1, 2]
    append(path, header(1_700_000_100.0) + scalar(3, 3.0))
    following.until(lambda: following.steps() == [0, 1, 2, 3])
    assert held(following) == read_anew(path) == ([0, 1, 2, 3], [("truncated", len(start), 5000)])
    assert following.run("run")["state"] == "damaged"
    # The file grows over what the torn record claims: nothing is lost or found twice.
    append(path, b"".join(scalar(step, step) for step in range(4, 3000)))
    following.until(lambda: len(following.steps()) == 3000)
    following.until_quiet()
    assert held(following) == read_anew(path)
    assert held(following) == ([*range(3000)], [("payload_checksum", len(start), 5000)])


@pytest.mark.row("E06")
def test_a_torn_record_that_comes_after_all_is_read_instead_of_what_it_holds(
    tmp_path: Path, follow: Follow
) -> None:
    start = scalars(range(3))
    slow = record(9, tensor("note", "text", strings(scalar(7, 7.0) * 2 + b"x" * 5000)))
    path = write(tmp_path / "run", start + slow[:1000])
    following = follow(tmp_path)
    following.until(lambda: following.steps() == [0, 1, 2, 7, 7])
    append(path, slow[1000:] + scalar(3, 3.0))
    following.until(lambda: following.steps() == [0, 1, 2, 3])
    following.until_quiet()
    assert held(following) == ([0, 1, 2, 3], [])
    assert following.tags()["note", "text"] == 1


@pytest.mark.row("E06")
@pytest.mark.parametrize("later", [0, 40, 3000])
def test_a_second_start_finds_the_same(tmp_path: Path, follow: Follow, later: int) -> None:
    path = write(tmp_path / "logs" / "run", scalars(range(3)) + image(100_000)[:5000] + scalar(3, 3.0))
    first = follow(tmp_path / "logs", cache=tmp_path / "cache")
    first.until_loaded()
    before = held(first)
    first.index.close()
    append(path, b"".join(scalar(step, step) for step in range(4, 4 + later)))
    second = follow(tmp_path / "logs", cache=tmp_path / "cache")
    second.until(lambda: len(second.steps()) == 4 + later)
    second.until_quiet()
    assert held(second) == read_anew(path)
    assert later or held(second) == before
