"""How findings write numbers, and which names they take for others."""

import difflib
import heapq
import re
from collections.abc import Iterable, Mapping
from typing import Any

COMPARED = 5_000
"""Names that are compared with one that was not found: those of the most similar length."""


def amount(count: int, one: str, many: str | None = None) -> str:
    """Write a number and what it counts: `1 file`, `2,000 files`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def extent(offset: int, length: int | None) -> str:
    """Write which bytes of a file are meant: `byte 7`, `bytes 2,096 to 2,137`."""
    return f"bytes {offset:,} to {offset + length - 1:,}" if length and length > 1 else f"byte {offset:,}"


def evidence(damage: Mapping[str, Any]) -> str:
    """Return what a reader says of damage, without what the place of it says as well: where it is, and how long."""
    offset, length = damage["offset"], damage["length"]
    message = str(damage["message"]).removesuffix(f": {length} bytes hold no readable record")
    return re.sub(rf" at byte {offset}\b", "", message, count=1).replace(
        f"record of {length} bytes", "record", 1
    )


def similar(name: str, names: Iterable[str], *, cutoff: float = 0.5) -> list[str]:
    """Return the three names at most that are most like `name`."""
    nearest = heapq.nsmallest(COMPARED, names, key=lambda other: abs(len(other) - len(name)))
    return difflib.get_close_matches(name, nearest, n=3, cutoff=cutoff)
