"""Tensors: what TensorBoard reads is what was logged, with type and shape."""

import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard.compat.tensorflow_stub import dtypes
from tensorboard.util import tensor_util

import lightboard
from lightboard import SummaryWriter
from lightboard.events import read
from log.records import event_files, events

SHAPES = [(), (1,), (2, 3), (0,), (2, 0, 3), (1,) * 20]
DTYPES = [
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "float16", "float32", "float64",
    "complex64", "complex128",
]  # fmt: skip


def logged(directory: Path, *tensors: Any) -> list[Any]:
    with SummaryWriter(directory) as writer:
        for step, tensor in enumerate(tensors):
            writer.add_tensor("t", tensor, step, 1763800000.25)
    (path,) = event_files(directory)
    return [value for event in events(path)[1:] for value in event.summary.value]


@pytest.mark.parametrize("dtype", DTYPES)
def test_tensorboard_reads_what_was_logged(tmp_path: Path, dtype: str) -> None:
    tensors = [
        (np.arange(np.prod(shape)) * 2.5 - 1).astype("int64").astype(dtype).reshape(shape) for shape in SHAPES
    ]
    values = logged(tmp_path, *tensors)
    for tensor, value in zip(tensors, values, strict=True):
        assert value.tag == "t"
        assert value.metadata.plugin_data.plugin_name == "tensor"
        assert value.metadata.data_class == 2
        assert dtypes.DType(value.tensor.dtype).name == dtype
        assert [dim.size for dim in value.tensor.tensor_shape.dim] == list(tensor.shape)
        found = tensor_util.make_ndarray(value.tensor)
        assert np.array_equal(found, tensor)
        assert found.dtype == tensor.dtype


def test_we_read_what_was_logged(tmp_path: Path) -> None:
    # TensorBoard knows no uint32 and uint64.
    ramps = [np.arange(6).reshape(2, 3).astype(dtype) for dtype in (*DTYPES, "uint32", "uint64")]
    tensors = [*ramps, np.array(True), [1, 2, 3], 0.5, np.zeros((0, 2))]
    logged(tmp_path, *tensors)
    with lightboard.open(tmp_path) as index:
        (series,) = index.series(kind="tensor")
        found = list(series.values)
    assert [array.tolist() for array in found] == [np.asarray(tensor).tolist() for tensor in tensors]


@pytest.mark.parametrize(
    ("tensor", "kind", "message"),
    [
        (None, TypeError, "tensor of tag 't': expected an array of numbers, found NoneType"),
        ("text", TypeError, "tensor of tag 't': expected an array of numbers, found str"),
        ([[1], [2, 3]], ValueError, "items of equal shapes"),
        (np.array(["a"]), TypeError, "<U1"),
    ],
    ids=repr,
)
def test_what_is_refused_costs_only_its_own_call(
    tmp_path: Path, tensor: Any, kind: type[Exception], message: str
) -> None:
    with SummaryWriter(tmp_path) as writer:
        with pytest.raises(kind, match=message):
            writer.add_tensor("t", tensor)
        writer.add_tensor("t", 1)
    assert [event.step for event in events(event_files(tmp_path)[0])[1:]] == [0]


@pytest.mark.torch
def test_torch(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="run by make test-torch")
    from torch.utils.tensorboard import SummaryWriter as Peer

    ramp = torch.arange(6).reshape(2, 3)
    # Of these torch's own writer stores what it should.
    names = ["float32", "float64", "int8", "int16", "int32", "int64", "complex64", "complex128"]
    plain = [ramp.to(getattr(torch, name)) for name in names]
    plain += [ramp > 2, ramp[0, 0], ramp.to(torch.float32).T, torch.zeros(0)]
    with Peer(str(tmp_path / "theirs")) as writer:
        for step, tensor in enumerate(plain):
            writer.add_tensor("t", tensor, step)
    theirs = [event.summary.value[0] for event in events(event_files(tmp_path / "theirs")[0])[1:]]
    for mine, peers in zip(logged(tmp_path / "ours", *plain), theirs, strict=True):
        assert (mine.tag, mine.tensor.dtype) == (peers.tag, peers.tensor.dtype)
        assert mine.tensor.tensor_shape == peers.tensor.tensor_shape
        assert mine.metadata.plugin_data == peers.metadata.plugin_data
        found = tensor_util.make_ndarray(mine.tensor)
        assert np.array_equal(found, tensor_util.make_ndarray(peers.tensor))

    # Of these it does not, or refuses them.
    others = [
        (torch.float16, 19), (torch.bfloat16, 14), (torch.uint8, 4), (torch.uint16, 17), (torch.uint32, 22),
        (torch.float8_e5m2, 24), (torch.float8_e4m3fn, 25),
    ]  # fmt: skip
    tensors = [torch.nn.Parameter(ramp.to(dtype), requires_grad=False) for dtype, _ in others]
    values = logged(tmp_path / "others", *tensors)
    assert [value.tensor.dtype for value in values] == [number for _, number in others]
    with lightboard.open(tmp_path / "others") as index:
        (series,) = index.series(kind="tensor")
        for value in series.values:
            assert value.tolist() == ramp.tolist()
    assert "tensorflow" not in sys.modules


@pytest.mark.parametrize("rows", [100, 1500])
def test_elements_may_lie_anywhere_in_memory(rows: int, tmp_path: Path) -> None:
    # The larger ones are copied into a file first.
    array = np.arange(rows * 2000, dtype=np.float64).reshape(rows, 2000)
    tensors = [array, array.T, array[::-1, ::2], np.broadcast_to(array[:1], (rows, 2000))]
    found = logged(tmp_path, *tensors)
    for value, expected in zip(found, tensors, strict=True):
        assert np.array_equal(tensor_util.make_ndarray(value.tensor), expected)


@pytest.mark.parametrize("megabytes", [4, 40])
def test_an_array_that_is_written_to_meanwhile_makes_no_damaged_record(
    megabytes: int, tmp_path: Path
) -> None:
    array = np.zeros(megabytes << 17)
    ended = threading.Event()

    def train() -> None:
        while not ended.is_set():
            np.add(array, 1, out=array)

    training = threading.Thread(target=train)
    training.start()
    with SummaryWriter(tmp_path) as writer:
        for step in range(5):
            writer.add_tensor("weights", array, step)
    ended.set()
    training.join()
    (path,) = event_files(tmp_path)
    found = read(path)
    assert found.damage == ()
    assert found.records == 1 + 5
