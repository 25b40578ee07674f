"""The stage that writes event files: `SummaryWriter` and what it says."""

from lightboard.log.notices import LightboardWarning
from lightboard.log.writer import SummaryWriter

__all__ = ["LightboardWarning", "SummaryWriter"]
