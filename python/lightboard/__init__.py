"""Lightboard: log training runs, see every run, switch each on and off."""

__version__ = "0.1.0"
