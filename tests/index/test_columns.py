"""The column frame in Python, against the golden frames that every language reads."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lightboard.index import FrameError, decode

GOLDEN = Path(__file__).parents[2] / "testdata" / "golden" / "columns"


def values(column: dict[str, Any]) -> np.ndarray[Any, Any]:
    if column["type"] == "i64":
        return np.array([int(value) for value in column["values"]], np.int64)
    return np.array([float(value) for value in column["values"]], np.float64)


@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.bin")))
def test_golden_frames_are_read_exactly(name: str) -> None:
    frame = decode((GOLDEN / f"{name}.bin").read_bytes())
    expected = json.loads((GOLDEN / f"{name}.json").read_text())
    assert frame.header == expected["header"]
    assert set(frame.columns) == set(expected["columns"])
    for column, described in expected["columns"].items():
        found = frame.columns[column]
        assert found.tobytes() == values(described).tobytes()
        assert not found.flags.writeable


def test_the_golden_folder_is_not_empty() -> None:
    assert {path.stem for path in GOLDEN.glob("*.bin")} >= {"empty", "extremes"}


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda frame: frame[:10], "at least 16 bytes"),
        (lambda frame: b"LBCX" + frame[4:], "begins with"),
        (lambda frame: frame[:4] + b"\x02" + frame[5:], "version 2"),
        (lambda frame: frame[:-8], "inside the frame"),
        (lambda frame: frame[:8] + b"\xf8\xff\xff\xff" + frame[12:], "passes the end"),
        (lambda frame: frame[:16] + b"[" + frame[17:], "not as specified"),
    ],
)
def test_damaged_frames_are_refused_with_the_cause(damage: Any, message: str) -> None:
    frame = (GOLDEN / "extremes.bin").read_bytes()
    with pytest.raises(FrameError, match=message):
        decode(damage(frame))
