"""`EventWriter`: an event file, record by record, as a program makes them itself."""

import os
from types import TracebackType
from typing import Any, Self

from lightboard._core import frame


class RecordWriter:
    """Writes records into an open file.

    A drop-in for `torch.utils.tensorboard.RecordWriter`.
    """

    def __init__(self, writer: Any) -> None:
        """Write into `writer`: an object with `write`, `flush` and `close`, as a file that is opened for bytes."""
        self._writer = writer

    def write(self, data: bytes) -> None:
        """Write one record: length, payload and a checksum of each (spec/events.md, Records).

        Args:
            data: The payload, usually a serialised `Event`.

        Raises:
            TypeError: It is not bytes.
            ValueError, OSError: As the file raises them.
        """
        self._writer.write(frame(data))

    def flush(self) -> None:
        """Flush the file."""
        self._writer.flush()

    def close(self) -> None:
        """Close the file."""
        self._writer.close()

    @property
    def closed(self) -> bool:
        """Whether the file is closed."""
        return bool(self._writer.closed)


class EventWriter:
    """Writes records into a new file, without any event of its own.

    For tools that copy, filter or make event files; training programs want `lightboard.SummaryWriter`, which also
    writes the header, does not wait for the disk and survives its failures. Not for several threads at once.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Make the file.

        Raises:
            FileExistsError: There is one: event files are never overwritten.
            OSError: It cannot be made.
        """
        self.path = os.fspath(path)
        # Without a buffer, which a forked child would write once more when it ends.
        self._file = open(self.path, "xb", buffering=0)  # noqa: SIM115 - closed by close()

    def write(self, event: Any) -> None:
        """Write one record: length, payload and a checksum of each (spec/events.md, Records).

        Args:
            event: The payload as bytes, usually a serialised `Event`; or a message of protobuf.

        Raises:
            TypeError: It is neither.
            ValueError: The file is closed.
            OSError: It cannot be written.
        """
        if callable(getattr(event, "SerializeToString", None)):
            event = event.SerializeToString()
        if not isinstance(event, bytes | bytearray | memoryview):
            raise TypeError(
                f"event: expected bytes or a message of protobuf, found {type(event).__qualname__}."
            )
        rest = memoryview(frame(bytes(event)))
        while rest:
            rest = rest[self._file.write(rest) :]

    def flush(self) -> None:
        """Do nothing: what was written is with the operating system."""
        self._file.flush()

    def close(self) -> None:
        """Flush and close the file. Repeatable."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
