"""Lightboard: log training runs, see every run, switch each on and off."""

from lightboard._core import __version__
from lightboard.log import LightboardWarning, SummaryWriter

__all__ = ["LightboardWarning", "SummaryWriter", "__version__"]
