"""Whatever byte of a cache is another one than was written: the answers are those of an index without a cache."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.opening import answer, awaited, opened
from index.records import scalars, write
from lightboard import SummaryWriter
from lightboard._core import Index

FOOT = 16


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
    answers = answer(index), json.loads(index.runs())["runs"]
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
    index.refresh(30.0)
    assert json.loads(index.runs())["runs"] == expected[1]
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
