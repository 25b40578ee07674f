"""The doctor's pass over one event file, with every checksum, and plainly reading the same file."""

from __future__ import annotations

import math
import time
from pathlib import Path

WINDOW = 256 << 10
"""Bytes read at once."""


def measure(what: str, path: Path) -> float:
    """Seconds for "reading" all bytes of the file, or for the doctor's "audit" of it; both from the page cache."""
    from lightboard._core import audit_file

    start = time.perf_counter()
    if what == "audit":
        audit_file(path, math.inf)
    else:
        buffer = bytearray(WINDOW)
        with path.open("rb", buffering=0) as file:
            while file.readinto(buffer):
                pass
    return time.perf_counter() - start
