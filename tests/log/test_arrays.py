"""What counts as an array, and what it is read as."""

import sys
import warnings
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lightboard import SummaryWriter
from lightboard.log.arrays import plain_array
from log.records import event_files, payloads

CASES: list[tuple[Any, Any]] = [
    (3, np.array(3)),
    (True, np.array(True)),
    (np.float32(0.5), np.array(0.5, np.float32)),
    (np.zeros((2, 0, 3), np.float16), np.zeros((2, 0, 3), np.float16)),
    (np.arange(6, dtype=np.uint8).reshape(2, 3).T, np.array([[0, 3], [1, 4], [2, 5]], np.uint8)),
    (np.arange(3, dtype=">i4"), np.arange(3, dtype=np.int32)),
    (np.frombuffer(b"\0" + np.arange(3.0).tobytes(), np.float64, offset=1), np.arange(3.0)),
    (np.array([0.5], np.longdouble), np.array([0.5])),
    (np.array([1j], np.clongdouble), np.array([1j])),
    (np.ma.array([1, 2], mask=[False, True]), np.array([1, np.nan])),
    (np.array([1, 2.5, Decimal("0.5"), None], object), np.array([1, 2.5, 0.5, np.nan])),
    (np.array([True, False], object), np.array([True, False])),
    ([], np.array([])),
    ([1, 2.5], np.array([1, 2.5])),
    ([[1, 2], (3, 4)], np.array([[1, 2], [3, 4]])),
    ([np.array([1, 2], np.float32), [3, 4]], np.array([[1.0, 2], [3, 4]])),
    (range(3), np.array([0, 1, 2])),
    (memoryview(b"\1\2"), np.array([1, 2], np.uint8)),
]


@pytest.mark.parametrize(("value", "expected"), CASES, ids=lambda value: f"{type(value).__name__}")
def test_arrays(value: Any, expected: Any) -> None:
    found = plain_array(value, "values", complex_too=True)
    assert (type(found), found.shape, found.dtype) == (np.ndarray, expected.shape, expected.dtype)
    assert np.array_equal(found, expected, equal_nan=expected.dtype.kind == "f")
    assert found.flags.c_contiguous
    assert found.flags.aligned
    assert found.dtype.isnative


def test_nothing_is_copied_without_need() -> None:
    array = np.zeros((2, 3), np.float32)
    assert np.shares_memory(plain_array(array, "values"), array)
    assert np.shares_memory(plain_array(array.T.T[1:], "values"), array)


def test_columns_and_tables_of_pandas() -> None:
    import pandas as pd

    table = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    assert plain_array(table["a"], "values").tolist() == [1.0, 2.0]
    assert plain_array(table, "values").tolist() == [[1.0, 3.0], [2.0, 4.0]]


class Tensor:
    """Speaks the protocol of TensorFlow's eager tensors."""

    shape = (2,)

    def numpy(self) -> Any:
        return np.array([0.25, 0.5], np.float32)


def test_tensorflow() -> None:
    assert plain_array(Tensor(), "values").tolist() == [0.25, 0.5]


CYCLE: list[Any] = []
CYCLE.append(CYCLE)


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        (None, TypeError, "found NoneType"),
        ("1.5", TypeError, "found str '1.5'"),
        (["1.5"], TypeError, "found str '1.5'"),
        (b"12", TypeError, "found bytes"),
        ({"a": 1}, TypeError, "found dict"),
        (object(), TypeError, "found object"),
        (np.array(["a"]), TypeError, r"numpy.ndarray of shape \(1,\) and dtype <U1"),
        (np.array([object()]), TypeError, "dtype object"),
        (np.array(["1"], object), TypeError, "dtype object"),
        (np.array([1j], object), TypeError, "dtype object"),
        (np.zeros(2, "datetime64[s]"), TypeError, "datetime64"),
        (np.zeros(2, [("a", "f4")]), TypeError, "dtype"),
        (np.zeros(2, "V2"), TypeError, "V2"),
        (np.zeros(2, np.complex64), TypeError, "complex64"),
        ([1, 2j], TypeError, "found list"),
        ([[1, 2], [3]], ValueError, r"items of equal shapes, found \(1,\) and \(2,\)"),
        (CYCLE, ValueError, "nested more than 16 deep"),
    ],
    ids=lambda value: f"{type(value).__name__}",
)
def test_what_is_refused(value: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=f"values: expected .*{message}"):
        plain_array(value, "values")


@pytest.mark.torch
def test_torch() -> None:
    torch = pytest.importorskip("torch", reason="run by make test-torch")
    ramp = torch.arange(6.0).reshape(2, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # To be removed from torch one day.
        quantized = torch.quantize_per_tensor(ramp, 1.0, 0, torch.qint8)
    expected = np.arange(6, dtype=np.float32).reshape(2, 3)
    cases: list[tuple[Any, Any]] = [
        (ramp, expected),
        (ramp.T, expected.T),
        (torch.nn.Parameter(ramp), expected),
        (ramp.to(torch.bfloat16), expected),
        (ramp.to(torch.float16), expected.astype(np.float16)),
        (ramp.to(torch.float8_e4m3fn), expected),
        (ramp.to(torch.int64), expected.astype(np.int64)),
        (ramp.to(torch.uint16), expected.astype(np.uint16)),
        (ramp > 2, expected > 2),
        (ramp.to_sparse(), expected),
        (quantized, expected),
        (torch.complex(ramp, ramp).conj(), expected - 1j * expected),
        (torch.complex(ramp, ramp).conj().imag, -expected),
        (list(torch.nn.Parameter(ramp)), expected),
        ([[ramp[0, 0], 1.0]], np.array([[0.0, 1.0]])),
        (
            torch.tensor(3e38, dtype=torch.bfloat16),
            np.array(torch.tensor(3e38, dtype=torch.bfloat16).item(), np.float32),
        ),
    ]
    for value, wanted in cases:
        found = plain_array(value, "values", complex_too=True)
        assert np.array_equal(found, wanted), value
        assert found.dtype == wanted.dtype, value
    with pytest.raises(TypeError, match="values: expected a tensor with data, found one on the meta device"):
        plain_array(torch.zeros(2, device="meta"), "values")
    assert "tensorflow" not in sys.modules


@pytest.mark.parametrize("dtype", ["f4", "f8", "i8", "u2", "f2"])
def test_elements_that_are_not_aligned(dtype: str, tmp_path: Path) -> None:
    packed = np.zeros(64, [("before", "u1"), ("value", dtype)])
    packed["value"] = np.arange(64) % 2
    values, aligned = packed["value"], packed["value"].copy()
    assert not values.flags.aligned
    for name, array in (("packed", values), ("aligned", aligned)):
        with SummaryWriter(tmp_path / name) as writer:
            writer.add_histogram("histogram", array, 0, walltime=1.0)
            writer.add_histogram("bins", array, 0, bins=4, walltime=1.0)
            writer.add_tensor("tensor", array, 0, walltime=1.0)
            writer.add_image("image", array.reshape(8, 8), 0, dataformats="HW", walltime=1.0)
            writer.add_audio("audio", array.reshape(1, -1), 0, walltime=1.0)
            writer.add_pr_curve("curve", array > 0, array, 0, walltime=1.0)
            writer.add_embedding(array.reshape(8, 8))
    found = [
        sorted(map(bytes, payloads(path)[1:]))
        for name in ("packed", "aligned")
        for path in event_files(tmp_path / name)
    ]
    assert found[0] == found[1]
