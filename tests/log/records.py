"""What is on disk: by framing, and by TensorBoard's own reader."""

import re
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c
from tensorboard.util import tensor_util


class Point(NamedTuple):
    tag: str
    step: int
    value: float


def event_files(directory: Path) -> list[Path]:
    """The event files of a run, in the order in which a process made them."""
    return sorted((path for path in directory.iterdir() if "tfevents" in path.name), key=_numbers)


def _numbers(path: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", path.name)]


def payloads(path: Path) -> list[bytes]:
    """The payload of every record; each checksum is verified, and nothing may be left over."""
    data = path.read_bytes()
    found, at = [], 0
    while at < len(data):
        (length, length_crc) = struct.unpack_from("<QI", data, at)
        assert length_crc == masked_crc32c(data[at : at + 8]), f"{path} at {at}: length"
        payload = data[at + 12 : at + 12 + length]
        (crc,) = struct.unpack_from("<I", data, at + 12 + length)
        assert crc == masked_crc32c(payload), f"{path} at {at}: payload"
        found.append(payload)
        at += 16 + length
    return found


def events(path: Path) -> list[Any]:
    return [Event.FromString(payload) for payload in payloads(path)]


def points_of(path: Path) -> list[Point]:
    """The scalars of one file that nobody writes any more as TensorBoard reads them; framing must agree."""
    loaded = list(EventFileLoader(str(path)).Load())
    assert len(loaded) == len(payloads(path))
    assert loaded[0].file_version == "brain.Event:2"
    return _scalars(loaded)


def points_so_far(directory: Path) -> list[Point]:
    """The scalars of a run that is being written, as far as TensorBoard reads them now."""
    return [point for path in event_files(directory) for point in _scalars(EventFileLoader(str(path)).Load())]


def _scalars(loaded: Iterable[Any]) -> list[Point]:
    return [
        Point(value.tag, event.step, float(tensor_util.make_ndarray(value.tensor)))
        for event in loaded
        for value in event.summary.value
        if value.metadata.plugin_data.plugin_name == "scalars"
    ]


def points(directory: Path) -> list[Point]:
    """The scalars of all event files of a run."""
    return [point for path in event_files(directory) for point in points_of(path)]


def steps(directory: Path, tag: str = "loss") -> list[int]:
    return [point.step for point in points(directory) if point.tag == tag]
