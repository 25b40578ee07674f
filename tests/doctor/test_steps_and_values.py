"""What the doctor finds among steps, values and wall times."""

import math
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from tensorboard.backend.event_processing.plugin_event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.scalar.metadata import create_summary_metadata
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.util.tensor_util import make_tensor_proto
from tensorboardX import SummaryWriter as TensorboardXWriter

from doctor.looking import codes, found
from index.records import header, scalar, session_start, write
from lightboard import SummaryWriter
from logdirs import write_run

pytestmark = pytest.mark.usefixtures("only_records")


def write_steps(run: Path, steps: Iterable[int], tag: str = "loss") -> None:
    """A file of tensorboardX's with a value at each step, in this order."""
    with TensorboardXWriter(str(run)) as writer:
        for step in steps:
            writer.add_scalar(tag, 1.0 + step, step)


@pytest.mark.detects("E04", "steps_go_back")
def test_steps_that_go_back(tmp_path: Path) -> None:
    """A trainer that counts the epochs of each fold anew, with one writer for all."""
    write_steps(tmp_path / "folds", [0, 1, 2, 0, 1, 2, 0, 1, 2])
    write_steps(tmp_path / "healthy", range(9))
    drawn = EventAccumulator(str(tmp_path / "folds"))
    drawn.Reload()
    assert [one.step for one in drawn.Tensors("loss")] == [0, 1, 2] * 3, "a line that runs backwards"
    finding = found("steps_go_back", tmp_path)
    (place,) = finding.places
    assert (place.run, place.tag, place.step, place.record) == ("folds", "loss", 0, 4)
    assert place.seen == "goes back 2 times, first from step 2 to 0"


def test_a_session_start_announces_that_steps_go_back(tmp_path: Path) -> None:
    content = header() + scalar(0, 1.0) + scalar(1, 1.0) + session_start(1) + scalar(1, 2.0) + scalar(2, 1.0)
    write(tmp_path, content)
    assert "steps_go_back" not in codes(tmp_path)


@pytest.mark.detects("W16", "one_step")
def test_no_step_given(tmp_path: Path) -> None:
    with TensorboardXWriter(str(tmp_path / "run")) as writer:
        for value in range(10):
            writer.add_scalar("loss", value)
            writer.add_scalar("accuracy", value, value)
    (place,) = found("one_step", tmp_path).places
    assert (place.tag, place.step, place.seen) == ("loss", 0, "10 values, all at step 0")


def test_a_value_logged_at_the_start_of_each_of_two_loops(tmp_path: Path) -> None:
    """As Lightning does with `hp_metric` at each fit and test of one trainer."""
    with TensorboardXWriter(str(tmp_path)) as writer:
        for _ in range(2):
            writer.add_scalar("hp_metric", -1.0, 0)
        for step in range(5):
            writer.add_scalar("loss", 1.0, step)
    assert codes(tmp_path) == set()


def test_a_run_with_many_places_hides_no_other(tmp_path: Path) -> None:
    """A finding lists 100 places at most: those of each run come first, before the second of any."""
    with TensorboardXWriter(str(tmp_path / "a")) as writer:
        for number in range(150):
            for _ in range(3):
                writer.add_scalar(f"tag{number:03}", 1.0, 0)
    write_steps(tmp_path / "b", [0, 0, 0])
    finding = found("one_step", tmp_path)
    assert (finding.count, len(finding.to_json()["places"])) == (151, 100)
    assert [place.run for place in finding.places[:3]] == ["a", "b", "a"]


@pytest.mark.detects("W17", "steps_repeat", "E04")
def test_fractions_of_epochs_as_steps(tmp_path: Path) -> None:
    with TensorboardXWriter(str(tmp_path)) as writer:
        for number in range(40):
            writer.add_scalar("loss", number, int(number / 10))
            writer.add_scalar("lr", number, number)
    (place,) = found("steps_repeat", tmp_path).places
    assert place.tag == "loss"
    assert place.seen == "36 of 40 values have the step of the value before, up to 10 in a row"


def test_a_value_logged_twice_now_and_then(tmp_path: Path) -> None:
    write_steps(tmp_path, [0, 1, 2, 2, 3, 4, 5, 5])
    assert codes(tmp_path) == set()


@pytest.mark.detects("E13", "step_huge", "step_negative")
def test_negative_and_huge_steps(tmp_path: Path) -> None:
    write_steps(tmp_path / "overflowed", [-(2**31), 0, 1])
    write_steps(tmp_path / "nanoseconds", [2**53 + 1, 2**53 + 2])
    write_steps(tmp_path / "before_training", [-1, 0, 1])
    assert [place.run for place in found("step_negative", tmp_path).places] == ["overflowed"]
    assert [place.run for place in found("step_huge", tmp_path).places] == ["nanoseconds"]


