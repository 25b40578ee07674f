"""Values of files that were replaced, cut off, deleted or overwritten since they were listed: none is ever wrong."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import lightboard
from index.records import append, header, write
from index.values import notes, record, refused, strings, tensor
from lightboard.index import Series


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[Path, Series]]:
    """A file and its series, in an index that follows no more: what happens to the file comes as a surprise."""
    path = write(tmp_path / "run", notes(3)[1])
    with lightboard.open(tmp_path, cache_dir=None) as index:
        (series,) = index.series("t", kind="text")
        index.close()
        assert series.values[:] == [["note 0"], ["note 1"], ["note 2"]]
        yield path, series


def overwrite(path: Path, content: bytes) -> None:
    with path.open("r+b") as file:
        file.write(content)


def test_a_file_that_was_replaced_is_refused(held: tuple[Path, Series]) -> None:
    path, series = held
    content = path.read_bytes()
    other = path.with_name("other")
    other.write_bytes(content)
    other.rename(path)
    code, message = refused(series, 1)
    assert code == "file_changed"
    assert str(path) in message


def test_a_file_that_was_truncated_gives_what_is_left(held: tuple[Path, Series]) -> None:
    path, series = held
    os.truncate(path, path.stat().st_size - 1)
    assert series.values[1] == ["note 1"]
    code, message = refused(series, 2)
    assert code == "file_changed"
    assert "truncated" in message


def test_a_file_that_was_deleted_is_named(held: tuple[Path, Series]) -> None:
    path, series = held
    path.unlink()
    code, message = refused(series, 0)
    assert code == "file_gone"
    assert str(path) in message


def test_a_file_that_cannot_be_read_says_so(held: tuple[Path, Series]) -> None:
    path, series = held
    path.unlink()
    path.mkdir()
    code, message = refused(series, 0)
    assert code == "file_unreadable"
    assert "no regular file" in message


@pytest.mark.parametrize("place", range(3))
def test_bytes_that_changed_in_place_are_refused(held: tuple[Path, Series], place: int) -> None:
    path, series = held
    records, content = notes(3)
    start = len(header()) + sum(map(len, records[:place]))
    for at in range(start, start + len(records[place])):
        overwrite(path, content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert refused(series, place)[0] == "file_changed"
    overwrite(path, content)
    assert series.values[place] == [f"note {place}"]


def test_another_sound_record_in_its_place_is_refused(held: tuple[Path, Series]) -> None:
    path, series = held
    records, content = notes(3)
    others = (
        record(2, tensor("t", "text", strings(b"note 1"))),
        record(1, tensor("u", "text", strings(b"note 1"))),
        record(1, tensor("t", "text", strings(b"n0te 1"))),
    )
    for other in others:
        assert len(other) == len(records[1])
        overwrite(path, header() + records[0] + other + records[2])
        assert refused(series, 1)[0] == "file_changed"
    overwrite(path, content)
    assert series.values[1] == ["note 1"]


def test_a_file_that_grew_is_the_same_file(held: tuple[Path, Series]) -> None:
    path, series = held
    append(path, record(9, tensor("t", "text", strings(b"more"))))
    assert series.values[2] == ["note 2"]


def test_values_are_listed_once(held: tuple[Path, Series]) -> None:
    """Programs write `series.values[place]` in loops."""
    _, series = held
    assert series.values is series.values
