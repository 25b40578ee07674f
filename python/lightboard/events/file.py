"""One event file, read whole."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from lightboard._core import EventReader

WINDOW = 4 << 20


@dataclass(frozen=True)
class Damage:
    """A range of a file's bytes that holds no readable record; `spec/events.md` has the codes."""

    code: str
    offset: int
    length: int
    message: str


@dataclass(frozen=True, eq=False)
class Series:
    """The values of one tag, in the file's order. Columns are read-only.

    `step` (int64) and `wall_time` (float64, seconds since 1970) have one item a value. `value` (float64) has as many
    for the kind `scalar`, and is empty for the others. `left_out` counts values of a scalar series that are no single
    number; they stand in no column. `plugin` is the TensorBoard plugin named by the first value, or empty.
    """

    tag: str
    kind: str
    plugin: str
    step: NDArray[np.int64]
    wall_time: NDArray[np.float64]
    value: NDArray[np.float64]
    left_out: int


@dataclass(frozen=True, eq=False)
class EventFile:
    """What an event file holds.

    `records` counts whole records, `series` maps tags to series. `damage` lists what could not be read, in the file's
    order; everything around it was. `tail` describes the file's end if that is not a whole record: a beginning of one,
    zeros, or bytes that may still be being written; None otherwise.
    """

    path: str
    records: int
    file_version: str | None
    source_writer: str | None
    series: Mapping[str, Series]
    damage: tuple[Damage, ...]
    tail: Damage | None


def read(path: str | os.PathLike[str]) -> EventFile:
    """Read an event file, every record of it, verifying every checksum.

    Damage is reported, not raised. A file that cannot be opened or read raises OSError with its path.
    """
    reader = EventReader()
    with open(path, "rb") as file:
        needed = WINDOW
        while needed:
            left = max(os.fstat(file.fileno()).st_size - reader.offset, 0)
            wanted = min(max(needed, WINDOW), left)
            file.seek(reader.offset)
            try:
                window = file.read(wanted)
            except OSError as error:
                error.filename = os.fspath(path)
                raise
            needed = reader.feed(window, at_end=len(window) < wanted or wanted == left)
    tail = reader.tail()
    return EventFile(
        path=os.fspath(path),
        records=reader.records,
        file_version=reader.file_version,
        source_writer=reader.source_writer,
        series=MappingProxyType({series[0]: _series(*series) for series in reader.series()}),
        damage=tuple(Damage(*damage) for damage in reader.damage()),
        tail=None if tail is None else Damage(*tail),
    )


def _series(
    tag: str, kind: str, plugin: str, left_out: int, step: bytes, wall_time: bytes, value: bytes
) -> Series:
    return Series(
        tag=tag,
        kind=kind,
        plugin=plugin,
        step=np.frombuffer(step, np.int64),
        wall_time=np.frombuffer(wall_time, np.float64),
        value=np.frombuffer(value, np.float64),
        left_out=left_out,
    )
