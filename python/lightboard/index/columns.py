"""Column frames as NumPy arrays (spec/columns.md)."""

import json
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

MAGIC = b"LBCF"
VERSION = 1
PREFIX = struct.Struct("<4sIII")
TYPES: dict[str, np.dtype[Any]] = {
    "f64": np.dtype("<f8"),
    "i64": np.dtype("<i8"),
    "u32": np.dtype("<u4"),
    "u8": np.dtype("u1"),
}


class FrameError(ValueError):
    """The bytes are no column frame that this version can read."""


@dataclass(frozen=True)
class ColumnFrame:
    """One answer of the index: `header` is its metadata, `columns` maps a name to a read-only 1-d array."""

    header: dict[str, Any]
    columns: dict[str, npt.NDArray[Any]]


def decode(frame: bytes) -> ColumnFrame:
    """Read one column frame. The arrays are views of `frame`: nothing is copied.

    Raises FrameError when the magic or the version is another one, when the header is no JSON object, or when
    a column is not aligned or does not lie inside the frame.
    """
    if len(frame) < PREFIX.size:
        raise FrameError(f"expected a column frame of at least {PREFIX.size} bytes, found {len(frame)} bytes")
    magic, version, header_length, _ = PREFIX.unpack_from(frame)
    if magic != MAGIC:
        raise FrameError(f"expected a column frame, which begins with {MAGIC!r}, found {magic!r}")
    if version != VERSION:
        raise FrameError(
            f"expected a column frame of version {VERSION}, found version {version}: "
            "the server and this package are of different versions of Lightboard"
        )
    if header_length > len(frame) - PREFIX.size:
        raise FrameError(
            f"the header of {header_length} bytes passes the end of a frame of {len(frame)} bytes"
        )
    try:
        header = json.loads(frame[PREFIX.size : PREFIX.size + header_length])
        described = header.pop("columns").items()
        columns = {name: _view(frame, name, **place) for name, place in described if place["type"] in TYPES}
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        if isinstance(error, FrameError):
            raise
        raise FrameError(f"the header of the column frame is not as specified: {error!r}") from error
    return ColumnFrame(header, columns)


def _view(frame: bytes, name: str, *, type: str, offset: int, length: int) -> npt.NDArray[Any]:
    dtype = TYPES[type]
    if offset % 8 or offset < 0 or length < 0 or offset + length * dtype.itemsize > len(frame):
        raise FrameError(
            f"column {name!r} ({length} items of {type} at byte {offset}) is not aligned or does not lie "
            f"inside the frame of {len(frame)} bytes"
        )
    return np.frombuffer(frame, dtype, length, offset)
