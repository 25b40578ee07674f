"""The column frame in Python, against the golden frames that every language reads."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lightboard.index import FrameError, decode

GOLDEN = Path(__file__).parents[2] / "testdata" / "golden" / "columns"


WIDE = {
    "f64": np.float64,
    "f32": np.float64,
    "i64": np.int64,
    "i32": np.int64,
    "u32": np.uint32,
    "u8": np.uint8,
}


def values(column: dict[str, Any]) -> np.ndarray[Any, Any]:
    read = float if column["type"].startswith("f") else int
    return np.array([read(value) for value in column["values"]], WIDE[column["type"]])


@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.bin")))
def test_golden_frames_are_read_exactly(name: str) -> None:
    frame = decode((GOLDEN / f"{name}.bin").read_bytes())
    expected = json.loads((GOLDEN / f"{name}.json").read_text())
    assert frame.header == expected["header"]
    assert set(frame.columns) == set(expected["columns"])
    for column, described in expected["columns"].items():
        found, wanted = frame.columns[column], values(described)
        assert found.dtype == wanted.dtype
        assert found.tobytes() == wanted.tobytes()
        assert not found.flags.writeable


def test_the_golden_folder_is_not_empty() -> None:
    assert {path.stem for path in GOLDEN.glob("*.bin")} >= {"empty", "extremes", "narrow", "wide"}
    assert len(list(GOLDEN.glob("refused/*.bin"))) > 20


@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("refused/*.bin")))
def test_what_is_not_as_specified_is_refused(name: str) -> None:
    with pytest.raises(FrameError, match="expected"):
        decode((GOLDEN / "refused" / f"{name}.bin").read_bytes())


def test_another_version_says_what_to_do() -> None:
    with pytest.raises(
        FrameError, match="version 2, found version 1: the server and this package are of different"
    ):
        decode((GOLDEN / "refused" / "version_1.bin").read_bytes())


def test_a_header_of_endless_depth_is_refused() -> None:
    frame = (GOLDEN / "narrow.bin").read_bytes()
    with pytest.raises(FrameError, match="JSON"):
        decode(frame[:8] + (800_000).to_bytes(4, "little") + bytes(4) + b"[" * 800_000)


def test_columns_of_a_type_to_come_are_ignored() -> None:
    frame = (GOLDEN / "narrow.bin").read_bytes().replace(b'"u32"', b'"u33"')
    assert "count" not in decode(frame).columns
