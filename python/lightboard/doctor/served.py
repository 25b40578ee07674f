"""What a running board answers."""

from __future__ import annotations

from dataclasses import dataclass

from lightboard.doctor.look import Look


@dataclass(frozen=True)
class Served:
    """A board at `url`."""

    url: str


def ask(url: str, _look: Look) -> Served:
    """Ask the board at `url`."""
    return Served(url)
