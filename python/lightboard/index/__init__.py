"""Answers of the index, for Python."""

from lightboard.index.columns import ColumnFrame, FrameError, decode

__all__ = ["ColumnFrame", "FrameError", "decode"]
