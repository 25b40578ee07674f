"""What counts as a number, a step, a tag; and that it is stored as the peers store it."""

import math
import sys
import time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorboardX import SummaryWriter as Peer

from lightboard import LightboardWarning, SummaryWriter
from log.records import event_files, events, points, steps


class Tensor:
    """Speaks the protocol of TensorFlow's eager tensors."""

    shape = ()

    def numpy(self) -> Any:
        return np.float32(0.25)


class HostTensor:
    """Speaks the protocol of torch's tensors in the host's memory."""

    is_cpu = True

    def __init__(self, value: Any, shape: tuple[int, ...] = ()) -> None:
        self.value, self.shape = value, shape

    def item(self) -> Any:
        if self.shape not in ((), (1,)):
            raise RuntimeError("a Tensor with 2 elements cannot be converted to Scalar")
        return self.value

    def __repr__(self) -> str:
        return f"HostTensor({self.value})"


def logged(directory: Path, *arguments: Any, **named: Any) -> Any:
    """The event that one call of add_scalar leaves on disk."""
    with SummaryWriter(directory) as writer:
        writer.add_scalar(*arguments, **named)
    (path,) = event_files(directory)
    return events(path)[1]


NUMBERS: list[tuple[Any, float]] = [
    (0.1, float(np.float32(0.1))),
    (1, 1.0),
    (-3, -3.0),
    (True, 1.0),
    ("1.5", 1.5),
    ("nan", math.nan),
    (1e300, math.inf),
    (-1e300, -math.inf),
    (math.nan, math.nan),
    (-math.inf, -math.inf),
    (-0.0, -0.0),
    (1e-46, 0.0),
    (10**30, float(np.float32(1e30))),
    (10**400, math.inf),
    (-(10**400), -math.inf),
    (2**24 + 1, 2.0**24),
    (np.float16(0.5), 0.5),
    (np.float32(0.1), float(np.float32(0.1))),
    (np.float64(0.5), 0.5),
    (np.longdouble(0.5), 0.5),
    *((kind(7), 7.0) for kind in (np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32)),
    (np.int8(-3), -3.0),
    (np.uint64(2**63), 2.0**63),
    (np.bool_(True), 1.0),
    (np.array(0.5), 0.5),
    (np.array([0.5]), 0.5),
    (np.array([[[0.5]]]), 0.5),
    (np.array([7], object), 7.0),
    (np.ma.array([0.5]), 0.5),
    (np.ma.array([0.5], mask=True), math.nan),
    (np.ma.masked, math.nan),
    ([1.5], 1.5),
    ((1.5,), 1.5),
    ([[np.float32(1.5)]], 1.5),
    (Decimal("1.5"), 1.5),
    (Fraction(3, 2), 1.5),
    (Tensor(), 0.25),
    (HostTensor(0.25), 0.25),
    (HostTensor(7, (1,)), 7.0),
    (HostTensor(True), 1.0),
    (HostTensor(np.longdouble(0.5)), 0.5),
]


@pytest.mark.parametrize(
    ("value", "stored"), NUMBERS, ids=lambda value: f"{type(value).__name__} {value!r:.20}"
)
def test_numbers(tmp_path: Path, value: Any, stored: float) -> None:
    found = logged(tmp_path, "loss", value, 1).summary.value[0].simple_value
    assert (found, math.copysign(1, found)) == (stored, math.copysign(1, stored)) or math.isnan(
        found
    ) & math.isnan(stored)


CYCLE: list[Any] = []
CYCLE.append(CYCLE)


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        (None, TypeError, "found NoneType"),
        (1j, TypeError, "found complex 1j"),
        (np.complex64(1j), TypeError, "numpy.complex64 of shape"),
        (np.array([1j]), TypeError, "complex128"),
        ("high", ValueError, "found str 'high'"),
        (b"1.5", TypeError, "found bytes"),
        ([], ValueError, r"list of shape \(0,\)"),
        ([1.0, 2.0], ValueError, r"list of shape \(2,\)"),
        (np.zeros((2, 3), np.float32), ValueError, r"numpy.ndarray of shape \(2, 3\) and dtype float32"),
        (np.zeros(0), ValueError, r"shape \(0,\)"),
        (np.datetime64("2026-01-01"), TypeError, "datetime64"),
        (np.timedelta64(5, "s"), TypeError, "timedelta64"),
        (HostTensor(1j), TypeError, "HostTensor of shape"),
        (HostTensor(1.0, (2,)), ValueError, r"HostTensor of shape \(2,\)"),
        ({"a": 1.0}, TypeError, "found dict"),
        (object(), TypeError, "found object"),
        (CYCLE, TypeError, "found list"),
    ],
    ids=lambda value: f"{type(value).__name__}",
)
def test_values_that_are_refused(tmp_path: Path, value: Any, kind: type[Exception], message: str) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("before", 1.0, 1)
        with pytest.raises(kind, match=f"scalar_value of tag 'loss'.*expected .*{message}"):
            writer.add_scalar("loss", value, 1)
        writer.add_scalar("after", 1.0, 1)
    assert [point.tag for point in points(tmp_path)] == ["before", "after"]


