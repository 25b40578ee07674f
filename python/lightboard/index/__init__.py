"""STAGE index: every run and every point below some log directories, as NumPy columns and Arrow streams."""

from lightboard.index.columns import ColumnFrame, FrameError, decode
from lightboard.index.names import UnknownNameError
from lightboard.index.opened import Index, open
from lightboard.index.runs import Run, Runs
from lightboard.index.series import Series, SeriesList

__all__ = [
    "ColumnFrame",
    "FrameError",
    "Index",
    "Run",
    "Runs",
    "Series",
    "SeriesList",
    "UnknownNameError",
    "decode",
    "open",
]
