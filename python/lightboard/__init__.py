"""Lightboard: log training runs, see every run, switch each on and off."""

from lightboard.log import LightboardWarning, SummaryWriter

__all__ = ["LightboardWarning", "SummaryWriter"]
