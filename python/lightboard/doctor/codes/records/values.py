"""Codes of values and wall times."""

from lightboard.doctor.codes.code import Code

VALUES = (
    Code(
        "scalar_form_dropped",
        "records",
        "hides",
        "Scalars in a form that TensorBoard's default reader drops",
        "They stand in the file as a tensor of another type than float32, or with a shape ([1] in place of "
        "none). torch and Lightboard write float64 so with double_precision=True.",
        "TensorBoard's default reader does not list the tag, its Python reader (--load_fast=false) shows it: "
        "there on one machine, missing on another. Lightboard shows it.",
        "Log float32 (leave out double_precision), pass plain numbers in place of arrays, or start "
        "TensorBoard with --load_fast=false.",
        rows=("E07",),
    ),
    Code(
        "not_finite",
        "records",
        "note",
        "Values that are NaN or infinite",
        "Training diverged, a metric was divided by zero, or a value was logged that did not exist yet.",
        "Curves have holes there, and a single value between two of them is not to be seen in TensorBoard. "
        "Lightboard marks them.",
        "Look at what happened just before the first one: a learning rate, a batch, a gradient.",
        rows=("E11",),
    ),
    Code(
        "wall_time_wrong",
        "records",
        "hides",
        "Wall times that are none",
        "Events carry a time that is NaN, infinite, negative or millions of years away: an explicit walltime "
        "that was never set, or a time in another unit.",
        "Behind a time that is NaN TensorBoard's default reader drops the rest of the file, and events with "
        "an infinite one; other such times stretch the axis of time and upset the order and the colours of "
        "runs. Lightboard takes the time of the event before.",
        "Leave out walltime, or pass seconds since 1970: time.time().",
        rows=("E12",),
    ),
    Code(
        "float32_stairs",
        "records",
        "distorts",
        "Large numbers that were rounded to float32",
        "A float32 has 24 bits: whole numbers above 16,777,216 are rounded, times in seconds to multiples of "
        "128.",
        "The curve has stairs that were never logged: what stands in the file is rounded already.",
        "Log the difference to the first value, or in larger units; or, in torch and Lightboard, pass "
        "new_style=True and double_precision=True, which TensorBoard's default reader does not show.",
        rows=("W20",),
    ),
)
