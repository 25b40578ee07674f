"""The facts of event files are what Lightboard's reader and TensorBoard's own messages give."""

import json
import math
import os
import struct
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.summary.writer.record_writer import RecordWriter

from lightboard import events
from lightboard._core import audit_file

CORPUS = os.environ.get("LIGHTBOARD_CORPUS")
TESTDATA = Path(__file__).parents[2] / "testdata"
OWN = [path for folder in ("golden", "damaged") for path in sorted((TESTDATA / folder).glob("events*"))]
EVENT_KINDS = (
    "file_version",
    "summary",
    "graph_def",
    "meta_graph_def",
    "tagged_run_metadata",
    "log_message",
    "session_log",
)


def facts(path: Path, budget: float = 60.0) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(audit_file(path, budget))
    return told


def corpus() -> list[Path]:
    """Every file that is not large: all of them take too long."""
    if CORPUS is None:
        return []
    all_files = (path for path in sorted(Path(CORPUS).rglob("*tfevents*")) if path.is_file())
    files = (path for path in all_files if path.stat().st_size < 200_000)
    return [path for place, path in enumerate(files) if place % 5 == 0]


def healthy_events(path: Path) -> Iterator[Event]:
    data, at = path.read_bytes(), 0
    while at < len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        yield Event.FromString(data[at + 12 : at + 12 + length])
        at += length + 16


def number(value: float | str | None) -> float | None:
    """A number of JSON's, or one of those that it has not."""
    return value if value is None else float(value)


def agrees_with_the_reader(path: Path) -> None:
    told, read = facts(path), events.read(path)
    assert told["records"] == read.records
    assert told["bytes"] == path.stat().st_size
    ranges = [(one["code"], one["offset"], one["length"], one["message"]) for one in told["damage"]]
    assert ranges == [(one.code, one.offset, one.length, one.message) for one in read.damage]
    assert (told["tail"] and told["tail"]["message"]) == (read.tail and read.tail.message)
    assert {series["tag"] for series in told["series"]} >= set(read.series)
    tags = Counter(series["tag"] for series in told["series"])
    for series in told["series"]:
        known = read.series.get(series["tag"])
        if known is None or tags[series["tag"]] > 1 or known.left_out or len(known.step) == 0:
            continue
        step = known.step
        assert (series["count"], series["first_step"], series["last_step"]) == (len(step), step[0], step[-1])
        assert (series["min_step"], series["max_step"]) == (step.min(), step.max())
        assert series["back"]["count"] == np.count_nonzero(np.diff(step) < 0)
        assert series["repeated"] == np.count_nonzero(np.diff(step) == 0)
        assert number(series["last_wall_time"]) == known.wall_time[-1]
        if known.kind == "scalar":
            finite = known.value[np.isfinite(known.value)]
            assert series["kind"] == "scalar"
            assert series["non_finite"]["count"] == len(known.value) - len(finite)
            assert (series["min"], series["max"], series["last"]) == (
                (finite.min(), finite.max(), finite[-1]) if len(finite) else (None, None, None)
            )


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_own_files_are_told_as_they_are_read(path: Path) -> None:
    agrees_with_the_reader(path)


@pytest.mark.skipif(not CORPUS, reason="LIGHTBOARD_CORPUS is not set: real files are NOT tested")
def test_real_files_are_told_as_they_are_read() -> None:
    assert len(corpus()) > 20
    for path in corpus():
        agrees_with_the_reader(path)


@pytest.mark.skipif(not CORPUS, reason="LIGHTBOARD_CORPUS is not set: real files are NOT tested")
def test_real_files_are_told_as_tensorboard_s_messages_have_them() -> None:
    checked = 0
    for path in corpus():
        told = facts(path)
        if told["damage"] or told["tail"]:
            continue
        checked += 1
        read = list(healthy_events(path))
        what = Counter(event.WhichOneof("what") or "nothing" for event in read)
        assert {kind: count for kind, count in told["what"].items() if count} == what
        finite = [event.wall_time for event in read if math.isfinite(event.wall_time)]
        times = [told[name] for name in ("first_wall_time", "last_wall_time", "earliest", "latest")]
        assert times == ([finite[0], finite[-1], min(finite), max(finite)] if finite else [None] * 4)
        values = Counter(value.tag or value.node_name for event in read for value in event.summary.value)
        values.update("__run_graph__" for event in read if event.HasField("graph_def"))
        values.update(
            event.tagged_run_metadata.tag for event in read if event.HasField("tagged_run_metadata")
        )
        counts: Counter[str] = Counter()
        for series in told["series"]:
            counts[series["tag"]] += series["count"]
        assert counts == values
    assert checked > 20


