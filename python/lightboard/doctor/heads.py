"""What the first bytes of a file say: whether it is an event file, and whether it holds more than its header."""

from __future__ import annotations

import os
from dataclasses import dataclass

from lightboard.doctor.look import Look
from lightboard.doctor.tree import Entry
from lightboard.doctor.words import amount

BYTES = 4096
KEPT = 256
AROUND_PAYLOAD = 16
"""Length and its checksum before the payload (12 bytes), the payload's checksum after it (4)."""

VERSION = b"brain.Event:"
IMPOSSIBLE_LENGTH = 1 << 40
"""The first eight bytes of an event file are a length. Eight letters, or a compressed file's first bytes, are more."""

MAGIC = {
    b"\x1f\x8b": "compressed by gzip",
    b"BZh": "compressed by bzip2",
    b"\xfd7zXZ": "compressed by xz",
    b"\x28\xb5\x2f\xfd": "compressed by zstd",
    b"PK\x03\x04": "a zip archive",
    b"version https://git-lfs": "a pointer of Git LFS, whose content was not fetched",
}
COMPRESSED = ("compressed", "a zip")


@dataclass(frozen=True)
class Head:
    """A file of `size` bytes, by its beginning."""

    size: int
    begins_like_one: bool
    """Whether the first record is the header of an event file."""
    first_end: int | None
    """Where the first record ends, by its own length; None if that cannot be."""
    foreign: str | None
    """What the file is, if it cannot be an event file."""
    beginning: bytes
    """The first bytes: the header, which holds the time of its making, and more."""

    @property
    def is_header_only(self) -> bool:
        """Whether the file is an event file of one record: it tells its format, and nothing else."""
        return self.begins_like_one and self.first_end == self.size

    @property
    def tells_writer(self) -> bool:
        """Whether the header names its writer, as TensorBoard's and torch's do and tensorboardX's does not."""
        return b"event_file_writer" in self.beginning


def read(look: Look) -> dict[str, Head]:
    """Read the beginnings of all event files of the tree, by path, as long as the budget lasts."""
    heads: dict[str, Head] = {}
    for number, entry in enumerate(look.tree.entries):
        if look.left == 0:
            look.left_out.append(
                f"{amount(len(look.tree.entries) - number, 'event file')} not opened: the time was used up."
            )
            break
        found = head(entry)
        if found is not None:
            heads[entry.path] = found
    return heads


def head(entry: Entry) -> Head | None:
    """Read the beginning of a regular file; None if that is impossible."""
    if not entry.is_regular:
        return None
    try:
        # It may have become a pipe since it was listed: opening that must not wait.
        descriptor = os.open(entry.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    try:
        return _head(os.read(descriptor, BYTES), os.fstat(descriptor).st_size)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _head(data: bytes, size: int) -> Head:
    length = int.from_bytes(data[:8], "little")
    end = None if len(data) < 12 or length > IMPOSSIBLE_LENGTH else length + AROUND_PAYLOAD
    return Head(
        size,
        begins_like_one=end is not None and VERSION in data[12:end],
        first_end=end,
        foreign=_foreign(data, end),
        beginning=data[:KEPT],
    )


def _foreign(data: bytes, end: int | None) -> str | None:
    for magic, what in MAGIC.items():
        if data.startswith(magic):
            return what
    if len(data) < 12 or end is not None or VERSION in data:
        return None
    return "it does not begin with a record"
