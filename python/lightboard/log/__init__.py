"""The stage that writes event files: `SummaryWriter` and what it says."""

from lightboard.log.file_writer import FileWriter
from lightboard.log.global_writer import GlobalSummaryWriter
from lightboard.log.notices import LightboardWarning
from lightboard.log.writer import SummaryWriter

__all__ = ["FileWriter", "GlobalSummaryWriter", "LightboardWarning", "SummaryWriter"]
