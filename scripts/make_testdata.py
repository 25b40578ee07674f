"""Makes testdata/golden and testdata/damaged: small event files of real writers, and files with one fault each.

Run it in an environment that has tensorboard, tensorboardX and torch (`make test-torch` makes one):
`.venv-torch/bin/python scripts/make_testdata.py`. What is expected of a golden file is what tensorboard's own
EventFileLoader reads in it; what is expected of a damaged one is written beside the fault, below. The files are the
same on every machine: the clock, the host name and random numbers are fixed.
"""

from __future__ import annotations

import gzip
import json
import math
import random
import shutil
import socket
import struct
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from google.protobuf.message import Message
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, types_pb2
from tensorboard.compat.tensorflow_stub.dtypes import as_dtype
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.util import tensor_util

TESTDATA = Path(__file__).resolve().parent.parent / "testdata"
START = 1_700_000_000
KIND_OF_PLUGIN = {
    "scalars": "scalar",
    "images": "image",
    "audio": "audio",
    "histograms": "histogram",
    "text": "text",
    "pr_curves": "pr_curve",
    "mesh": "mesh",
    "hparams": "hparams",
    "custom_scalars": "layout",
    "graphs": "graph",
    "graph_tagged_run_metadata": "graph",
    "tensor": "tensor",
}


# --- golden: what real writers write ----------------------------------------------------------------


def log_with_module_writer(writer: Any) -> None:
    """Log one of each kind with torch's SummaryWriter or tensorboardX's, which take the same calls."""
    for step in range(20):
        writer.add_scalar("train/loss", 1 / (step + 1), step, walltime=START + step)
    for step, value in enumerate([math.nan, math.inf, -math.inf, 0.0, 1e-45]):
        writer.add_scalar("not finite", value, step, walltime=START + step)
    writer.add_scalar("学習率 ∆", 0.1, 2**40, walltime=START + 0.25)
    writer.add_scalar("steps/negative", 1.5, -3, walltime=START)
    writer.add_histogram("weights", np.linspace(-1, 1, 50), 1, walltime=START)
    writer.add_text("notes", "**bold** _text_", 2, walltime=START)
    writer.add_image("picture", np.zeros((3, 4, 5), dtype=np.uint8), 3, walltime=START)
    writer.add_pr_curve(
        "pr", np.array([0, 1, 1]), np.array([0.2, 0.6, 0.9]), 4, num_thresholds=5, walltime=START
    )
    writer.add_mesh("shape", np.zeros((1, 3, 3), dtype=np.float32), global_step=5, walltime=START)
    writer.add_custom_scalars({"losses": {"train": ["Multiline", ["train/loss"]]}})


def log_with_torch(folder: Path) -> None:
    """Log with torch.utils.tensorboard."""
    import torch
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(str(folder), purge_step=0) as writer:
        log_with_module_writer(writer)
        writer.add_scalar("new style", 0.5, 1, walltime=START, new_style=True)
        writer.add_scalar("double", 0.1, 1, walltime=START, new_style=True, double_precision=True)
        writer.add_tensor("tensor", torch.arange(3.0), 6, walltime=START)


def log_with_tensorboardx(folder: Path) -> None:
    """Log with tensorboardX."""
    from tensorboardX import SummaryWriter

    with SummaryWriter(str(folder)) as writer:
        log_with_module_writer(writer)
        writer.add_scalar(
            "described", 2.0, 1, walltime=START, display_name="Name", summary_description="What"
        )


def log_with_tensorboard(folder: Path) -> None:
    """Log with TensorBoard's own EventFileWriter: every numeric type, and metadata on the first value only."""
    writer = EventFileWriter(str(folder))

    def value(tag: str, tensor: Any, plugin: str | None, step: int) -> None:
        item = summary_pb2.Summary.Value(tag=tag, tensor=tensor)
        if plugin is not None:
            item.metadata.plugin_data.plugin_name = plugin
        event = event_pb2.Event(wall_time=START + step, step=step, summary=summary_pb2.Summary(value=[item]))
        writer.add_event(event)

    for step in range(3):
        tensor = tensor_util.make_tensor_proto(np.float32(step) / 4)
        value("metadata first", tensor, "scalars" if step == 0 else None, step)
    types = ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16"]
    for name in [*types, "uint32", "uint64", "bool"]:
        number = np.array(1, dtype=name)
        value(f"typed/{name}", tensor_util.make_tensor_proto(number), "scalars", 1)
        data_type = getattr(types_pb2, "DT_HALF" if name == "float16" else f"DT_{names(name)}")
        packed = tensor_pb2.TensorProto(dtype=data_type, tensor_content=number.tobytes())
        value(f"packed/{name}", packed, "scalars", 1)
    value("unknown", tensor_util.make_tensor_proto(b"bytes"), "somebody's", 1)
    value("histogram", tensor_util.make_tensor_proto(np.array([[0.0, 1.0, 5.0]])), "histograms", 1)
    writer.add_event(event_pb2.Event(wall_time=START, session_log=event_pb2.SessionLog(status=1)))
    writer.add_event(event_pb2.Event(wall_time=START, graph_def=b"\x22\x02\x08\x01"))
    run_metadata = event_pb2.TaggedRunMetadata(tag="step 1", run_metadata=b"\x0a\x00")
    writer.add_event(event_pb2.Event(wall_time=START, step=1, tagged_run_metadata=run_metadata))
    writer.close()


