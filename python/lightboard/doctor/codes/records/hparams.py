"""Codes of hyper-parameters."""

from lightboard.doctor.codes.code import Code

HPARAMS = (
    Code(
        "hparams_hidden",
        "records",
        "hides",
        "Hyper-parameters or metrics that TensorBoard has no column for",
        "Each call of add_hparams describes an experiment by the hyper-parameters and metrics of its own "
        "run. TensorBoard takes the description of one run, whichever it reads first, for all of them.",
        "Columns of what this run does not have are missing in TensorBoard. Lightboard has a column for each "
        "hyper-parameter of any run.",
        "Pass the same names in every run, or log runs with different ones into different log directories.",
        rows=("E19",),
    ),
    Code(
        "hparam_type_differs",
        "records",
        "distorts",
        "Hyper-parameter that is true or false in some runs and 0 or 1 in others",
        "torch writes True and False as the numbers 1 and 0; tensorboardX and Lightboard write what they "
        "are.",
        "TensorBoard takes the column for text or numbers: a filter for true finds some of the runs only.",
        "Log with one writer, or pass text ('true').",
        rows=("W21",),
    ),
)
