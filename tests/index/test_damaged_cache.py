"""Whatever byte of a cache is another one than was written: the answers are those of an index without a cache."""

import json
import math
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from index.opening import answer, awaited, described, opened
from index.records import scalars, write
from lightboard import SummaryWriter
from lightboard._core import Index
from lightboard.index import decode

FOOT = 16
LONG_AGO = 1.7e9


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("damaged-cache") / "logs"
    for run in "ab":
        with SummaryWriter(folder / run) as writer:
            for step in range(1_500):
                writer.add_scalar("tag0", step * 0.5, step)
                writer.add_scalar("tag1", step * 0.25, step)
    damaged = bytearray(scalars(range(100), tag="tag1"))
    damaged[len(damaged) // 2] ^= 0xFF
    write(folder / "damaged", bytes(damaged))
    for file in folder.rglob("*tfevents*"):
        os.utime(file, (LONG_AGO, LONG_AGO))  # None is live now and idle when the last test compares.
    return folder


@pytest.fixture(scope="module")
def cache(logs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    opened(logs, folder)
    return folder


@pytest.fixture(scope="module")
def expected(logs: Path) -> tuple[bytes, object]:
    index = Index([("logs", str(logs))])
    index.refresh(30.0)
    answers = answer(index), described(index)
    index.close()
    return answers


def places(content: bytes, region: str) -> Iterator[int]:
    """Offsets to damage: all of a header, a footer and the first entry's fields, and some of everything else."""
    length = len(content)
    match region:
        case "head":
            yield from range(24)
        case "first fields":
            yield from range(24, min(length, 24 + 400), 3)
        case "everywhere":
            yield from range(0, length, max(length // 60, 1))
        case "foot":
            yield from range(length - FOOT, length)


def check(
    logs: Path, cache: Path, expected: tuple[bytes, object], name: str, content: bytes, copy: Path
) -> None:
    """The answers of an index on a copy of the cache with another content of one file."""
    shutil.copytree(cache, copy)
    (path,) = copy.rglob(name)
    path.write_bytes(content)
    index = Index([("logs", str(logs))], cache_dir=str(copy))
    awaited(index, expected[0])
    awaited(index, expected[1], described)
    index.close()


@pytest.mark.parametrize("region", ["head", "first fields", "everywhere", "foot"])
@pytest.mark.parametrize("name", ["manifest", "0.segment"])
def test_any_flipped_byte(
    logs: Path, cache: Path, expected: tuple[bytes, object], tmp_path: Path, name: str, region: str
) -> None:
    (path,) = cache.rglob(name)
    content = path.read_bytes()
    for place in places(content, region):
        changed = bytearray(content)
        changed[place] ^= 0xFF
        check(logs, cache, expected, name, bytes(changed), tmp_path / str(place))


@pytest.mark.parametrize("name", ["manifest", "0.segment"])
def test_any_cut(logs: Path, cache: Path, expected: tuple[bytes, object], tmp_path: Path, name: str) -> None:
    (path,) = cache.rglob(name)
    content = path.read_bytes()
    for end in [
        0,
        1,
        8,
        12,
        16,
        20,
        len(content) // 3,
        len(content) - 17,
        len(content) - 4,
        len(content) - 1,
    ]:
        check(logs, cache, expected, name, content[:end], tmp_path / str(end))


Ask = Callable[[Index, list[str]], bytes]
QUESTIONS: dict[str, Ask] = {
    "scalars": lambda index, _: index.scalars(
        ["loss"], runs=None, axis="step", x_min=None, x_max=None, width=800, smoothing=None
    ),
    "smoothed scalars": lambda index, _: index.scalars(
        ["loss"], runs=None, axis="step", x_min=None, x_max=None, width=800, smoothing=("ema", 0.5)
    ),
    "groups": lambda index, runs: index.groups(
        ["loss"],
        [("both", runs)],
        axis="step",
        x_min=None,
        x_max=None,
        width=800,
        smoothing=None,
        alignment=None,
    ),
    "table": lambda index, _: index.table(["loss"], runs=None, at_step=50),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_names_the_runs_whose_points_it_lacks(tmp_path: Path, question: str) -> None:
    """Until their files have been read anew, which is a change."""
    for run in "ab":
        write(tmp_path / "logs" / run, scalars(range(100)))
    logs = [("logs", str(tmp_path / "logs"))]
    cache = tmp_path / "cache"
    runs = [str(run["id"]) for run in opened(tmp_path / "logs", cache).runs]
    (segment,) = cache.rglob("0.segment")
    content = bytearray(segment.read_bytes())
    content[FOOT + 40] ^= 0xFF
    segment.write_bytes(content)
    index = Index(logs, cache_dir=str(cache))
    index.refresh(30.0)
    version = index.version

    damaged = decode(QUESTIONS[question](index, runs))
    (lacking,) = damaged.header["incomplete"]
    (other,) = {*runs} - {lacking}
    if question == "table":
        cells = {
            name: dict(zip(runs, column.tolist(), strict=True)) for name, column in damaged.columns.items()
        }
        assert cells["count"] == dict.fromkeys(runs, 100)
        assert (cells["last_value"][other], cells["at_value"][other]) == (99.0, 50.0)
        assert all(math.isnan(cells[name][lacking]) for name in ("last_value", "min_value", "at_value"))
    elif question == "groups":
        assert damaged.columns["n"].tolist() == [1] * 100
    else:
        assert [entry["run"] for entry in damaged.header["series"]] == [other]

    changed: set[str] = set()
    while (frame := decode(QUESTIONS[question](index, runs))).header["incomplete"] or lacking not in changed:
        index.wait(version, 30.0)
        version, text = index.changes(version)
        change = json.loads(text)
        assert change["runs"], "no news of the file that was read anew"
        changed.update(change["runs"][place] for place in change["any_series"])
    index.refresh(30.0)
    frame = decode(QUESTIONS[question](index, runs))
    index.close()
    whole = Index(logs)
    whole.refresh(30.0)
    expected = decode(QUESTIONS[question](whole, runs))
    whole.close()
    assert {**frame.header, "version": 0} == {**expected.header, "version": 0}
    for name, column in expected.columns.items():
        np.testing.assert_array_equal(frame.columns[name], column)


@pytest.mark.parametrize("file", ["first", "last"])
def test_series_are_listed_as_they_are_in_the_only_answer(tmp_path: Path, file: str) -> None:
    """A program that asks once is not told what an earlier file logged last, or nothing, because a block is damaged."""
    logs, cache = tmp_path / "logs", tmp_path / "cache"
    write(logs / "run", scalars(range(50)))
    write(logs / "run", scalars(range(50, 90), wall_time=1.7e9 + 100), "events.out.tfevents.2.host.1.1")
    opened(logs, cache)
    (segment,) = cache.rglob("0.segment")
    content = bytearray(segment.read_bytes())
    content[FOOT + 40 if file == "first" else len(content) - FOOT - 40] ^= 0xFF
    segment.write_bytes(content)
    index = Index([("logs", str(logs))], cache_dir=str(cache))
    assert index.refresh(30.0)
    listed = json.loads(index.series())
    index.close()
    assert listed["incomplete"] == []
    (loss,) = listed["series"]
    assert (loss["count"], loss["last_step"], loss["last_value"]) == (90, 89, 89.0)