def names(numpy_name: str) -> str:
    """Name of a NumPy type in DataType."""
    return {"float32": "FLOAT", "float64": "DOUBLE"}.get(numpy_name, numpy_name.upper())


def number(tensor: tensor_pb2.TensorProto) -> float | str:
    """Return the number of a scalar as JSON can hold it."""
    if tensor.tensor_content:
        data_type = as_dtype(tensor.dtype).as_numpy_dtype
        found = float(np.frombuffer(tensor.tensor_content, dtype=data_type).item())
    elif tensor.dtype in (types_pb2.DT_UINT32, types_pb2.DT_UINT64):  # make_ndarray does not know these
        found = float([*tensor.uint32_val, *tensor.uint64_val][0])
    else:
        found = float(tensor_util.make_ndarray(tensor).item())
    if math.isfinite(found):
        return found
    return "NaN" if math.isnan(found) else "Infinity" if found > 0 else "-Infinity"


def expected_of(path: Path) -> dict[str, Any]:
    """Return what EventFileLoader reads in a file."""
    series: dict[str, dict[str, Any]] = {}
    file_version, source_writer, session_starts = None, None, 0
    for event in EventFileLoader(str(path)).Load():
        file_version = file_version or event.file_version or None
        source_writer = source_writer or event.source_metadata.writer or None
        session_starts += event.session_log.status == event_pb2.SessionLog.START
        for value in event.summary.value:
            plugin = value.metadata.plugin_data.plugin_name
            kind = KIND_OF_PLUGIN.get(plugin, "unknown")
            one = series.setdefault(value.tag, {"kind": kind, "count": 0, "steps": []})
            one["count"] += 1
            one["steps"].append(event.step)
            if one["kind"] == "scalar":
                one.setdefault("wall_times", []).append(event.wall_time)
                one.setdefault("values", []).append(number(value.tensor))
    return {
        "records": sum(1 for _ in records_of(path.read_bytes())),
        "file_version": file_version,
        "source_writer": source_writer,
        "session_starts": session_starts,
        "series": dict(sorted(series.items())),
    }


def records_of(data: bytes) -> Iterator[bytes]:
    """Yield the payloads of a sound file."""
    offset = 0
    while offset < len(data):
        (length,) = struct.unpack_from("<Q", data, offset)
        yield data[offset + 12 : offset + 12 + length]
        offset += length + 16


def make_golden() -> None:
    """Write testdata/golden/<writer>-<version>/."""
    writers: dict[str, Callable[[Path], None]] = {
        f"tensorboard-{version('tensorboard')}": log_with_tensorboard,
        f"tensorboardX-{version('tensorboardX')}": log_with_tensorboardx,
        f"torch-{version('torch').partition('+')[0]}": log_with_torch,
    }
    for name, log in writers.items():
        folder = TESTDATA / "golden" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        random.seed(0)
        clock = mock.patch.object(time, "time", return_value=START + 0.5)
        with clock, mock.patch.object(socket, "gethostname", return_value="example"):
            log(folder)
        (written,) = folder.glob("events.out.tfevents.*")
        path = written.rename(folder / f"events.out.tfevents.{START}.example.1.0")
        (folder / "expected.json").write_text(
            json.dumps(expected_of(path), indent=1, ensure_ascii=False) + "\n"
        )
        print(f"{path.relative_to(TESTDATA)}: {path.stat().st_size} bytes")


# --- damaged: one fault a file ----------------------------------------------------------------------


def framed(payload: bytes) -> bytes:
    """One record."""
    length = struct.pack("<Q", len(payload))
    checksums = struct.pack("<I", masked_crc32c(length)), struct.pack("<I", masked_crc32c(payload))
    return length + checksums[0] + payload + checksums[1]