@pytest.mark.detects("E14", "one_point")
def test_one_point_only(tmp_path: Path) -> None:
    write_steps(tmp_path / "tested", [0], "test/accuracy")
    assert found("one_point", tmp_path).count == 1, "there is nothing but a dot to see"
    write_steps(tmp_path / "trained", [0, 1])
    assert codes(tmp_path) == set(), "a result beside curves is nothing to wonder at"
    assert found("one_point", tmp_path, run="tested").places[0].tag == "test/accuracy"
    assert found("one_point", tmp_path, tag="test/accuracy").places[0].run == "tested"
    assert "one_point" not in codes(tmp_path, run="trained")


@pytest.mark.detects("E11", "not_finite")
def test_a_loss_that_becomes_nan(tmp_path: Path) -> None:
    with TensorboardXWriter(str(tmp_path / "diverged")) as writer:
        for step, loss in enumerate([3.0, 30.0, math.nan, math.nan]):
            writer.add_scalar("loss", loss, step)
        for step, norm in enumerate([1.0, math.inf]):
            writer.add_scalar("norm", norm, step)
    write_steps(tmp_path / "healthy", range(2))
    finding = found("not_finite", tmp_path)
    assert [(place.tag, place.step, place.record) for place in finding.places] == [
        ("loss", 2, 3),
        ("norm", 1, 6),
    ]
    assert "loss: became NaN at step 2 (2 of 4 values)" in finding.seen
    assert finding.places[1].seen == "became infinite at step 1 (1 of 2 values)"


@pytest.mark.detects("E12", "wall_time_wrong")
@pytest.mark.parametrize("wrong", [math.nan, -1.0, 1e18], ids=["nan", "negative", "nanoseconds"])
def test_wall_times_that_are_none(tmp_path: Path, wrong: float) -> None:
    for run, second in (("healthy", 1_763_800_001.0), ("wrong", wrong)):
        with TensorboardXWriter(str(tmp_path / run)) as writer:
            for step, wall_time in enumerate([1_763_800_000.0, second, 1_763_800_002.0]):
                writer.add_scalar("loss", 1.0, step, walltime=wall_time)
    (place,) = found("wall_time_wrong", tmp_path).places
    assert (place.run, place.record) == ("wrong", 2)
    assert (place.seen or "").startswith("1 event, ")


@pytest.mark.detects("E07", "scalar_form_dropped")
def test_scalars_that_tensorboards_default_reader_drops(tmp_path: Path) -> None:
    """As programs write them that make the tensor themselves and give it to TensorBoard's writer."""
    forms = {
        "taken": np.float32(1.0),
        "double": np.float64(1.0),
        "integer": np.int64(1),
        "shaped": np.ones(1, np.float32),
    }
    for run, number in forms.items():
        writer = EventFileWriter(str(tmp_path / run))
        for step in range(2):
            value = Summary.Value(tag="loss", tensor=make_tensor_proto(number))
            value.metadata.CopyFrom(create_summary_metadata("", ""))
            writer.add_event(Event(step=step, wall_time=time.time(), summary=Summary(value=[value])))
        writer.close()
    with SummaryWriter(tmp_path / "ours") as ours:
        for step in range(3):
            ours.add_scalar("loss", 1.0, step, new_style=True, double_precision=True)
            ours.add_scalar("plain", 1.0, step)
            ours.add_scalar("new", 1.0, step, new_style=True)
    finding = found("scalar_form_dropped", tmp_path)
    assert {(place.run, place.tag, place.seen) for place in finding.places} == {
        ("double", "loss", "2 values of 2 as float64"),
        ("integer", "loss", "2 values of 2 as int64"),
        ("ours", "loss", "3 values of 3 as float64"),
        ("shaped", "loss", "2 values of 2 as float32 [1]"),
    }


@pytest.mark.detects("W20", "float32_stairs")
def test_times_in_seconds_as_float32(tmp_path: Path) -> None:
    write_run(tmp_path, {"time": [1_763_800_000.0 + 60 * i for i in range(10)], "params": [25_557_032.0] * 3})
    write_run(
        tmp_path / "loss", {"loss": [1e30, 1e12, 1e9, 2e7, 1.0], "samples": [1e6 * i for i in range(100)]}
    )
    (place,) = found("float32_stairs", tmp_path).places
    assert (place.tag, place.seen) == ("time", "1,763,800,064 to 1,763,800,576 in stairs of 128")
