"""Pixels as the native writer takes them, from whatever a training program holds."""

import sys
from typing import TYPE_CHECKING, Any

from lightboard.log.arrays import lent_array

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

# Batch, frame, channel, row, column: what the native writer takes.
AXES = "NTCHW"


def plain_pixels(value: Any, what: str, dataformats: object, expected: tuple[str, ...]) -> "Array":
    """Return `value` as a view of axes `AXES`, as `lent_array` does.

    Floats are pixels of 0 to 1, integers of 0 to 255, booleans black and white; pictures of Pillow's with 16 bits are
    scaled.

    Args:
        value: An array, a tensor or a nested list; a picture of Pillow, which tells its axes by itself.
        what: Names the argument in errors.
        dataformats: A letter an axis, in upper or lower case.
        expected: The sets of letters that may stand in `dataformats`, each in any order.

    Raises:
        TypeError: the elements are no real numbers.
        ValueError: `dataformats` is none of `expected`, or does not fit the shape; no pixels; more than 4 channels; a
            picture of Pillow's mode I with other pixels than 0 to 255.
    """
    value, dataformats = _of_pillow(value, dataformats, what)
    array = lent_array(value, what)
    if not isinstance(dataformats, str) or sorted(dataformats.upper()) not in map(sorted, expected):
        letters = " or ".join(expected)
        raise ValueError(
            f"dataformats: expected {letters} or another order of these letters, found {dataformats!r}."
        )
    letters = dataformats.upper()
    if array.ndim != len(letters):
        raise ValueError(
            f"{what}: expected {len(letters)} dimensions, as dataformats={dataformats!r} says, found shape "
            f"{array.shape}."
        )
    view = array.transpose([letters.index(axis) for axis in AXES if axis in letters])
    view = view[tuple(slice(None) if axis in letters else None for axis in AXES)]
    if 0 in view.shape:
        raise ValueError(f"{what}: expected pixels, found shape {array.shape}.")
    if view.shape[2] > 4:
        raise ValueError(
            f"{what}: expected 1 to 4 channels, found {view.shape[2]}: shape {array.shape} with "
            f"dataformats={dataformats!r}."
        )
    return view


def _of_pillow(value: Any, dataformats: object, what: str) -> tuple[Any, object]:
    """Turn one picture of Pillow, or a list of some, into arrays with their axes."""
    pillow = sys.modules.get("PIL.Image")
    if pillow is None:
        return value, dataformats
    if isinstance(value, pillow.Image):
        return _array_of_pillow(value, what)
    if isinstance(value, list | tuple) and value and all(isinstance(each, pillow.Image) for each in value):
        arrays, letters = zip(*(_array_of_pillow(each, what) for each in value), strict=True)
        return list(arrays), "N" + letters[0]
    return value, dataformats


def _array_of_pillow(picture: Any, what: str) -> "tuple[Array, str]":
    import numpy as np

    if picture.mode in ("I", "F") or picture.mode.startswith("I;16"):
        return _wide_array_of_pillow(picture, what), "HW"
    if picture.mode not in ("1", "L", "LA", "RGB", "RGBA"):
        picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    array = np.asarray(picture)
    return array, "HW" if array.ndim == 2 else "HWC"


def _wide_array_of_pillow(picture: Any, what: str) -> "Array":
    """Take pixels of 16 or 32 bits, which Pillow itself would clip at 255."""
    import numpy as np

    array = np.asarray(picture)
    if picture.mode == "F":
        return array
    if picture.mode != "I":
        return ((array.astype(np.uint32) + 128) // 257).astype(np.uint8)
    if array.size and not 0 <= array.min() <= array.max() <= 255:
        raise ValueError(
            f"{what}: expected a picture of mode I with pixels from 0 to 255, found {array.min()} to {array.max()}: "
            'nothing tells which of them is white. Scale them, or convert("I;16") a picture of 16 bits.'
        )
    return array