def sound_records() -> list[bytes]:
    """Return the records of a file version and five points."""

    def payload(event: Message) -> bytes:
        return bytes(event.SerializeToString(deterministic=True))

    events = [event_pb2.Event(wall_time=START, file_version="brain.Event:2")]
    for step in range(5):
        value = summary_pb2.Summary.Value(tag="loss", simple_value=1.0 - step / 8)
        events.append(
            event_pb2.Event(wall_time=START + step, step=step, summary=summary_pb2.Summary(value=[value]))
        )
    return [framed(payload(event)) for event in events]


def flipped(data: bytes, at: int) -> bytes:
    """Return `data` with one bit of the byte `at` changed."""
    return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]


def make_damaged() -> None:
    """Write testdata/damaged/: files, and in expected.json what each holds and what is wrong with it."""
    folder = TESTDATA / "damaged"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    records = sound_records()
    sound = b"".join(records)
    ends = [sum(map(len, records[: index + 1])) for index in range(len(records))]
    start, third, last = ends[2], records[3], records[-1]
    too_long = struct.pack("<Q", 1 << 31)
    too_long += struct.pack("<I", masked_crc32c(too_long))
    foreign = b"A file that somebody named like an event file.\n" * 3
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n"

    def damage(code: str, offset: int, length: int) -> dict[str, Any]:
        return {"code": code, "offset": offset, "length": length}

    # name: (bytes, opening, steps that are read, damage, tail)
    cases: dict[str, tuple[bytes, str, list[int], list[dict[str, Any]], dict[str, Any] | None]] = {
        "sound": (sound, "record", [0, 1, 2, 3, 4], [], None),
        "empty": (b"", "empty", [], [], None),
        "truncated_header": (
            sound + last[:7],
            "record",
            [0, 1, 2, 3, 4],
            [],
            damage("truncated", len(sound), 7),
        ),
        "truncated_payload": (
            sound[:-9],
            "record",
            [0, 1, 2, 3],
            [],
            damage("truncated", ends[-2], len(last) - 9),
        ),
        "truncated_footer": (
            sound[:-2],
            "record",
            [0, 1, 2, 3],
            [],
            damage("truncated", ends[-2], len(last) - 2),
        ),
        "zero_tail": (sound + bytes(317), "record", [0, 1, 2, 3, 4], [], damage("zeros", len(sound), 317)),
        "zero_hole": (
            sound[:start] + bytes(len(third)) + sound[start + len(third) :],
            "record",
            [0, 1, 3, 4],
            [damage("zeros", start, len(third))],
            None,
        ),
        "payload_checksum": (
            flipped(sound, start + 20),
            "record",
            [0, 1, 3, 4],
            [damage("payload_checksum", start, len(third))],
            None,
        ),
        "payload_checksum_at_end": (
            flipped(sound, len(sound) - 6),
            "record",
            [0, 1, 2, 3],
            [],
            damage("payload_checksum", ends[-2], len(last)),
        ),
        "length_checksum": (
            flipped(sound, start),
            "record",
            [0, 1, 3, 4],
            [damage("length_checksum", start, len(third))],
            None,
        ),
        "length_checksum_at_start": (
            flipped(sound, 1),
            "other",
            [0, 1, 2, 3, 4],
            [damage("length_checksum", 0, ends[0])],
            None,
        ),
        "torn_and_appended": (
            sound[: start + 15] + sound[start + len(third) :],
            "record",
            [0, 1, 3, 4],
            [damage("payload_checksum", start, 15)],
            None,
        ),
        "too_long": (
            sound[:start] + too_long + sound[start:],
            "record",
            [0, 1, 2, 3, 4],
            [damage("too_long", start, len(too_long))],
            None,
        ),
        "not_an_event": (
            sound[:start] + framed(b"\x09no") + sound[start:],
            "record",
            [0, 1, 2, 3, 4],
            [damage("not_an_event", start, 19)],
            None,
        ),
        "foreign": (foreign, "other", [], [], damage("length_checksum", 0, len(foreign))),
        "git_lfs_pointer": (pointer, "lfs_pointer", [], [], damage("length_checksum", 0, len(pointer))),
    }
    zipped = gzip.compress(sound, mtime=0)
    cases["gzip"] = (zipped, "gzip", [], [], damage("length_checksum", 0, len(zipped)))
    expected = {}
    for name, (data, opening, steps, found, tail) in cases.items():
        file = f"events.out.tfevents.{START}.example.{name}"
        (folder / file).write_bytes(data)
        expected[file] = {"opening": opening, "steps": steps, "damage": found, "tail": tail}
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    print(f"damaged: {len(cases)} files")


if __name__ == "__main__":
    make_golden()
    make_damaged()
