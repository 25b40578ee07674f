"""The tag of a record that is too long to be read."""

from __future__ import annotations

import os

BYTES = 4096
"""Of the record that are read: writers put its tag before its content."""
BEFORE_PAYLOAD = 12
"""Bytes of a record's length and its checksum."""
WAY = (5, 1, 1)
"""The numbers of the fields that lead there: the event's summary, its first value, the tag."""


def first_tag(path: str, offset: int) -> str | None:
    """Return the tag of the first value in the record at `offset`, None if its first bytes do not tell."""
    try:
        # It may have become a pipe since it was listed: opening that must not wait.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    try:
        return _tag(os.pread(descriptor, BYTES, offset + BEFORE_PAYLOAD))
    except (OSError, IndexError):
        return None
    finally:
        os.close(descriptor)


def _tag(data: bytes) -> str | None:
    """Walk through the fields; IndexError where the bytes end first."""
    at, end = 0, len(data)
    for wanted in WAY:
        while True:
            if at >= end:
                return None
            key, at = _varint(data, at)
            kind = key & 7
            size = {1: 8, 5: 4}.get(kind, 0)
            if kind in (0, 2):
                number, at = _varint(data, at)
                size = number if kind == 2 else 0
            elif not size:
                return None
            if key == wanted << 3 | 2:
                break
            at += size
        # What is within may reach beyond the bytes that were read; the tag may not.
        end = min(end, at + size)
    return data[at : at + size].decode("utf-8", "replace") or None if at + size <= end else None


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 64, 7):
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
    return number, at
