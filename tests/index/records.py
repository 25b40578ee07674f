"""Event files for the tests of the index, in TensorBoard's own words."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c
from tensorboard.summary.writer.event_file_writer import EventFileWriter

NAME = "events.out.tfevents.1700000000.host.1.0"


def length_header(length: int) -> bytes:
    encoded = length.to_bytes(8, "little")
    return encoded + checksum(encoded)


def checksum(data: bytes) -> bytes:
    return int(masked_crc32c(data)).to_bytes(4, "little")


def frame(payload: bytes) -> bytes:
    return length_header(len(payload)) + payload + checksum(payload)


def header(wall_time: float = 1_700_000_000.0) -> bytes:
    return frame(Event(wall_time=wall_time, file_version="brain.Event:2").SerializeToString())


def scalar(step: int, value: float, tag: str = "loss", wall_time: float | None = None) -> bytes:
    summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
    wall_time = 1_700_000_000.0 + step if wall_time is None else wall_time
    return frame(Event(wall_time=wall_time, step=step, summary=summary).SerializeToString())


def session_start(step: int, wall_time: float = 1_700_000_000.0) -> bytes:
    log = SessionLog(status=SessionLog.START)
    return frame(Event(wall_time=wall_time, step=step, session_log=log).SerializeToString())


def scalars(steps: Iterable[int], tag: str = "loss", wall_time: float = 1_700_000_000.0) -> bytes:
    """A whole file: a header, then at each step the step's own number."""
    return header(wall_time) + b"".join(scalar(step, step, tag, wall_time + 1 + step) for step in steps)


def write(run: Path, content: bytes, name: str = NAME) -> Path:
    run.mkdir(parents=True, exist_ok=True)
    path = run / name
    path.write_bytes(content)
    return path


def append(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)


def write_as_tensorboard(run: Path, values: Sequence[float], tag: str = "loss") -> None:
    """Lets TensorBoard's own writer write one scalar a step."""
    writer = EventFileWriter(str(run))
    for step, value in enumerate(values):
        summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
        writer.add_event(Event(wall_time=1_700_000_000.0 + step, step=step, summary=summary))
    writer.close()
