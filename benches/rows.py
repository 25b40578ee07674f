"""A line of the report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table; `ratio` compares Lightboard with the fastest peer."""

    what: str
    peers: str
    lightboard: str
    ratio: str
    goal: str
    met: bool
