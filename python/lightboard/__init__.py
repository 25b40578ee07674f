"""Lightboard: log training runs, see every run, switch each on and off."""

from typing import TYPE_CHECKING, Any

from lightboard._core import __version__
from lightboard.log import LightboardWarning, SummaryWriter

if TYPE_CHECKING:
    from lightboard.index import open as open

# Not `open`: `from lightboard import *` would hide Python's own.
__all__ = ["LightboardWarning", "SummaryWriter", "__version__"]


def __getattr__(name: str) -> Any:
    # A training program that only logs must not pay for NumPy.
    if name == "open":
        from lightboard.index import open

        return open
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
