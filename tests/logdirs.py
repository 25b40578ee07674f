"""A small builder of readable log directories, by TensorBoard's own means, and what befalls files in the field."""

import os
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

FIRST_WALL_TIME = 1_763_800_000.0


def write_run(
    directory: Path,
    scalars: Mapping[str, Sequence[float]],
    *,
    first_step: int = 0,
    first_wall_time: float = FIRST_WALL_TIME,
) -> Path:
    """Write one event file into `directory`: each tag's values at steps `first_step`, +1, …, one a second."""
    directory.mkdir(parents=True, exist_ok=True)
    path = (
        directory / f"events.out.tfevents.{int(first_wall_time)}.host.4711.{len(list(directory.iterdir()))}"
    )
    with path.open("xb") as file:
        records = RecordWriter(file)
        records.write(Event(wall_time=first_wall_time, file_version="brain.Event:2").SerializeToString())
        for tag, values in scalars.items():
            for offset, value in enumerate(values):
                event = scalar(tag, value, first_step + offset, first_wall_time + offset)
                records.write(event.SerializeToString())
    return path


def scalar(tag: str, value: float, step: int, wall_time: float) -> Event:
    """One record as TensorBoard's own writers make it."""
    summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
    return Event(step=step, wall_time=wall_time, summary=summary)


def cut(path: Path, count: int) -> None:
    """Remove the last `count` bytes, as a full disk or a copy under way does."""
    os.truncate(path, path.stat().st_size - count)


def append_zeros(path: Path, count: int) -> None:
    """Append zero bytes, as network drives and power cuts do."""
    with path.open("ab") as file:
        file.write(bytes(count))


def flip_payload_byte(path: Path, record: int) -> int:
    """Change one bit in the payload of the record with this number; return where it begins in the file."""
    content = bytearray(path.read_bytes())
    offset = 0
    for _ in range(record):
        (length,) = struct.unpack_from("<Q", content, offset)
        offset += length + 16
    content[offset + 12] ^= 1
    path.write_bytes(content)
    return offset
