"""Event files for tests of the doctor, written by TensorBoard's writer."""

from collections.abc import Iterable
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter


def scalar(step: int, wall_time: float = 1.7e9, tag: str = "loss") -> Event:
    """One point."""
    value = Summary.Value(tag=tag, simple_value=1 / (step + 1))
    return Event(step=step, wall_time=wall_time + step, summary=Summary(value=[value]))


def run_in(folder: Path, steps: Iterable[int] = range(3), wall_time: float = 1.7e9, suffix: str = "") -> Path:
    """Write a scalar at each of the steps into a new event file."""
    before = set(folder.iterdir()) if folder.exists() else set()
    writer = EventFileWriter(str(folder), filename_suffix=suffix)
    for step in steps:
        writer.add_event(scalar(step, wall_time))
    writer.close()
    (file,) = set(folder.iterdir()) - before
    return file
