"""How findings write numbers, and which names they take for others."""

import difflib
import heapq
from collections.abc import Iterable

COMPARED = 5_000
"""Names that are compared with one that was not found: those of the most similar length."""


def amount(count: int, one: str, many: str | None = None) -> str:
    """Write a number and what it counts: `1 file`, `2,000 files`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def similar(name: str, names: Iterable[str], *, cutoff: float = 0.5) -> list[str]:
    """Return the three names at most that are most like `name`."""
    nearest = heapq.nsmallest(COMPARED, names, key=lambda other: abs(len(other) - len(name)))
    return difflib.get_close_matches(name, nearest, n=3, cutoff=cutoff)
