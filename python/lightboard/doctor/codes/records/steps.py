"""Codes of steps."""

from lightboard.doctor.codes.code import Code

STEPS = (
    Code(
        "steps_go_back",
        "records",
        "distorts",
        "Steps that go back within one file",
        "One writer logged a tag at a lower step than before: a counter that begins again in each epoch, "
        "fold or episode, or two loops that log under one tag.",
        "TensorBoard's default reader forgets every point at or above the lower step: of steps 10, 9, …, 1 "
        "only the last remains. Its Python reader, and Lightboard, draw a line that runs back.",
        "Use one counter that only grows, or a tag of its own for each loop (`fold_2/loss`).",
        rows=("E04",),
    ),
    Code(
        "one_step",
        "records",
        "distorts",
        "All values at one step",
        "No global_step was given, so each value is logged at step 0; or the same number at each call; or "
        "steps below 1, which are cut to 0.",
        "TensorBoard's default reader shows the last value only, as a dot; its Python reader, and Lightboard "
        "on the step axis, a vertical line. On the axis of wall time Lightboard draws the curve.",
        "Pass a step that grows: add_scalar(tag, value, step).",
        rows=("W16",),
    ),
    Code(
        "steps_repeat",
        "records",
        "distorts",
        "Several values at each step",
        "Steps stand still while values go on: fractions of epochs, which are cut to whole numbers; the "
        "epoch given as the step of each batch; or a program that logs each value twice.",
        "TensorBoard's default reader shows the last value of each step only; its Python reader, and "
        "Lightboard, draw stairs of vertical lines.",
        "Count batches, not epochs: step = epoch * batches + batch. For fractions, multiply: int(epoch * "
        "1000).",
        rows=("W17", "E04"),
    ),
    Code(
        "step_negative",
        "records",
        "note",
        "Steps below zero",
        "A counter was subtracted from, or a number too large for its type turned negative.",
        "The points are drawn left of 0, and not at all on a logarithmic axis.",
        "Log steps from 0 on.",
        rows=("E13",),
    ),
    Code(
        "step_huge",
        "records",
        "distorts",
        "Steps beyond 2^53",
        "Browsers know whole numbers up to 9,007,199,254,740,992 exactly. Beyond lie times in nanoseconds, "
        "hashes, and numbers that overflowed.",
        "TensorBoard and Lightboard draw neighbouring steps at one place, and all of the curve far to the "
        "right.",
        "Log a counter as the step. The time of each value is recorded besides, and is an axis of its own.",
        rows=("E13",),
    ),
    Code(
        "one_point",
        "records",
        "note",
        "One point only",
        "The tag was logged once, or training stopped before it was logged again.",
        "There is no line to draw, only a dot, which is easily missed; in TensorBoard the more so among "
        "other curves.",
        "Look at the table of values, or log it more often. Single results belong into add_hparams or a "
        "text.",
        rows=("E14",),
    ),
)
