"""The protobuf wire format, as far as reading a model needs it: a message as its fields by number, nothing copied."""

import struct
from collections.abc import Iterator

Field = int | memoryview
"""A varint, or the bytes of a field with any other wire type."""

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5


class Message:
    """The fields of one message.

    Raises:
        ValueError: The bytes are no message; raised when it is made.
    """

    def __init__(self, data: memoryview) -> None:
        self._fields: dict[int, list[Field]] = {}
        at = 0
        while at < len(data):
            key, at = _varint(data, at)
            kind = key & 7
            field: Field
            if kind == VARINT:
                field, at = _varint(data, at)
            else:
                if kind == LENGTH:
                    size, at = _varint(data, at)
                elif kind in (FIXED32, FIXED64):
                    size = 4 if kind == FIXED32 else 8
                else:
                    raise ValueError(f"the field {key >> 3} has the wire type {kind}, which is not read")
                field = data[at : at + size]
                if len(field) < size:
                    raise ValueError(f"the field {key >> 3} is longer than what is left")
                at += size
            self._fields.setdefault(key >> 3, []).append(field)

    def __contains__(self, number: int) -> bool:
        return number in self._fields

    def parts(self, number: int) -> list[memoryview]:
        """Return all values of a field of bytes, text or messages."""
        return [field for field in self._fields.get(number, ()) if isinstance(field, memoryview)]

    def part(self, number: int) -> memoryview:
        """Return the last value of such a field, which is the one that counts; empty if there is none."""
        return (self.parts(number) or [memoryview(b"")])[-1]

    def message(self, number: int) -> "Message":
        """Return the message in a field; one without fields if there is none."""
        return Message(self.part(number))

    def messages(self, number: int) -> Iterator["Message"]:
        """Yield the messages in a repeated field."""
        return map(Message, self.parts(number))

    def text(self, number: int) -> str:
        """Return a text, whatever bytes it has."""
        return text_of(self.part(number))

    def texts(self, number: int) -> list[str]:
        """Return the texts of a repeated field."""
        return [text_of(part) for part in self.parts(number)]

    def integer(self, number: int, default: int = 0) -> int:
        """Return an int64 or an enum."""
        found = [field for field in self._fields.get(number, ()) if isinstance(field, int)]
        return _signed(found[-1]) if found else default

    def integers(self, number: int) -> Iterator[int]:
        """Yield the numbers of a repeated field, packed or not."""
        for field in self._fields.get(number, ()):
            if isinstance(field, int):
                yield _signed(field)
            else:
                at = 0
                while at < len(field):
                    value, at = _varint(field, at)
                    yield _signed(value)

    def floats(self, number: int) -> Iterator[float]:
        """Yield the float32 numbers of a field, packed or not."""
        for part in self.parts(number):
            for (value,) in struct.iter_unpack("<f", part[: len(part) // 4 * 4]):
                yield value


def text_of(data: memoryview) -> str:
    """Return bytes as text; what is no UTF-8 is replaced."""
    return str(data, "utf-8", "replace")


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    """Return the number at `at`, and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise ValueError("a number ends early")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("a number has more than 64 bits")


def _signed(value: int) -> int:
    return (value + (1 << 63)) % (1 << 64) - (1 << 63)
