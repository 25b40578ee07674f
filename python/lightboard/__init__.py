"""Lightboard: log training runs, see every run, switch each on and off."""

from lightboard.log import LightboardWarning, SummaryWriter

__version__ = "0.1.0"

__all__ = ["LightboardWarning", "SummaryWriter"]
