"""STAGE index: every run and every point below some log directories, as NumPy columns, Arrow streams and values."""

from lightboard._core import UnavailableError
from lightboard.index.columns import ColumnFrame, FrameError, decode
from lightboard.index.names import UnknownNameError
from lightboard.index.opened import Index, open
from lightboard.index.runs import Run, Runs
from lightboard.index.series import Described, Series, SeriesList
from lightboard.index.values import Audio, Graph, Histogram, Image, Mesh, PrCurve, Unknown, Values

__all__ = [
    "Audio",
    "ColumnFrame",
    "Described",
    "FrameError",
    "Graph",
    "Histogram",
    "Image",
    "Index",
    "Mesh",
    "PrCurve",
    "Run",
    "Runs",
    "Series",
    "SeriesList",
    "UnavailableError",
    "Unknown",
    "UnknownNameError",
    "Values",
    "decode",
    "open",
]
