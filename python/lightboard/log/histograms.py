"""Histograms."""

import math
from collections.abc import Iterator
from contextlib import suppress
from operator import index
from typing import TYPE_CHECKING, Any

from lightboard._core import default_edges
from lightboard.log.arrays import lent_array, pieces, plain_array
from lightboard.log.numbers import PIECE, describe, plain_float, plain_step, plain_tag
from lightboard.log.recorder import Recorder

# More than anybody sees, and less than what has no room in memory.
MOST_BINS = 1 << 20

if TYPE_CHECKING:
    from lightboard.log.arrays import Array


class Histograms(Recorder):
    """Logs histograms."""

    @property
    def default_bins(self) -> list[float]:
        """The edges between which `add_histogram` counts unless it is told otherwise, ascending."""
        return default_edges()

    def add_histogram(
        self,
        tag: str,
        values: Any,
        global_step: Any = None,
        bins: Any = "tensorflow",
        walltime: float | None = None,
        max_bins: int | None = None,
    ) -> None:
        """Log how many of some values lie where.

        Written as a `histo` (spec/events.md, Writing). What is NaN or infinite lies in no bucket and is no part of the
        extremes and sums; it is counted in the number of values, so that the difference tells how many there are.

        Args:
            tag: The series; stored as given.
            values: An array, tensor or list of any shape with at least one element, of bools, ints or floats; counted
                as float64. An array is not copied, except with a rule for `bins`.
            global_step: As for `add_scalar`.
            bins: `"tensorflow"` counts between 0, ±1e-12 and further steps of a tenth up to ±1e20, and beyond. Anything
                else is what `numpy.histogram` takes: a number of equal buckets, their edges, or a rule such as
                `"auto"`.
            walltime: As for `add_scalar`.
            max_bins: Add neighbouring buckets up, as many at a time as it takes to come near this number.

        Raises:
            TypeError: `values` are no real numbers; a tag that is no str; a step or wall time that is no number.
            ValueError: `values` is empty; `max_bins` is below 1; `bins` is none that NumPy takes, or more than 2**20.
            OverflowError: The step does not fit into 64 bits.
            OSError: With `on_error="raise"`, earlier records could not be written.
        """
        tag = plain_tag(tag)
        array = lent_array(values, f"values of tag {tag!r:.200}")
        array = array if array.ndim else array.reshape(1)
        if array.size == 0:
            raise ValueError(
                f"values of tag {tag!r:.200}: expected at least one element, found {describe(values)}."
            )
        most = None if max_bins is None else plain_step(max_bins, "max_bins")[0]
        if most is not None and most < 1:
            raise ValueError(f"max_bins: expected a number above 0, found {max_bins}.")
        counted = None if isinstance(bins, str) and bins == "tensorflow" else _counted(array, bins)
        step, wall_time = self._moment("histogram", tag, global_step, walltime)
        self._record(
            None,
            lambda core, file: core.add_histogram(file, tag, array, counted, most, step, wall_time),
        )

    def add_histogram_raw(
        self,
        tag: str,
        min: float,
        max: float,
        num: float,
        sum: float,
        sum_squares: float,
        bucket_limits: Any,
        bucket_counts: Any,
        global_step: Any = None,
        walltime: float | None = None,
    ) -> None:
        """Log a histogram that the program has counted itself.

        Written as given (spec/events.md, Writing).

        Args:
            tag: The series; stored as given.
            min: The smallest value, which is the lower edge of the first bucket that is not empty.
            max: The largest value, which is the upper edge of the last bucket that is not empty.
            num: How many values there are.
            sum: Their sum.
            sum_squares: The sum of their squares.
            bucket_limits: The upper limit of each bucket, ascending: an array, tensor or list of one dimension.
            bucket_counts: How many values are in each bucket, as many as there are limits.
            global_step: As for `add_scalar`.
            walltime: As for `add_scalar`.

        Raises:
            TypeError, ValueError, OverflowError: As for `add_histogram`; also for limits and counts that differ in
                number or have not one dimension.
            OSError: With `on_error="raise"`, earlier records could not be written.
        """
        tag = plain_tag(tag)
        numbers = {"min": min, "max": max, "num": num, "sum": sum, "sum_squares": sum_squares}
        moments = [plain_float(number, f"{name} of tag {tag!r:.200}") for name, number in numbers.items()]
        limits = _column(bucket_limits, "bucket_limits")
        counts = _column(bucket_counts, "bucket_counts")
        if limits.size != counts.size:
            raise ValueError(
                f"bucket_counts: expected one for each of {limits.size} limits, found {counts.size}. "
                "numpy.histogram returns one edge more than counts: leave the first edge out."
            )
        step, wall_time = self._moment("histogram", tag, global_step, walltime)
        self._record(
            None,
            lambda core, file: core.add_histogram_raw(file, tag, moments, limits, counts, step, wall_time),
        )


def _counted(array: "Array", bins: Any) -> tuple["Array", "Array"]:
    """Return edges and counts as NumPy has them; of nothing but NaN, one empty bucket."""
    import numpy as np

    number = 0
    if np.ndim(bins) == 0 and not isinstance(bins, str):
        with suppress(TypeError):  # Which NumPy tells better.
            number = index(bins)
    if number > MOST_BINS:
        raise ValueError(f"bins: expected at most {MOST_BINS:,}, found {number}. Give fewer, or the edges.")
    parts, ends = None, None
    if array.size <= PIECE:
        parts = [*_finite(array)]
    elif isinstance(bins, str):  # A rule looks at all of them at once.
        parts = [np.concatenate([*_finite(array)])]
    else:
        ends = _ends(array)
    if not (parts[0].size if parts else ends):
        return np.zeros(2), np.zeros(1)
    try:
        counts: Any = 0
        for part in parts or _finite(array):
            more, edges = np.histogram(part, bins, ends)
            counts += more
    except MemoryError:
        low, high = _ends(array) or (0, 0)
        raise ValueError(
            f"bins: expected at most {MOST_BINS:,}, found more than have room in memory by {describe(bins)} of values "
            f"between {low:g} and {high:g}. Give a number of them, or the edges."
        ) from None
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"bins: expected what numpy.histogram takes, found {describe(bins)}: {error}.") from None
    return np.ascontiguousarray(edges, np.float64), np.ascontiguousarray(counts, np.float64)


def _ends(array: "Array") -> tuple[float, float] | None:
    """Return the least and the greatest of the finite numbers, if there are any."""
    low, high = math.inf, -math.inf
    for part in _finite(array):
        if part.size:
            low, high = min(low, part.min()), max(high, part.max())
    return None if low > high else (low, high)


def _finite(array: "Array") -> "Iterator[Array]":
    import numpy as np

    return (piece[np.isfinite(piece)].astype(np.float64, copy=False) for piece in pieces(array))


def _column(value: Any, what: str) -> "Array":
    array = plain_array(value, what)
    if array.ndim != 1:
        raise ValueError(f"{what}: expected one dimension, found {describe(value)}.")
    return array.astype("float64", copy=False)
