"""One bit for each of many runs, as a Lightboard's address keeps it in `bits.…` (board/src/model/retrieval.ts)."""

from __future__ import annotations

import base64
import math
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass

TEXT = re.compile(r"bits\.([A-Za-z0-9_-]{0,12000})")
HEADER = struct.Struct(">IdHI")
"""A checksum of what follows, the time up to which runs are old, how many there are, the sum of their fingerprints."""

BUCKET = 256
SPARE = 3
BIAS = 128
WORD = 0xFFFFFFFF


@dataclass(frozen=True)
class Bits:
    """The bits of the runs that began up to `until`: `count` runs whose fingerprints have this `sum`."""

    until: float
    count: int
    sum: int
    _buckets: tuple[tuple[int, int], ...]
    """Width and bits of each bucket, its first bit the lowest."""

    def bit(self, run: str) -> bool:
        """Return the run's bit; one by chance of a run that has none."""
        a, b = _hash(run, 0x811C9DC5), _hash(run, 0x9E3779B9)
        width, bits = self._buckets[_mixed(a ^ (b * 5 & WORD)) % len(self._buckets)]
        row = 0
        for word in range(math.ceil(width / 32)):
            row |= _mixed((a + (word + 1) * (b | 1)) & WORD) << (32 * word)
        return bool((row & bits).bit_count() & 1)  # `bits` ends where the bucket does.


def read(text: str) -> Bits | None:
    """Read `bits.…`; None if it is something else, or was cut or changed on its way."""
    found = TEXT.fullmatch(text)
    if found is None or len(found[1]) % 4 == 1:
        return None
    data = base64.urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4))
    if len(data) < HEADER.size:
        return None
    checksum, until, count, total = HEADER.unpack_from(data)
    if checksum != _hash(data[4:].decode("latin-1"), FINGERPRINT) or not math.isfinite(until):
        return None
    buckets = _buckets(data[HEADER.size :], count)
    return None if buckets is None else Bits(until, count, total, buckets)


def _buckets(data: bytes, count: int) -> tuple[tuple[int, int], ...] | None:
    number = max(1, _rounded(count / BUCKET))
    mean = _rounded(count / number) + SPARE
    widths = [byte - BIAS + mean for byte in data[:number]]
    if min(widths, default=-1) < 0 or len(data) != number + math.ceil(sum(widths) / 8):
        return None
    left = "".join(f"{byte:08b}" for byte in data[number:])
    buckets = []
    for width in widths:
        buckets.append((width, int(left[:width][::-1] or "0", 2)))
        left = left[width:]
    return tuple(buckets)


FINGERPRINT = 0x2545F491


def fingerprint(run: str) -> int:
    """Return a number for a run's id, other than those that place it in the buckets."""
    return _hash(run, FINGERPRINT)


def sum_of(runs: Iterable[str]) -> int:
    """Add up the fingerprints of runs."""
    return sum(map(fingerprint, runs)) & WORD


def _hash(text: str, start: int) -> int:
    value = start
    for character in text:
        value = (value ^ ord(character)) * 0x01000193 & WORD
    return _mixed(value)


def _mixed(value: int) -> int:
    value = (value ^ value >> 16) * 0x85EBCA6B & WORD
    value = (value ^ value >> 13) * 0xC2B2AE35 & WORD
    return value ^ value >> 16


def _rounded(value: float) -> int:
    """Round halves up, as JavaScript does."""
    return math.floor(value + 0.5)
