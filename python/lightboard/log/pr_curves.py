"""Precision-recall curves."""

from collections.abc import Iterator
from itertools import repeat
from typing import TYPE_CHECKING, Any

from lightboard.log.arrays import lent_array, pieces, plain_array
from lightboard.log.numbers import describe, plain_step, plain_tag
from lightboard.log.recorder import Recorder

if TYPE_CHECKING:
    from lightboard.log.arrays import Array

# Keeps precision and recall finite where nothing was found, or nothing is to be found.
LEAST_COUNT = 1e-7


class PrCurves(Recorder):
    """Logs precision-recall curves."""

    def add_pr_curve(
        self,
        tag: str,
        labels: Any,
        predictions: Any,
        global_step: Any = None,
        num_thresholds: int = 127,
        weights: Any = None,
        walltime: float | None = None,
    ) -> None:
        """Log how well predictions tell two classes apart, for thresholds from 0 to 1 in equal steps.

        A prediction counts as positive from its threshold on. Written as a float32 tensor of shape
        [6, num_thresholds] of the plugin `pr_curves` (spec/events.md, Writing).

        Args:
            tag: The series; stored as given.
            labels: What is true: bools, or numbers from 0 to 1; an array, tensor or list of any shape.
            predictions: As many numbers from 0 to 1. What lies outside, or is NaN, is not counted. float16 is placed
                between the thresholds in float16, as torch and tensorboardX do.
            global_step: As for `add_scalar`.
            num_thresholds: How many thresholds; at least 1.
            weights: What each prediction counts for; as many numbers, one number for all, or `None` for 1.
            walltime: As for `add_scalar`.

        Raises:
            TypeError: Labels, predictions or weights are no real numbers; a tag that is no str; a step or wall time
                that is no number.
            ValueError: Labels, predictions and weights differ in number; `num_thresholds` is below 1.
            OverflowError: The step does not fit into 64 bits.
            OSError: With `on_error="raise"`, earlier records could not be written.
        """
        import numpy as np

        tag = plain_tag(tag)
        thresholds = _thresholds(num_thresholds)
        scores = lent_array(predictions, "predictions")
        truths = _beside(scores, labels, "labels")
        weight = np.ones(1) if weights is None else lent_array(weights, "weights")
        weighed = (
            _beside(scores, weight, "weights")
            if weight.size != 1
            else repeat(next(pieces(weight)).astype("float64"))
        )
        found = np.zeros((2, thresholds))
        for given, truth, weight in zip(pieces(scores), truths, weighed, strict=False):
            score = (
                given if given.dtype.kind == "f" else given.astype("float64")
            )  # uint8 would overflow below.
            with np.errstate(invalid="ignore"):
                place = np.floor(score * (thresholds - 1))
                inside = (place >= 0) & (place < thresholds)
            place = place[inside].astype(np.intp)
            for counts, row in zip(found, (truth * weight, (1.0 - truth) * weight), strict=True):
                np.add.at(counts, place, row[inside])
        positives, negatives = (counts[::-1].cumsum()[::-1] for counts in found)
        missed = positives[0] - positives
        rows = np.stack(
            (
                positives,
                negatives,
                negatives[0] - negatives,
                missed,
                positives / np.maximum(LEAST_COUNT, positives + negatives),
                positives / np.maximum(LEAST_COUNT, positives + missed),
            )
        )
        self._add_rows(tag, thresholds, rows, global_step, walltime)

    def add_pr_curve_raw(
        self,
        tag: str,
        true_positive_counts: Any,
        false_positive_counts: Any,
        true_negative_counts: Any,
        false_negative_counts: Any,
        precision: Any,
        recall: Any,
        global_step: Any = None,
        num_thresholds: int = 127,
        weights: Any = None,
        walltime: float | None = None,
    ) -> None:
        """Log a precision-recall curve that the program has counted itself.

        Written as by `add_pr_curve`.

        Args:
            tag: The series; stored as given.
            true_positive_counts: For each threshold, from 0 to 1 in equal steps, how much of what was found is right:
                an array, tensor or list of one dimension.
            false_positive_counts: How much of it is wrong; as many numbers, like all that follow.
            true_negative_counts: How much was rightly passed over.
            false_negative_counts: How much was wrongly passed over.
            precision: How much of what was found is right, from 0 to 1.
            recall: How much of what is right was found, from 0 to 1.
            global_step: As for `add_scalar`.
            num_thresholds: Stored beside the curve; what is drawn are as many thresholds as there are numbers.
            weights: Accepted and without effect: the counts are weighted already.
            walltime: As for `add_scalar`.

        Raises:
            TypeError, ValueError, OverflowError: As for `add_pr_curve`; also for columns that differ in length or have
                not one dimension.
            OSError: With `on_error="raise"`, earlier records could not be written.
        """
        import numpy as np

        tag = plain_tag(tag)
        thresholds = _thresholds(num_thresholds)
        given = {
            "true_positive_counts": true_positive_counts,
            "false_positive_counts": false_positive_counts,
            "true_negative_counts": true_negative_counts,
            "false_negative_counts": false_negative_counts,
            "precision": precision,
            "recall": recall,
        }
        columns = {what: plain_array(value, what) for what, value in given.items()}
        length = columns["true_positive_counts"].size
        for what, column in columns.items():
            if column.ndim != 1 or column.size != length or not length:
                raise ValueError(
                    f"{what}: expected one dimension and as many numbers as the other columns have, at least one; "
                    f"found {describe(given[what])} beside {length} true_positive_counts."
                )
        self._add_rows(tag, thresholds, np.stack(list(columns.values())), global_step, walltime)

    def _add_rows(self, tag: str, thresholds: int, rows: "Array", global_step: Any, walltime: Any) -> None:
        import numpy as np

        with np.errstate(over="ignore"):  # Beyond the range of float32 they are infinite, as for scalars.
            floats = rows.astype("float32").reshape(-1)
        step, wall_time = self._moment("pr_curve", tag, global_step, walltime)
        self._record(
            None, lambda core, file: core.add_pr_curve(file, tag, thresholds, floats, step, wall_time)
        )


def _thresholds(value: object) -> int:
    number, _ = plain_step(value, "num_thresholds")
    if not 1 <= number < 1 << 31:
        raise ValueError(f"num_thresholds: expected a number from 1 to 2**31 - 1, found {number}.")
    return number


def _beside(scores: "Array", value: Any, what: str) -> "Iterator[Array]":
    """Return pieces of what belongs to the scores one by one, as float64."""
    array = lent_array(value, what)
    if array.size != scores.size:
        raise ValueError(
            f"{what}: expected one for each of {scores.size} predictions, found {describe(value)}."
        )
    return (piece.astype("float64", copy=False) for piece in pieces(array))
