"""STAGE events: event files of TensorBoard and every other writer, read as NumPy columns."""

from lightboard.events.file import Damage, EventFile, Series, read

__all__ = ["Damage", "EventFile", "Series", "read"]
