"""The plain number inside whatever a training program hands over, without importing what it came from."""

import math
import sys
from typing import Any

INT64 = range(-(1 << 63), 1 << 63)

# As tuples: a union would be made anew at every call.
PLAIN = int, float, str
LISTS = list, tuple

# Elements of an array, or characters, that are taken at a time: copies of the whole would have no bound.
PIECE = 1 << 14

# Lists in lists, and arrays whose element is an object: enough for any, and an end for those that hold themselves.
MAX_NESTING = 16


def plain_tag(tag: object, what: str = "tag") -> str:
    """Return `tag` as a str that can be stored.

    Raises:
        TypeError: it is no str.
        ValueError: it cannot be encoded as UTF-8 (a lone surrogate).
    """
    if not isinstance(tag, str):
        raise TypeError(f"{what}: expected a str, found {type(tag).__qualname__} ({tag!r:.80}).")
    if not tag.isascii():
        _refuse_surrogates(tag, what)
    # Of a subclass what it is, not what it says.
    return tag if type(tag) is str else str.__str__(tag)


def _refuse_surrogates(text: str, what: str) -> None:
    for start in range(0, len(text), PIECE):
        try:
            text[start : start + PIECE].encode()
        except UnicodeEncodeError as error:
            at = start + error.start
            raise ValueError(
                f"{what}: expected text that can be stored as UTF-8, found the lone surrogate {text[at]!a} at position "
                f"{at} of {text[:80]!a:.80}."
            ) from None


def plain_words(words: object, what: str) -> str:
    """Return `words` as `plain_tag` does; none of them for None."""
    return "" if words is None else plain_tag(words, what)


def plain_flag(flag: object, what: str) -> bool:
    """Return whether `flag` counts as true.

    Raises:
        TypeError: it does not say, as an array of several elements.
    """
    try:
        return bool(flag)
    except (TypeError, ValueError, RuntimeError):
        raise TypeError(f"{what}: expected a bool, found {describe(flag)}.") from None


def plain_list(values: Any, what: str, of: str) -> list[Any]:
    """Return the items of `values`.

    Raises:
        TypeError: it has none.
    """
    try:
        return list(values)
    except TypeError:
        raise TypeError(f"{what}: expected a list of {of}, found {describe(values)}.") from None


def plain_float(value: object, what: str) -> float:
    """Return the one number that `value` holds as a float; ±inf for an int that no float can hold.

    Takes floats, ints, bools, numeric strings, NumPy scalars, and arrays, tensors and lists with one element of any
    rank.

    Raises:
        TypeError: `value` is no real number.
        ValueError: it has more or less than one element, or is a string that is no number.
    """
    number = unwrapped(value, what)
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf
    except (TypeError, ValueError):
        expected = "a number" if isinstance(number, str) else "a real number"
        error = ValueError if isinstance(number, str) else TypeError
        raise error(f"{what}: expected {expected}, found {describe(value)}.") from None


def plain_wall_time(wall_time: object, what: str = "walltime") -> float | None:
    """Return the wall time as a float, or None for the present one.

    Raises:
        TypeError, ValueError: it is no number, as for `plain_float`.
    """
    return None if wall_time is None else plain_float(wall_time, what)


def plain_step(step: object, what: str) -> tuple[int, bool]:
    """Return `step` as an int, and whether a fraction was cut off.

    Raises:
        TypeError: `step` is no number.
        ValueError: it is NaN, infinite, or has more or less than one element.
        OverflowError: it does not fit into 64 bits.
    """
    number = unwrapped(step, what)
    try:
        whole = int(number)
    except (TypeError, ValueError, OverflowError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"{what}: expected a whole number, found {describe(step)}.") from None
    if whole not in INT64:
        raise OverflowError(f"{what}: expected a number from -2**63 to 2**63 - 1, found {whole}.")
    return whole, not isinstance(number, str | int) and number != whole


def unwrapped(value: Any, what: str) -> Any:
    """Take containers off until something is left that `float` and `int` understand, or that nobody does.

    Raises:
        TypeError: that is bytes, complex or None.
        ValueError: a container has more or less than one element.
    """
    found = value
    for _ in range(MAX_NESTING):
        if isinstance(value, PLAIN):
            break
        if _size(value) != 1:
            raise ValueError(f"{what}: expected one number, found {describe(found)}.")
        if isinstance(value, LISTS):
            value = value[0]
        elif _is_masked(value):
            return math.nan
        elif callable(getattr(value, "item", None)):  # NumPy, torch, JAX, pandas
            inner = value.item()
            if type(inner) is type(value):
                break
            value = inner
        elif callable(getattr(value, "numpy", None)):  # TensorFlow
            value = value.numpy()
        elif isinstance(value, bytes | bytearray | complex | type(None)):
            raise TypeError(f"{what}: expected a real number, found {describe(found)}.")
        else:
            break
    return value


def _is_masked(value: Any) -> bool:
    """Whether NumPy has masked the one element out; `item` would tell what lies under the mask."""
    masked_arrays = sys.modules.get("numpy.ma")
    return (
        masked_arrays is not None
        and isinstance(value, masked_arrays.MaskedArray)
        and bool(masked_arrays.getmaskarray(value).all())
    )


def _size(value: Any) -> int:
    """How many elements `value` has; 1 if it does not say."""
    if isinstance(value, LISTS):
        return len(value)
    try:
        return math.prod(value.shape)
    except (AttributeError, TypeError, ValueError):
        return 1


def _shape(value: Any) -> tuple[int, ...] | None:
    if isinstance(value, LISTS):
        return (len(value),)
    try:
        return tuple(int(size) for size in value.shape)
    except (AttributeError, TypeError, ValueError):
        return None


def describe(value: Any) -> str:
    """Say of what type `value` is, for messages: with its shape and element type, or else its beginning."""
    kind = type(value)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    shape = _shape(value)
    if shape is None:
        return name if value is None else f"{name} {value!r:.80}"
    dtype = getattr(value, "dtype", None)
    return f"{name} of shape {shape}" + (f" and dtype {dtype}" if dtype is not None else "")
