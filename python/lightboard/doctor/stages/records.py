"""Checks of the stage `records`."""

from collections.abc import Callable, Iterable

from lightboard.doctor.finding import Finding
from lightboard.doctor.look import Look

CHECKS: tuple[Callable[[Look], Iterable[Finding]], ...] = ()
