"""`lightboard.events.read` gives what other readers read and other writers wrote, and reports what is wrong."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.util import tensor_util
from tensorboardX import SummaryWriter

import lightboard.events.file
from lightboard.events import Damage, read

TESTDATA = Path(__file__).resolve().parents[2] / "testdata"
GOLDEN = sorted(TESTDATA.glob("golden/*/*tfevents*"))
DAMAGED = TESTDATA / "damaged"
DTYPES = ["int64", "float64", "float64"]


def event_file(folder: Path) -> Path:
    """The one event file in a folder."""
    (path,) = folder.glob("*tfevents*")
    return path


def scalars_by_tensorboard(path: Path) -> dict[str, list[tuple[int, float, float]]]:
    """The points of a file's scalars as tensorboard's own loader reads them."""
    points: dict[str, list[tuple[int, float, float]]] = {}
    for event in EventFileLoader(str(path)).Load():
        for value in event.summary.value:
            number = float(tensor_util.make_ndarray(value.tensor).item())
            points.setdefault(value.tag, []).append((event.step, event.wall_time, number))
    return points


def scalars_by_us(path: Path) -> dict[str, list[tuple[int, float, float]]]:
    """The same as `read` gives them."""
    found = read(path)
    assert (found.damage, found.tail) == ((), None)
    return {
        tag: list(zip(series.step.tolist(), series.wall_time.tolist(), series.value.tolist(), strict=True))
        for tag, series in found.series.items()
    }


def as_json(number: float) -> float | str:
    """A number as JSON can hold it."""
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


@pytest.mark.parametrize("path", GOLDEN, ids=[path.parent.name for path in GOLDEN])
def test_files_of_real_writers_read_as_tensorboard_reads_them(path: Path) -> None:
    expected = json.loads((path.parent / "expected.json").read_text())
    found = read(path)
    assert (found.damage, found.tail) == ((), None)
    assert found.records == expected["records"]
    assert found.file_version == expected["file_version"]
    assert found.source_writer == expected["source_writer"]
    assert sorted(found.series) == sorted(expected["series"])
    for tag, series in found.series.items():
        wanted = expected["series"][tag]
        assert (series.tag, series.kind, series.left_out) == (tag, wanted["kind"], 0)
        assert series.step.tolist() == wanted["steps"]
        assert [str(column.dtype) for column in (series.step, series.wall_time, series.value)] == DTYPES
        if series.kind == "scalar":
            assert series.wall_time.tolist() == wanted["wall_times"]
            assert [as_json(number) for number in series.value] == wanted["values"]
        else:
            assert len(series.value) == 0


def test_every_golden_writer_is_there() -> None:
    assert len(GOLDEN) >= 3


@pytest.mark.parametrize("name", sorted(json.loads((DAMAGED / "expected.json").read_text())))
def test_damage_is_reported_and_costs_nothing_else(name: str) -> None:
    expected = json.loads((DAMAGED / "expected.json").read_text())[name]

    def plain(damage: Damage | None) -> dict[str, Any] | None:
        return {"code": damage.code, "offset": damage.offset, "length": damage.length} if damage else None

    found = read(DAMAGED / name)
    steps = found.series["loss"].step.tolist() if "loss" in found.series else []
    assert steps == expected["steps"]
    assert [plain(damage) for damage in found.damage] == expected["damage"]
    assert plain(found.tail) == expected["tail"]
    assert all(damage.message.startswith("expected ") for damage in found.damage)


def test_reads_what_tensorboardx_writes(tmp_path: Path) -> None:
    numbers = np.random.default_rng(1).normal(size=300)
    with SummaryWriter(str(tmp_path)) as writer:
        for step, number in enumerate(numbers):
            writer.add_scalar("a/loss", number, step)
            writer.add_scalar("精度", -number, 10 * step)
    path = event_file(tmp_path)
    found = scalars_by_us(path)
    assert found == scalars_by_tensorboard(path)
    assert [value for _, _, value in found["a/loss"]] == numbers.astype(np.float32).tolist()


def test_reads_what_tensorboards_writer_writes(tmp_path: Path) -> None:
    writer = EventFileWriter(str(tmp_path))
    for step, number in enumerate([0.0, -1.5, 1e300, 2**-1074]):
        tensor = tensor_util.make_tensor_proto(np.float64(number))
        value = summary_pb2.Summary.Value(tag="double", tensor=tensor)
        if step == 0:
            value.metadata.plugin_data.plugin_name = "scalars"
        summary = summary_pb2.Summary(value=[value])
        writer.add_event(event_pb2.Event(wall_time=step / 3, step=step - 2, summary=summary))
    writer.close()
    path = event_file(tmp_path)
    found = scalars_by_us(path)
    assert found == scalars_by_tensorboard(path)
    assert found["double"][2] == (0, 2 / 3, 1e300)


def test_a_file_that_grows_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = (DAMAGED / "events.out.tfevents.1700000000.example.sound").read_bytes()
    path = tmp_path / "events.out.tfevents.growing"
    complete = read(DAMAGED / "events.out.tfevents.1700000000.example.sound").records
    seen = []
    for end in range(len(whole) + 1):
        path.write_bytes(whole[:end])
        found = read(path)
        assert found.damage == ()
        seen.append(found.records)
        assert (found.tail is None) == (end == 0 or seen[-1] > seen[-2])
    assert seen == sorted(seen)
    assert seen[-1] == complete


@pytest.mark.parametrize(
    "path", [*GOLDEN, *sorted(DAMAGED.glob("*tfevents*"))], ids=lambda path: path.name[-20:]
)
def test_windows_make_no_difference(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = read(path)
    monkeypatch.setattr(lightboard.events.file, "WINDOW", 1)
    in_windows = read(path)
    assert (in_windows.records, in_windows.damage, in_windows.tail) == (
        at_once.records,
        at_once.damage,
        at_once.tail,
    )
    assert list(in_windows.series) == list(at_once.series)
    for tag, series in at_once.series.items():
        assert np.array_equal(in_windows.series[tag].step, series.step)
        assert np.array_equal(in_windows.series[tag].value, series.value, equal_nan=True)


def test_values_that_are_no_number_are_counted(tmp_path: Path) -> None:
    writer = EventFileWriter(str(tmp_path))
    for content in (np.float32(1), np.zeros(2, np.float32), b"text"):
        value = summary_pb2.Summary.Value(tag="mixed", tensor=tensor_util.make_tensor_proto(content))
        value.metadata.plugin_data.plugin_name = "scalars"
        writer.add_event(event_pb2.Event(summary=summary_pb2.Summary(value=[value])))
    writer.close()
    series = read(event_file(tmp_path)).series["mixed"]
    assert (series.value.tolist(), series.left_out) == ([1.0], 2)


def test_columns_are_read_only() -> None:
    series = read(GOLDEN[0]).series["metadata first"]
    with pytest.raises(ValueError, match="read-only"):
        series.value[0] = 1


def test_what_cannot_be_opened_raises_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"missing\.tfevents"):
        read(tmp_path / "missing.tfevents")
    with pytest.raises(IsADirectoryError) as error:
        read(str(tmp_path))
    assert error.value.filename == str(tmp_path)


def test_what_may_not_be_read_raises_with_its_path(tmp_path: Path) -> None:
    path = tmp_path / "secret.tfevents"
    path.write_bytes(b"")
    path.chmod(0)
    user = os.geteuid()
    if user == 0:  # root may read everything
        os.seteuid(65534)
    try:
        with pytest.raises(PermissionError, match=r"secret\.tfevents"):
            read(path)
    finally:
        os.seteuid(user)
