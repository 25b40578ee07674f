"""The NumPy array inside whatever a training program hands over, without importing what it came from."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lightboard._core import to_float32
from lightboard.log.numbers import MAX_NESTING, PIECE, describe

# Types that NumPy itself has not, and those of its own that hold as many bits.
BITS = {
    "bfloat16": "u2",
    "float8_e5m2": "u1",
    "float8_e4m3fn": "u1",
    "float8_e4m3fnuz": "u1",
    "float8_e4m3b11fnuz": "u1",
    "float8_e5m2fnuz": "u1",
}

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]


def plain_array(value: Any, what: str, *, complex_too: bool = False) -> "Array":
    """Return `value` as a C-contiguous array of bools, ints or floats (or complex numbers) in the machine's byte order.

    Takes NumPy arrays and scalars, torch tensors on any device (with gradients, sparse, quantised), arrays of JAX and
    TensorFlow, pandas' columns and tables, numbers, and lists of any of these. The shape is kept. Types that NumPy
    itself has not, such as bfloat16, become float32, which holds all their values; masked elements become NaN. Nothing
    is copied that need not be: the result may share its memory with `value`.

    Raises:
        TypeError: `value` holds something else than real numbers, or no data at all (torch's meta tensors).
        ValueError: it is a list of unequal lengths, or nested too deeply.
    """
    import numpy as np

    found = _without_bits(lent_array(value, what, complex_too=complex_too))
    if not found.flags.aligned:
        found = found.copy()
    return np.ascontiguousarray(found) if found.ndim else found


def lent_array(value: Any, what: str, *, complex_too: bool = False) -> "Array":
    """Return `value` as `plain_array` does, with its elements wherever they lie in memory: not copied if of real types.

    Elements of bfloat16 and the kinds of float8 stay as they are: the array is then one of records with one field,
    which is named as the type and holds their bits. The native writer knows these, and `pieces` does.
    """
    import numpy as np

    found = _array(value, what, MAX_NESTING)
    # Not np.ma, which would be imported by that: in a child that was forked meanwhile, that would wait for ever.
    masked = sys.modules.get("numpy.ma")
    if masked is not None and isinstance(found, masked.MaskedArray):
        found = masked.filled(found.astype(np.result_type(found.dtype, np.float32)), np.nan)
    if found.dtype.kind == "O":
        found = _of_objects(found, value, what)
    elif found.dtype.isbuiltin == 2:
        found = _of_foreign(found, value, what)
    elif found.dtype.kind in "fc" and found.dtype.itemsize > (16 if found.dtype.kind == "c" else 8):
        found = found.astype(np.complex128 if found.dtype.kind == "c" else np.float64)
    if found.dtype.kind not in ("biufc" if complex_too else "biuf") and not _is_bits(found):
        raise TypeError(f"{what}: expected {_kinds(complex_too)}, found {describe(value)}.")
    return np.require(found, found.dtype.newbyteorder("="), ["ENSUREARRAY"])


def typed_array(value: Any, what: str) -> tuple["Array", str]:
    """Return `value` as `lent_array` does, with elements of any numeric type, and that type's name."""
    array = lent_array(value, what, complex_too=True)
    return array, array.dtype.name if array.dtype.names is None else array.dtype.names[0]


def pieces(array: "Array") -> "Iterator[Array]":
    """Go over what `lent_array` returned, `PIECE` elements at a time, in arrays of one dimension."""
    flat: Any = array.reshape(-1) if array.ndim < 2 or array.flags.c_contiguous else array.flat
    for start in range(0, array.size, PIECE):
        yield _without_bits(flat[start : start + PIECE])


def _as_bits(array: Any, name: str) -> Any:
    return array.view([(name, BITS[name])])


def _is_bits(array: Any) -> bool:
    names = array.dtype.names
    return names is not None and names[0] in BITS and array.dtype == [(names[0], BITS[names[0]])]


def _without_bits(array: Any) -> Any:
    """Return float32 in place of bits."""
    import numpy as np

    if array.dtype.names is None:
        return array
    return np.frombuffer(to_float32(np.atleast_1d(array)), "<f4").reshape(array.shape)


def _kinds(complex_too: bool) -> str:
    return "an array of numbers" if complex_too else "an array of real numbers"


def _array(value: Any, what: str, depth: int) -> Any:
    import numpy as np

    if isinstance(value, np.ndarray | np.generic):
        return np.asanyarray(value)
    if isinstance(value, list | tuple):
        return _of_list(value, what, depth)
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        return _of_torch(torch, value, what)
    if isinstance(value, str | bytes | bytearray | dict | set | type(None)):
        raise TypeError(f"{what}: expected an array of numbers, found {describe(value)}.")
    numpy = getattr(value, "numpy", None)
    if callable(numpy) and not hasattr(
        value, "__array__"
    ):  # TensorFlow's ragged and other composite tensors.
        return np.asarray(numpy())
    return np.asarray(value)


def _of_list(value: Any, what: str, depth: int) -> Any:
    import numpy as np

    if depth == 0:
        raise ValueError(f"{what}: expected an array, found lists nested more than {MAX_NESTING} deep.")
    if any(not isinstance(item, int | float | complex) for item in value):
        value = [_without_bits(_array(item, what, depth - 1)) for item in value]
        shapes = sorted({item.shape for item in value})
        if len(shapes) > 1:
            raise ValueError(
                f"{what}: expected items of equal shapes, found {shapes[0]} and {shapes[1]} in one list."
            )
    return np.asarray(value)


def _of_torch(torch: Any, tensor: Any, what: str) -> Any:
    if tensor.device.type == "meta":
        raise TypeError(f"{what}: expected a tensor with data, found one on the meta device.")
    tensor = tensor.detach()
    if tensor.is_quantized:
        tensor = tensor.dequantize()
    if tensor.layout is not torch.strided:
        tensor = tensor.to_dense()
    tensor = tensor.cpu().resolve_conj().resolve_neg()
    try:
        return tensor.numpy()
    except TypeError:  # bfloat16, float8 and others that NumPy has not
        name = str(tensor.dtype).removeprefix("torch.")
        if name in BITS:
            bits = torch.int16 if BITS[name] == "u2" else torch.uint8
            return _as_bits(tensor.view(bits).numpy(), name)
        return tensor.to(torch.complex64 if tensor.is_complex() else torch.float32).numpy()


def _of_objects(array: Any, value: Any, what: str) -> Any:
    import numpy as np

    try:
        if all(isinstance(item, bool | np.bool_) for item in array.flat):
            return array.astype(np.bool_)
        if not any(isinstance(item, str | bytes) for item in array.flat):
            return array.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        pass
    raise TypeError(f"{what}: expected an array of real numbers, found {describe(value)}.")


def _of_foreign(array: Any, value: Any, what: str) -> Any:
    """Take an array of types that another package gives to NumPy, such as JAX's bfloat16."""
    import numpy as np

    if array.dtype.name in BITS:
        return _as_bits(array, array.dtype.name)
    try:
        return array.astype(np.float32)
    except (TypeError, ValueError):
        raise TypeError(f"{what}: expected an array of real numbers, found {describe(value)}.") from None
