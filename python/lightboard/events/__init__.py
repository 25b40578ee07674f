"""The stage of event files: read as NumPy columns whoever wrote them, or written record by record."""

from lightboard.events.file import Damage, EventFile, Series, read
from lightboard.events.writer import EventWriter, RecordWriter

__all__ = ["Damage", "EventFile", "EventWriter", "RecordWriter", "Series", "read"]
