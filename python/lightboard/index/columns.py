"""Column frames as NumPy arrays (spec/columns.md)."""

import json
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

MAGIC = b"LBCF"
VERSION = 2
PREFIX = struct.Struct("<4sIII")
TYPES: dict[str, np.dtype[Any]] = {
    "f64": np.dtype("<f8"),
    "f32": np.dtype("<f4"),
    "i64": np.dtype("<i8"),
    "i32": np.dtype("<i4"),
    "u32": np.dtype("<u4"),
    "u8": np.dtype("u1"),
}
WIDENED = {"f32": TYPES["f64"], "i32": TYPES["i64"]}
"""What a narrowed column stands for."""


class FrameError(ValueError):
    """The bytes are no column frame that this version can read."""


@dataclass(frozen=True)
class ColumnFrame:
    """One answer of the index: `header` is its metadata, `columns` maps a name to a read-only 1-d array."""

    header: dict[str, Any]
    columns: dict[str, npt.NDArray[Any]]


def decode(frame: bytes) -> ColumnFrame:
    """Read one column frame. Columns are float64, int64, uint32 or uint8.

    Narrowed columns are widened; the others are views of `frame`, nothing is copied. Raises FrameError for whatever
    spec/columns.md says that a reader refuses.
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
    bodies = PREFIX.size + header_length
    if bodies > len(frame) or header_length % 8:
        raise FrameError(
            f"expected a header of a multiple of 8 bytes inside a frame of {len(frame)} bytes, "
            f"found one of {header_length} bytes"
        )
    try:
        header = json.loads(str(frame[PREFIX.size : bodies], "utf-8"))
    except (ValueError, RecursionError) as error:
        raise FrameError(f"expected a frame header in JSON, found {error}") from error
    described = header.pop("columns", None) if isinstance(header, dict) else None
    if not isinstance(described, dict):
        raise FrameError("expected a frame header that is an object with an object `columns`")
    columns = {}
    for name, place in described.items():
        if not isinstance(place, dict) or not isinstance(place.get("type"), str):
            raise FrameError(f"column {name!r}: expected an object with a type, found {place!r}")
        if place["type"] in TYPES:
            columns[name] = _column(frame, bodies, name, place)
    return ColumnFrame(header, columns)


def _column(frame: bytes, bodies: int, name: str, place: dict[str, Any]) -> npt.NDArray[Any]:
    kind, offset, length = place["type"], place.get("offset"), place.get("length")
    dtype = TYPES[kind]
    if (
        type(offset) is not int
        or type(length) is not int
        or offset % 8
        or offset < bodies
        or length < 0
        or offset + length * dtype.itemsize > len(frame)
    ):
        raise FrameError(
            f"column {name!r}: expected it at a multiple of 8 between bytes {bodies} and {len(frame)}, "
            f"where the frame ends; found {length!r} items of {kind} at byte {offset!r}"
        )
    items = np.frombuffer(frame, dtype, length, offset)
    if kind in WIDENED:
        items = items.astype(WIDENED[kind])
        items.flags.writeable = False
    return items