@pytest.mark.parametrize(
    ("step", "stored"),
    [
        (None, 0),
        (0, 0),
        (-3, -3),
        (2**63 - 1, 2**63 - 1),
        (-(2**63), -(2**63)),
        (True, 1),
        (2.0, 2),
        ("7", 7),
        (np.int32(5), 5),
        (np.uint64(5), 5),
        (np.array(5), 5),
        (np.array([5]), 5),
        (np.float32(5), 5),
    ],
    ids=lambda value: f"{type(value).__name__} {value!r:.25}",
)
def test_steps(tmp_path: Path, step: Any, stored: int) -> None:
    assert logged(tmp_path, "loss", 1.0, step).step == stored


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (2**63, OverflowError),
        (-(2**63) - 1, OverflowError),
        (np.uint64(2**63), OverflowError),
        (1e30, OverflowError),
        (math.nan, ValueError),
        (math.inf, ValueError),
        ("x", ValueError),
        ([1, 2], ValueError),
        (1j, TypeError),
        ({}, TypeError),
    ],
    ids=str,
)
def test_steps_that_are_refused(tmp_path: Path, step: Any, kind: type[Exception]) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.raises(kind, match="global_step: expected"):
        writer.add_scalar("loss", 1.0, step)
    assert points(tmp_path) == []


def test_an_omitted_step_counts_up_per_tag(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        for value in (0.5, np.float32(0.5), "0.5"):
            writer.add_scalar("x", value)
            with pytest.raises(ValueError, match="expected a number"):
                writer.add_scalar("x", "high")  # uses up no step
            writer.add_scalar("given", value, 7)
            writer.add_scalars("both", {"a": 1.0, "b": 2.0})
        writer.add_scalar("y", 0.5)
        writer.add_text("x", "another kind")
        writer.close()
        with pytest.warns(LightboardWarning, match="after close"):
            writer.add_scalar("x", 0.5)
    found = [
        (value.tag, event.step)
        for path in event_files(tmp_path)
        for event in events(path)
        for value in event.summary.value
    ]
    assert found == [
        ("x", 0), ("given", 7), ("x", 1), ("given", 7), ("x", 2), ("given", 7), ("y", 0),
        ("x/text_summary", 0), ("x", 3),
    ]  # fmt: skip
    assert [steps(tmp_path / f"both_{key}", "both") for key in "ab"] == [[0, 1, 2]] * 2


def test_fractional_steps_are_cut_off_with_one_warning(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        with pytest.warns(LightboardWarning, match=r"found 1\.7; logged at step 1") as warned:
            writer.add_scalar("loss", 1.0, 1.7)
        writer.add_scalar("loss", 1.0, -1.7)  # A second warning would be an error here.
        writer.add_scalars("both", {"a": 1.0}, np.float64(2.5))
        assert warned[0].filename == __file__
    assert [point.step for point in points(tmp_path)] == [1, -1]


@pytest.mark.parametrize(
    "tag", ["loss", "", "train/loss (%)", "損失", " ", "a\nb", "x" * 100_000, "\0", "🦙"]
)
def test_tags_are_stored_as_given(tmp_path: Path, tag: str) -> None:
    assert logged(tmp_path, tag, 1.0, 1).summary.value[0].tag == tag


@pytest.mark.parametrize(
    ("tag", "kind"), [(None, TypeError), (b"x", TypeError), (3, TypeError), ("a\ud800", ValueError)]
)
def test_tags_that_are_refused(tmp_path: Path, tag: Any, kind: type[Exception]) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.raises(kind, match="tag: expected"):
        writer.add_scalar(tag, 1.0, 1)
    assert points(tmp_path) == []


def test_wall_time(tmp_path: Path) -> None:
    before = time.time()
    assert before <= logged(tmp_path / "now", "loss", 1.0).wall_time <= time.time()
    for wall_time in (5, 5.5, np.float64(1763800000.25), np.float32(5), 0):
        assert logged(tmp_path / repr(wall_time), "loss", 1.0, 1, wall_time).wall_time == wall_time
    with SummaryWriter(tmp_path / "bad") as writer, pytest.raises(TypeError, match="walltime: expected"):
        writer.add_scalar("loss", 1.0, 1, object())  # type: ignore[arg-type]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.text(max_size=50), st.floats(), st.integers(-(2**63), 2**63 - 1), st.floats(0, 1e12))
    ),
)
def test_events_equal_those_of_tensorboard_x(
    tmp_path_factory: pytest.TempPathFactory, records: list[tuple[str, float, int, float]]
) -> None:
    directory = tmp_path_factory.mktemp("run")
    with SummaryWriter(directory / "ours") as writer, Peer(str(directory / "theirs")) as peer:
        for tag, value, step, wall_time in records:
            writer.add_scalar(tag, value, step, wall_time)
            peer._get_file_writer().add_summary(summary_of(tag, value), step, wall_time)
    ours, theirs = (events(event_files(directory / name)[0])[1:] for name in ("ours", "theirs"))
    assert [event.SerializeToString() for event in ours] == [event.SerializeToString() for event in theirs]


def summary_of(tag: str, value: float) -> Any:
    from tensorboardX.proto.summary_pb2 import Summary

    return Summary(value=[Summary.Value(tag=tag, simple_value=value)])


def test_new_style(tmp_path: Path) -> None:
    single = logged(tmp_path / "single", "loss", 0.1, 1, new_style=True).summary.value[0]
    double = logged(tmp_path / "double", "loss", 0.1, 1, new_style=True, double_precision=True).summary.value[
        0
    ]
    simple = logged(tmp_path / "simple", "loss", 0.1, 1, double_precision=True).summary.value[0]
    assert list(single.tensor.float_val) == [np.float32(0.1)]
    assert list(double.tensor.double_val) == [0.1]
    assert simple.simple_value == np.float32(0.1)
    for value in (single, double):
        assert value.metadata.plugin_data.plugin_name == "scalars"
    converted = logged(
        tmp_path / "converted", "loss", np.float64(0.1), np.int64(1), None, True, True
    ).summary.value[0]
    truthy = logged(tmp_path / "truthy", "loss", 0.1, 1, None, 1, np.bool_(True)).summary.value[0]
    assert converted == truthy == double


def test_no_framework_is_imported() -> None:
    for module in ("torch", "jax", "tensorflow"):
        assert module not in sys.modules