def written(path: Path, *events: Event) -> Path:
    with path.open("wb") as file:
        writer = RecordWriter(file)
        for event in events:
            writer.write(event.SerializeToString())
    return path


def summary(step: int, *values: Summary.Value, wall_time: float = 1.0) -> Event:
    return Event(wall_time=wall_time, step=step, summary=Summary(value=values))


def tensor(tag: str, proto: TensorProto, plugin: str | None = None, content: bytes = b"") -> Summary.Value:
    value = Summary.Value(tag=tag, tensor=proto)
    if plugin is not None:
        value.metadata.plugin_data.plugin_name = plugin
        value.metadata.plugin_data.content = content
    return value


def shape(*sizes: int) -> Any:
    from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto

    return TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in sizes])


def test_what_is_odd_about_values_is_told(tmp_path: Path) -> None:
    double = TensorProto(dtype=2, double_val=[1.5])
    vector = TensorProto(dtype=1, float_val=[1.0, 2.0], tensor_shape=shape(2))
    single = TensorProto(dtype=3, int_val=[7], tensor_shape=shape(1))
    path = written(
        tmp_path / "events.out.tfevents.1",
        summary(0, tensor("a", double, "scalars", b"\x08\x01")),
        summary(1, tensor("a", single), Summary.Value(tag="a", simple_value=2.0**24)),
        summary(1, tensor("v", vector, "scalars")),
        summary(2, tensor("mine", vector, "my_plugin", b"\xff")),
        summary(2, tensor("bare", vector)),
        summary(3, Summary.Value(tag="n", simple_value=math.nan)),
    )
    told = {series["tag"]: series for series in facts(path)["series"]}
    a = told["a"]
    assert a["forms"] == {"simple_value": 1, "float64": 1, "int32 [1]": 1}
    assert (a["kind"], a["count"], a["rounded"], a["no_metadata"]) == ("scalar", 3, 1, 0)
    assert (a["plugins"], a["plugin_version"]) == (["scalars"], 1)
    assert (told["v"]["kind"], told["v"]["forms"]) == ("tensor", {"float32 [2]": 1})
    assert (told["mine"]["kind"], told["mine"]["plugins"]) == ("unknown", ["my_plugin"])
    assert (told["mine"]["plugin_version"], told["mine"]["forms"]) == (None, {})
    assert (told["bare"]["kind"], told["bare"]["no_metadata"]) == ("unknown", 1)
    assert told["n"]["non_finite"] == {
        "count": 1,
        "first_step": 3,
        "first_value": "NaN",
        "record": 5,
        "offset": told["n"]["first"]["offset"],
    }


def test_what_is_odd_about_times_is_told(tmp_path: Path) -> None:
    times = [5.0, 3.0, math.nan, 4.0, -1.0, 2e15]
    path = written(
        tmp_path / "events.out.tfevents.1", *[summary(0, wall_time=wall_time) for wall_time in times]
    )
    told = facts(path)
    bad, back = told["bad_wall_times"], told["wall_time_back"]
    assert (bad["count"], bad["first"]["record"], bad["first"]["value"]) == (3, 2, "NaN")
    assert (back["count"], back["most"]) == (2, 5.0)
    assert (back["first"]["record"], back["first"]["from"], back["first"]["to"]) == (1, 5.0, 3.0)
    assert [told[name] for name in ("first_wall_time", "last_wall_time", "earliest", "latest")] == [
        5.0,
        2e15,
        -1.0,
        2e15,
    ]


def test_errors_tell_number_and_path(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    with pytest.raises(FileNotFoundError) as raised:
        audit_file(missing, 1.0)
    assert raised.value.filename == missing
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with pytest.raises(OSError, match="it is no regular file"):
        audit_file(str(fifo), 1.0)


def test_a_name_of_any_bytes_is_read(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff\n.tfevents"
    with open(name, "wb") as file:
        file.write(OWN[0].read_bytes())
    assert audit_file(name, 1.0) == audit_file(os.fsdecode(name), 1.0) == audit_file(OWN[0], 1.0)
